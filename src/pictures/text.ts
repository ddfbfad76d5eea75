/** Pictures in the terminal: the same plain data as in SVG, small. */

import type { Picture } from "./picture.ts";
import { plain } from "./terminal/style.ts";
import { chartLines, type Room } from "./text/chart.ts";
import { imagesLines } from "./text/images.ts";
import { matrixLines } from "./text/matrix.ts";
import { surfaceLines } from "./text/surface.ts";

export interface TextOptions {
  /** Columns to use. Default 78. */
  readonly width?: number;
  /** Lines of a chart or a surface. Default 14. */
  readonly height?: number;
}

/**
 * A picture as lines of text without colours: charts in braille dots, images in half blocks, tables of numbers.
 *
 * @param picture  a chart, a surface, images or a matrix, as plain data
 * @returns        the text, its title first
 * @example
 * text({ kind: "images", title: "One", images: [{ rows: 2, columns: 2, values: [1, 0, 1, 1] }] })
 * // One
 * // ╭──╮
 * // │█▄│
 * // ╰──╯
 */
export function text(picture: Picture, options: TextOptions = {}): string {
  const { width = 78, height = 14 } = options;
  return [picture.title, ...pictureLines(picture, { width, height, style: plain })].join("\n");
}

/** The lines of a picture without its title. */
export function pictureLines(picture: Picture, room: Room): string[] {
  if (picture.kind === "chart") return chartLines(picture, room);
  if (picture.kind === "surface") return surfaceLines(picture, room);
  if (picture.kind === "images") return imagesLines(picture, room);
  return matrixLines(picture, room);
}

/** Pictures as SVG files: text, the same for the same picture. Charts are drawn by a library; images need none. */

import { seriesNames } from "./chart.ts";
import type { Picture } from "./picture.ts";
import { chartDrawing } from "./svg/chart.ts";
import { imagesDrawing } from "./svg/images.ts";
import { library } from "./svg/library.ts";
import { matrixDrawing } from "./svg/matrix.ts";
import { sheet } from "./svg/sheet.ts";
import { surfaceDrawing } from "./svg/surface.ts";

/**
 * A picture as an SVG file, on white paper.
 *
 * @param picture  a chart, a surface, images or a matrix, as plain data
 * @returns        the text of the file
 * @throws {GradusError} the packages that draw charts are not installed; images need none
 * @example
 * const file = await svg({
 *   kind: "chart", title: "Loss", x: { label: "epoch" }, y: { label: "loss" },
 *   series: [{ name: "training", points: [{ x: 1, y: 2.3 }, { x: 2, y: 0.4 }] }],
 * });
 * file.startsWith("<svg")  // true
 */
export async function svg(picture: Picture): Promise<string> {
  const { title } = picture;
  if (picture.kind === "images") return sheet(title, [], imagesDrawing(picture));
  const loaded = await library();
  if (picture.kind === "matrix") return sheet(title, [], matrixDrawing(picture, loaded));
  if (picture.kind === "surface") {
    return sheet(title, seriesNames({ series: picture.paths }), surfaceDrawing(picture, loaded));
  }
  const names = seriesNames(picture);
  return sheet(title, names.length > 1 ? names : [], chartDrawing(picture, loaded));
}

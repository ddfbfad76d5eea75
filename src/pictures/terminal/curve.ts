/**
 * A curve in the terminal, in braille: every character is a grid of two by four dots. Made for the loss over the steps; the
 * steps of one dot column are averaged, so that a noisy curve of a million steps still shows its course.
 */

import { Braille } from "../text/braille.ts";
import { significant } from "./numbers.ts";
import { padStart, type Style } from "./style.ts";

export interface CurveOptions {
  /** Columns and lines of the whole drawing, axis included. */
  readonly width: number;
  readonly height: number;
  /** What stands below the left and the right end. */
  readonly from: string;
  readonly to: string;
  /** What the curve shows, between the two. */
  readonly title?: string;
  /** Points marked over the curve: `at` from 0 to 1 along the axis. */
  readonly marks?: readonly { readonly at: number; readonly value: number }[];
}

/** The means of `values` over `columns` equal parts; values that are not finite are left out, an empty part is NaN. */
export function averages(values: ArrayLike<number>, columns: number): Float64Array {
  const sums = new Float64Array(columns);
  const counts = new Float64Array(columns);
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!;
    if (!Number.isFinite(value)) continue;
    const column = Math.floor((index * columns) / values.length);
    sums[column]! += value;
    counts[column]! += 1;
  }
  return sums.map((sum, column) => sum / counts[column]!);
}

/** Lines of text: the axis with its two ends, and the curve from left to right. Empty where nothing is finite. */
export function drawCurve(values: ArrayLike<number>, options: CurveOptions, style: Style): string[] {
  const marks = options.marks ?? [];
  const labelWidth = 7;
  const columns = Math.max(1, options.width - labelWidth - 2);
  const lines = Math.max(1, options.height - 2);
  const points = averages(values, Math.min(2 * columns, Math.max(1, values.length)));
  const seen = [...points, ...marks.map((mark) => mark.value)].filter(Number.isFinite);
  if (seen.length === 0) return [];
  const high = Math.max(...seen);
  const low = Math.min(0, ...seen);
  const rowOf = (value: number, rows: number): number =>
    high === low ? rows - 1 : Math.round(((high - value) / (high - low)) * (rows - 1));

  const canvas = rasterize(points, columns, lines, (value) => rowOf(value, 4 * lines));
  const grid = Array.from({ length: lines }, (_, line) =>
    Array.from({ length: columns }, (_, column) => {
      const cell = canvas.at(column, line);
      return cell === null ? " " : style.cyan(cell.character);
    }),
  );
  for (const mark of marks) {
    if (!Number.isFinite(mark.value)) continue;
    grid[rowOf(mark.value, lines)]![Math.min(columns - 1, Math.floor(mark.at * columns))] = style.yellow("●");
  }
  const labels = new Map([
    [0, significant(high, 3)],
    [lines - 1, significant(low, 3)],
  ]);
  return [
    ...grid.map((row, line) => {
      const label = labels.get(line) ?? "";
      return `${style.dim(`${padStart(label, labelWidth)} ${label === "" ? "│" : "┤"}`)}${row.join("")}`.trimEnd();
    }),
    style.dim(`${" ".repeat(labelWidth + 1)}╰${"─".repeat(columns)}`),
    style.dim(`${" ".repeat(labelWidth + 2)}${ends(options, columns)}`),
  ];
}

/** Dots from left to right, neighbours joined by vertical runs. */
function rasterize(points: Float64Array, columns: number, lines: number, rowOf: (value: number) => number): Braille {
  const canvas = new Braille(columns, lines);
  const width = 2 * columns;
  let previous: number | null = null;
  for (let x = 0; x < width; x++) {
    const value = points[Math.floor((x * points.length) / width)]!;
    if (!Number.isFinite(value)) {
      previous = null;
      continue;
    }
    const y = rowOf(value);
    const start: number = previous === null ? y : previous < y ? previous + 1 : previous > y ? previous - 1 : y;
    canvas.line(x, start, x, y, 0);
    previous = y;
  }
  return canvas;
}

function ends(options: CurveOptions, columns: number): string {
  const title = options.title ?? "";
  const space = columns - options.from.length - options.to.length;
  const left = Math.max(1, Math.floor((space - title.length) / 2));
  const right = Math.max(1, space - title.length - left);
  return `${options.from}${" ".repeat(left)}${title}${" ".repeat(right)}${options.to}`;
}

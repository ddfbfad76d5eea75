/**
 * A grey image in the terminal: two pixel rows in one line of text, as the upper and the lower half of a character. With
 * colours every pixel keeps its grey; without, a pixel is ink or paper.
 */

import type { Style } from "./style.ts";

/** One of four characters by (upper, lower). */
const halves: readonly string[] = [" ", "▄", "▀", "█"];

/**
 * Lines that show `pixels` (row-major, 0 = paper … 1 = ink, values outside are clipped). `rows` lines of pixels become
 * `ceil(rows / 2)` lines of text, each `columns` wide.
 */
export function drawImage(pixels: ArrayLike<number>, rows: number, columns: number, style: Style): string[] {
  const lines: string[] = [];
  for (let row = 0; row < rows; row += 2) {
    let line = "";
    for (let column = 0; column < columns; column++) {
      const upper = pixels[row * columns + column]!;
      const lower = row + 1 < rows ? pixels[(row + 1) * columns + column]! : 0;
      line += style.colour ? style.grey("▀", upper, lower) : halves[2 * ink(upper) + ink(lower)]!;
    }
    lines.push(line);
  }
  return lines;
}

function ink(value: number): 0 | 1 {
  return value >= 0.5 ? 1 : 0;
}

/** A thin frame around a block whose lines are all `width` columns wide; keeps dark images visible on dark terminals. */
export function frame(block: readonly string[], width: number, style: Style): string[] {
  const side = style.dim("│");
  const horizontal = "─".repeat(width);
  return [style.dim(`╭${horizontal}╮`), ...block.map((line) => `${side}${line}${side}`), style.dim(`╰${horizontal}╯`)];
}

/** Higher pictures would scroll away. */
const mostRows = 128;

/** The same where a framed picture of that size fits a terminal. */
export function drawableSize(shape: readonly number[], width: number): { rows: number; columns: number } | null {
  const size = imageSize(shape);
  return size !== null && size.columns + 4 <= width && size.rows <= mostRows ? size : null;
}

/** Rows and columns of an example's shape when it is one grey image: `[r, c]` or `[r, c, 1]`. */
export function imageSize(shape: readonly number[]): { rows: number; columns: number } | null {
  const isGrey = shape.length === 2 || (shape.length === 3 && shape[2] === 1);
  return isGrey ? { rows: shape[0]!, columns: shape[1]! } : null;
}

/**
 * A picture on another grid: each new pixel is the mean over the area that it covers, first along the columns, then along the rows.
 * What lies outside of the picture counts as 0. Refuses nothing.
 */

import type { Image } from "./image.ts";

/** A grid laid over a picture, in its pixels: the first corner, the size of one new pixel, and how many there are. */
export interface Grid {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
  readonly rows: number;
  readonly columns: number;
}

/** The picture's means over the grid's pixels, `[grid.rows, grid.columns]` in row-major order. */
export function resample(image: Image, grid: Grid): Float32Array {
  const across = coverage(grid.left, grid.width, grid.columns, image.columns);
  const down = coverage(grid.top, grid.height, grid.rows, image.rows);
  const narrowed = new Float64Array(image.rows * grid.columns);
  across.forEach((shares, column) => {
    for (const { index, share } of shares) {
      for (let row = 0; row < image.rows; row++) {
        narrowed[row * grid.columns + column]! += share * image.pixels[row * image.columns + index]!;
      }
    }
  });
  const pixels = new Float32Array(grid.rows * grid.columns);
  down.forEach((shares, row) => {
    for (let column = 0; column < grid.columns; column++) {
      let sum = 0;
      for (const { index, share } of shares) sum += share * narrowed[index * grid.columns + column]!;
      pixels[row * grid.columns + column] = sum;
    }
  });
  return pixels;
}

interface Share {
  /** An old pixel, and how much of the new one it covers. */
  readonly index: number;
  readonly share: number;
}

/** Along one axis: for each new pixel the old ones under it. */
function coverage(start: number, size: number, count: number, length: number): Share[][] {
  return Array.from({ length: count }, (_, place) => {
    const [from, to] = [start + place * size, start + (place + 1) * size];
    const shares: Share[] = [];
    for (let index = Math.max(0, Math.floor(from)); index < Math.min(length, Math.ceil(to)); index++) {
      shares.push({ index, share: (Math.min(to, index + 1) - Math.max(from, index)) / size });
    }
    return shares;
  });
}

/**
 * Index arithmetic of the reference, in the plainest form there is: lists of flat positions.
 */

import type { Shape } from "../../base/shape.ts";

/** `start + Σ index[axis] · strides[axis]` for every index into `shape`, in row-major order. */
export function positions(shape: Shape, strides: readonly number[], start = 0): Uint32Array {
  let list = Uint32Array.of(start);
  shape.forEach((size, axis) => {
    const longer = new Uint32Array(list.length * size);
    for (let i = 0; i < list.length; i++) {
      for (let j = 0; j < size; j++) longer[i * size + j] = list[i]! + j * strides[axis]!;
    }
    list = longer;
  });
  return list;
}

/** The entries of `list` at `axes`. */
export function pick(list: readonly number[], axes: readonly number[]): number[] {
  return axes.map((axis) => list[axis]!);
}

/** The axes below `rank` that are not in `axes`, ascending. */
export function otherAxes(rank: number, axes: readonly number[]): number[] {
  return Array.from({ length: rank }, (_, axis) => axis).filter((axis) => !axes.includes(axis));
}

/**
 * Kernels and windows on an axis as index arithmetic: the position that an output point reads through one element, and the guards
 * without which nothing may be read. Padding and gaps are never touched.
 */

import { sizeOf } from "../base/shape.ts";
import type { Sliding } from "../graph/ops/spatial.ts";
import type { KernelBuilder } from "../kernel/builder.ts";
import type { Index } from "../kernel/language.ts";

/** The coordinates of a row-major position in a box, outermost first. */
export function coordinates(k: KernelBuilder, position: Index, box: readonly number[]): Index[] {
  let rest = position;
  return box.map((size, axis) => {
    if (size === 1) return k.index(0);
    const inner = sizeOf(box.slice(axis + 1));
    if (inner === 1) return rest;
    const coordinate = k.compute("div", rest, inner);
    rest = k.compute("sub", rest, k.compute("mul", coordinate, inner));
    return coordinate;
  });
}

/**
 * Runs `body` with the input positions that the output point `at` reads through element `element` of the kernel, if all of them
 * exist.
 *
 * @param slidings  one per axis
 * @param sizes     the input's sizes on these axes
 */
export function whereRead(
  k: KernelBuilder,
  slidings: readonly Sliding[],
  sizes: readonly number[],
  at: readonly Index[],
  element: readonly Index[],
  body: (positions: readonly Index[]) => void,
): void {
  const nest = (axis: number, positions: readonly Index[]): void => {
    if (axis === slidings.length) {
      body(positions);
      return;
    }
    const { stride, dilation, low, high, base } = slidings[axis]!;
    const n = sizes[axis]!;
    const from = k.compute("mul", at[axis]!, stride);
    const spread = k.compute("add", from, k.compute("mul", element[axis]!, dilation));
    const place = k.compute("sub", spread, low);
    const next = (position: Index): void => nest(axis + 1, [...positions, position]);
    if (low <= 0 && high <= 0 && base === 1) {
      next(place);
      return;
    }
    // 0 ≤ place, and place = position · base with position < n.
    k.when(k.index(-1), place, () => {
      const position = base === 1 ? place : k.compute("div", place, base);
      k.when(position, n, () => {
        if (base === 1) next(position);
        else k.when(place, k.compute("add", k.compute("mul", position, base), 1), () => next(position));
      });
    });
  };
  nest(0, []);
}

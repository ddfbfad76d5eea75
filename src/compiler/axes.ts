/**
 * Merging iteration axes: two neighbours become one where every address allows it, so that most kernels are loops over one or two
 * axes however many the tensors have.
 */

import type { Linear } from "./expression.ts";

/** Which original axes each merged axis stands for, in order, with the merged sizes. */
export interface Merging {
  readonly groups: readonly (readonly number[])[];
  readonly sizes: readonly number[];
}

/**
 * Merges runs of `axes` (original axis numbers, outermost first) as far as all linear forms allow. Axes of size 1 vanish.
 */
export function mergeAxes(axes: readonly number[], sizes: readonly number[], linears: readonly Linear[]): Merging {
  const groups: number[][] = [];
  const merged: number[] = [];
  for (const axis of axes) {
    const size = sizes[axis]!;
    if (size === 1) continue;
    const last = groups.at(-1);
    const inner = last?.at(-1);
    if (last && inner !== undefined && linears.every((at) => follows(at, inner, axis, size))) {
      last.push(axis);
      merged[merged.length - 1]! *= size;
    } else {
      groups.push([axis]);
      merged.push(size);
    }
  }
  return { groups, sizes: merged };
}

function follows(at: Linear, outer: number, inner: number, innerSize: number): boolean {
  return at.coefficients[outer] === at.coefficients[inner]! * innerSize;
}

/** A linear form over merged axes: the coefficient of a merged axis is that of its innermost member. */
export function project(at: Linear, groups: readonly (readonly number[])[]): Linear {
  return { offset: at.offset, coefficients: groups.map((group) => at.coefficients[group.at(-1)!]!) };
}

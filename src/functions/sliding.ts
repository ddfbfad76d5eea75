/**
 * How kernels and windows slide over the spatial axes of `[batch, …spatial, channels]`: options as numbers per axis. Refuses options
 * that are no such numbers, and kernels that do not fit.
 */

import { ShapeError } from "../base/errors.ts";
import { type Shape, showShape } from "../base/shape.ts";
import { extentOf, type Sliding } from "../graph/ops/spatial.ts";

/** A number for all spatial axes, or one for each. */
export type PerAxis = number | readonly number[];

/**
 * Positions around the input: as many on both sides of all axes, or for each axis a number for both sides or `[before, after]`. `"valid"`
 * is 0; `"same"` gives ⌈n / stride⌉ positions, where what is odd comes after.
 */
export type Padding = "same" | "valid" | number | readonly (number | readonly [before: number, after: number])[];

export interface SlidingOptions {
  readonly stride: PerAxis;
  readonly padding: Padding;
  readonly dilation: PerAxis;
}

const axisNames: readonly string[][] = [["length"], ["rows", "columns"], ["depth", "rows", "columns"]];

/** The spatial axes' names, as they stand in messages: `rows, columns`. */
export function spatialNames(rank: number): string {
  return axisNames[rank - 1]!.join(", ");
}

/** One number for each of `rank` axes. */
export function perAxis(operation: string, name: string, value: PerAxis, rank: number): readonly number[] {
  const list = typeof value === "number" ? new Array<number>(rank).fill(value) : value;
  if (list.length === rank && list.every((n) => Number.isSafeInteger(n) && n >= 1)) return list;
  const shown = typeof value === "number" ? String(value) : showShape(value);
  throw new ShapeError(
    `${operation}: ${name} must be a positive integer, or one for each of the spatial axes [${spatialNames(rank)}]; got ` +
      `${shown}. Write ${name} 2, or [${new Array(rank).fill(2).join(", ")}].`,
    { operation, expected: `${rank} positive integers`, actual: shown },
  );
}

/** Positions before and after each axis. */
function around(
  operation: string,
  padding: Padding,
  axes: readonly Omit<Sliding, "low" | "high">[],
  spatial: Shape,
): readonly (readonly [number, number])[] {
  if (padding === "same") {
    return axes.map(({ size, stride, dilation }, i): [number, number] => {
      const n = spatial[i]!;
      const missing = Math.max(0, (Math.ceil(n / stride) - 1) * stride + extentOf(size, dilation) - n);
      return [Math.floor(missing / 2), Math.ceil(missing / 2)];
    });
  }
  const rank = axes.length;
  const whole = padding === "valid" ? 0 : padding;
  const list = typeof whole === "number" ? new Array<number>(rank).fill(whole) : whole;
  const pairs = list.map((entry): readonly number[] => (typeof entry === "number" ? [entry, entry] : entry));
  const valid = pairs.every((pair) => pair.length === 2 && pair.every((n) => Number.isSafeInteger(n) && n >= 0));
  if (valid && pairs.length === rank) return pairs as [number, number][];
  const shown = typeof whole === "number" ? String(whole) : `[${list.map(showEntry).join(", ")}]`;
  throw new ShapeError(
    `${operation}: padding must be same, valid, a non-negative integer, or for each of the spatial axes [${spatialNames(rank)}] an ` +
      `integer or [before, after]; got ${shown}. Write 1, or [${new Array(rank).fill(1).join(", ")}].`,
    { operation, actual: shown },
  );
}

function showEntry(entry: number | readonly number[]): string {
  return typeof entry === "number" ? String(entry) : showShape(entry);
}

/** How a kernel or window of a size lies on each spatial axis. */
export function slidingAxes(
  operation: string,
  what: "kernel" | "window",
  spatial: Shape,
  sizes: readonly number[],
  options: SlidingOptions,
): Sliding[] {
  const rank = spatial.length;
  const strides = perAxis(operation, "stride", options.stride, rank);
  const dilations = perAxis(operation, "dilation", options.dilation, rank);
  const bare = sizes.map((size, i) => ({ size, stride: strides[i]!, dilation: dilations[i]!, base: 1 }));
  const pairs = around(operation, options.padding, bare, spatial);
  return bare.map((axis, i) => {
    const [low, high] = pairs[i]!;
    const [extent, padded] = [extentOf(axis.size, axis.dilation), spatial[i]! + low + high];
    if (extent <= padded) return { ...axis, low, high };
    throw new ShapeError(
      `${operation}: the ${what} must fit into the padded input; along axis ${i + 1} it covers ${extent} of ${padded} positions. ` +
        `Take a smaller ${what}, or more padding.`,
      { operation, axis: i + 1, expected: `at most ${padded}`, actual: String(extent) },
    );
  });
}

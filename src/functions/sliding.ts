/**
 * How kernels and windows slide over the spatial axes of `[batch, …spatial, channels]`: options as numbers per axis. Refuses options
 * that are no such numbers, and kernels that do not fit. An operation without a name is a layer's: the network says who refuses.
 */

import { type ErrorDetails, ShapeError } from "../base/errors.ts";
import { type Shape, showShape } from "../base/shape.ts";
import { showValue } from "../base/show.ts";
import { extentOf, type Sliding, slidingSize } from "../graph/ops/spatial.ts";

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

const axisNames: readonly (readonly string[])[] = [["length"], ["rows", "columns"], ["depth", "rows", "columns"]];

/** The spatial axes' names, as they stand in messages: `rows, columns`. */
export function spatialNames(rank: number): string {
  return axisNames[rank - 1]!.join(", ");
}

/** The name of one of them. */
export function axisName(rank: number, axis: number): string {
  return axisNames[rank - 1]![axis]!;
}

/** A sentence, with the operation's name in front if it has one. */
export function refusal(operation: string, sentence: string, details: ErrorDetails): ShapeError {
  return operation === ""
    ? new ShapeError(sentence, details)
    : new ShapeError(`${operation}: ${sentence}`, { operation, ...details });
}

/** One integer of at least `least` for each of `rank` axes. */
export function perAxis(operation: string, name: string, value: PerAxis, rank: number, least = 1): readonly number[] {
  const list = typeof value === "number" ? new Array<number>(rank).fill(value) : value;
  const valid = Array.isArray(list) && list.every((n) => Number.isSafeInteger(n) && n >= least);
  if (valid && list.length === rank) return list;
  const [shown, sign] = [showValue(value), least === 0 ? "non-negative" : "positive"];
  throw refusal(
    operation,
    `${name} must be a ${sign} integer, or one for each of the spatial axes [${spatialNames(rank)}]; got ` +
      `${shown}. Write ${name} 2, or [${new Array(rank).fill(2).join(", ")}].`,
    { expected: `${rank} ${sign} integers`, actual: shown },
  );
}

/** Positions before and after each axis; "same" depends on the input. */
export function paddingPairs(operation: string, padding: Padding, rank: number): "same" | Pairs {
  if (padding === "same") return padding;
  return pairsPerAxis(operation, "padding", padding === "valid" ? 0 : padding, rank, "same, valid, ");
}

type Pairs = readonly (readonly [before: number, after: number])[];

/** Two non-negative integers for each axis. `words` are what else the value may be. */
export function pairsPerAxis(
  operation: string,
  name: string,
  value: Exclude<Padding, string>,
  rank: number,
  words = "",
): Pairs {
  const list = typeof value === "number" ? new Array<number>(rank).fill(value) : value;
  const pairs = Array.isArray(list) ? list.map((entry) => (typeof entry === "number" ? [entry, entry] : entry)) : [];
  const valid = pairs.every(
    (pair) => Array.isArray(pair) && pair.length === 2 && pair.every((n) => Number.isSafeInteger(n) && n >= 0),
  );
  if (valid && pairs.length === rank) return pairs as [number, number][];
  const shown = Array.isArray(value) ? `[${value.map(showEntry).join(", ")}]` : showValue(value);
  throw refusal(
    operation,
    `${name} must be ${words}a non-negative integer, or for each of the spatial axes [${spatialNames(rank)}] an ` +
      `integer or [before, after]; got ${shown}. Write 1, or [${new Array(rank).fill(1).join(", ")}].`,
    { actual: shown },
  );
}

function showEntry(entry: number | readonly number[]): string {
  return Array.isArray(entry) ? showShape(entry) : String(entry);
}

/** What "same" puts around an axis of `n` elements, so that there are ⌈n / stride⌉ positions. */
export function samePair(n: number, { size, stride, dilation }: Omit<Sliding, "low" | "high">): [number, number] {
  const missing = Math.max(0, (Math.ceil(n / stride) - 1) * stride + extentOf(size, dilation) - n);
  return [Math.floor(missing / 2), Math.ceil(missing / 2)];
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
  const pairs = paddingPairs(operation, options.padding, rank);
  return bare.map((axis, i) => {
    const [low, high] = pairs === "same" ? samePair(spatial[i]!, axis) : pairs[i]!;
    const [extent, padded] = [extentOf(axis.size, axis.dilation), spatial[i]! + low + high];
    if (extent <= padded) return { ...axis, low, high };
    const along = axisName(rank, i);
    throw refusal(
      operation,
      `the ${what} must fit into the padded input; along ${along} it covers ${extent} of ${padded} positions. ` +
        `Take a smaller ${what}, or more padding.`,
      { axis: along, expected: `at most ${padded}`, actual: String(extent) },
    );
  });
}

/** How many positions a kernel or window has on each axis. */
export function positionsOf(spatial: Shape, axes: readonly Sliding[]): number[] {
  return axes.map((axis, i) => slidingSize("sliding", i, spatial[i]!, axis));
}

/** From values to places along an axis, and back to the labels at its ends. */

import { log } from "../../base/math.ts";
import { isPlace } from "../chart.ts";
import type { Axis } from "../picture.ts";
import { significant } from "../terminal/numbers.ts";

export interface Scale {
  readonly low: number;
  readonly high: number;
  /** 0 at the low end, 1 at the high one. */
  readonly at: (value: number) => number;
}

/** A scale that holds all values; null where there is none. Values of a width of nothing stand in the middle. */
export function scaleOf(values: readonly number[], axis: Axis): Scale | null {
  const seen = values.filter((value) => isPlace(value, axis));
  if (axis.names !== undefined) return between(-0.5, axis.names.length - 0.5, axis);
  if (seen.length === 0) return null;
  const low = seen.reduce((least, value) => Math.min(least, value));
  const high = seen.reduce((most, value) => Math.max(most, value));
  return between(low, high, axis);
}

export function between(low: number, high: number, axis: Axis): Scale {
  const place = axis.log ? (value: number) => log(value) : (value: number) => value;
  const [from, to] = [place(low), place(high)];
  return { low, high, at: (value) => (to > from ? (place(value) - from) / (to - from) : 0.5) };
}

/** An end of the axis as it is written there. */
export function endLabel(value: number, axis: Axis): string {
  if (axis.names !== undefined)
    return axis.names[Math.min(axis.names.length - 1, Math.max(0, Math.round(value)))] ?? "";
  return Number.isInteger(value) && Math.abs(value) < 1e6 ? String(value) : significant(value, 3);
}

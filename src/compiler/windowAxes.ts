/**
 * How windows lie on one axis, as kernels walk it. Where neighbouring outputs are written one after the other, an axis is turns of the
 * same few outputs, each with a known list of elements, and a border in which some of them lie in the padding. Elsewhere the elements
 * that an output has are a range, computed where its place is known.
 */

import type { Sliding } from "../graph/ops/spatial.ts";
import { readPosition } from "../graph/ops/spatial.ts";
import type { KernelBuilder } from "../kernel/builder.ts";
import type { Index } from "../kernel/language.ts";

/** Elements that are written out, without a loop, at most; and outputs of a border. */
const mostWritten = 32;
const mostBorder = 16;

/** One element of a window, and the position of the input it reads. */
export interface Tap {
  readonly element: number;
  readonly position: number;
}

/** Outputs `period·turn + phase`, whose tap t reads `advance·turn + t.position`; complete for turns in [from, to). */
export interface Turns {
  readonly period: number;
  readonly advance: number;
  readonly from: number;
  readonly to: number;
  /** The taps of each phase of turn 0, whether they exist or not. */
  readonly phases: readonly (readonly Tap[])[];
}

/** The turns of an axis with `n` elements and `count` outputs; null where writing them out would take too much code. */
export function turnsOf(sliding: Sliding, n: number, count: number): Turns | null {
  const { size, stride, dilation, low, base } = sliding;
  const common = greatestDivisor(stride, base);
  const [period, advance] = [base / common, stride / common];
  if (size * period > mostWritten * base) return null;
  const phases = Array.from({ length: period }, (_, phase) =>
    Array.from({ length: size }, (_, element) => ({
      element,
      position: (phase * stride + element * dilation - low) / base,
    })).filter(({ position }) => Number.isInteger(position)),
  );
  const positions = phases.flat().map(({ position }) => position);
  const from = Math.max(0, ...positions.map((position) => Math.ceil(-position / advance)));
  const ends = positions.map((position) => Math.floor((n - 1 - position) / advance) + 1);
  const to = Math.max(from, Math.min(Math.floor(count / period), ...ends));
  const inner = to > from ? (to - from) * period : 0;
  return count - inner > mostBorder
    ? null
    : { period, advance, from: inner > 0 ? from : 0, to: inner > 0 ? to : 0, phases };
}

/** The elements that output `o` of an axis has. */
export function tapsAt(sliding: Sliding, n: number, o: number): Tap[] {
  return Array.from({ length: sliding.size }, (_, element) => ({
    element,
    position: readPosition(sliding, n, o, element),
  })).filter(({ position }) => position >= 0);
}

/** Whether every window has an element on this axis. */
export function meetsAll(sliding: Sliding, n: number, count: number): boolean {
  return Array.from({ length: count }, (_, o) => o).every((o) => tapsAt(sliding, n, o).length > 0);
}

/** Elements of a window on an axis as a range of numbers, for each of which `at` gives element and position. */
export interface Reach {
  readonly from: Index;
  readonly to: Index;
  at(number: Index): { readonly element: Index; readonly position: Index };
}

/** Whether an axis has ranges: it is a plain window, or one over spread elements that steps by one. */
export function hasReach({ stride, dilation, base }: Sliding): boolean {
  return base === 1 || (stride === 1 && dilation === 1);
}

/** The elements that the output at `o` has on an axis of `n` elements. */
export function reachOf(k: KernelBuilder, sliding: Sliding, n: number, o: Index): Reach {
  const { size, stride, dilation, low, base } = sliding;
  const zero = k.index(0);
  const [first, last] = [k.index(0), k.index(base === 1 ? size : n)];
  const ceilDiv = (a: Index, b: number): Index => (b === 1 ? a : k.compute("div", k.compute("add", a, b - 1), b));
  // The position that element 0 would have, before it is divided by the base.
  const begin = k.compute("sub", k.compute("mul", o, stride), low);
  const back = k.compute("sub", zero, begin);
  if (base === 1) {
    return {
      from: low <= 0 ? first : k.compute("max", zero, ceilDiv(back, dilation)),
      to: sliding.high <= 0 ? last : k.compute("min", last, ceilDiv(k.compute("add", back, n), dilation)),
      at: (element) => ({ element, position: k.compute("add", begin, k.compute("mul", element, dilation)) }),
    };
  }
  return {
    from: k.compute("max", zero, ceilDiv(begin, base)),
    to: k.compute("min", last, ceilDiv(k.compute("add", begin, size), base)),
    at: (position) => ({ element: k.compute("sub", k.compute("mul", position, base), begin), position }),
  };
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}

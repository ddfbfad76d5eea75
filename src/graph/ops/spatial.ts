/** What convolutions and windows share: how a kernel or window lies on an axis, and how many places it has there. */

import { showShape } from "../../base/shape.ts";
import { requireShape } from "./rules.ts";

/** One axis: output position o reads `(o · stride + k · dilation − low) / base` for k < size, where that is a position of the input. */
export interface Sliding {
  readonly size: number;
  readonly stride: number;
  /** Distance of neighbouring elements of the kernel or window. */
  readonly dilation: number;
  /** Positions before the input; negative cuts. */
  readonly low: number;
  /** Positions after it; negative cuts. */
  readonly high: number;
  /** Distance of neighbouring elements of the input: base − 1 gaps lie between them. */
  readonly base: number;
}

/** A window that covers one position and steps by one: the axis stays as it is. */
export const still: Sliding = { size: 1, stride: 1, dilation: 1, low: 0, high: 0, base: 1 };

export function isStill({ size, stride, low, high, base }: Sliding): boolean {
  return size === 1 && stride === 1 && low === 0 && high === 0 && base === 1;
}

/** From the first to the last element, gaps included. */
export function extentOf(size: number, dilation: number): number {
  return size === 0 ? 0 : (size - 1) * dilation + 1;
}

/** How many output positions an axis of `n` elements has; throws where it has none. */
export function slidingSize(operation: string, axis: number, n: number, sliding: Sliding): number {
  const { size, stride, dilation, low, high, base } = sliding;
  const steps = [size, stride, dilation, base];
  requireShape(
    steps.every((value) => Number.isSafeInteger(value) && value >= 1) && [low, high].every(Number.isSafeInteger),
    operation,
    "sizes, strides and dilations must be positive integers and paddings integers",
    `${showShape([...steps, low, high])} at axis ${axis}`,
    "Correct that axis.",
  );
  const padded = low + extentOf(n, base) + high;
  const extent = extentOf(size, dilation);
  requireShape(
    padded >= extent,
    operation,
    `the kernel must fit into the padded input; at axis ${axis} it covers ${extent}`,
    `${padded} positions`,
    "Take a smaller kernel, or more padding.",
  );
  return Math.floor((padded - extent) / stride) + 1;
}

/** The input position that output position `o` reads through element `k`; −1 where there is none. */
export function readPosition(sliding: Sliding, n: number, o: number, k: number): number {
  const at = o * sliding.stride + k * sliding.dilation - sliding.low;
  const position = at / sliding.base;
  return at >= 0 && Number.isInteger(position) && position < n ? position : -1;
}

/**
 * The roofline: how fast work could be at best on a machine of given limits. Its time is that of the floating-point operations at
 * the peak, and then that of the bytes at the bandwidth. Says what is possible, not what is easy: no cache, no latency, no barrier.
 */

import type { Program } from "../compiler/program.ts";
import { costOf } from "../kernel/cost.ts";
import type { Limits } from "./limits.ts";

/** What has to be done, however it is done. */
export interface Work {
  /** Floating-point operations. */
  readonly flops: number;
  /** Bytes that must come from memory or go there. */
  readonly bytes: number;
}

/**
 * The work of one step of a program. Operations are those of all its kernels: of a training step the matrix products, and what
 * activations, loss and optimizer compute. Bytes are only those that come from outside or stay after the step, each once: what is read
 * of a parameter, once, though forward pass, backward pass and update each read it; what is written of it, once; of the data the
 * batch. Whatever lives in the arena could stay in a cache, so it does not count.
 */
export function workOf({ before, after }: Program): Work {
  let flops = 0;
  const slots = new Map<number, { read: number; written: number }>();
  for (const { kernel, places } of [...before, ...after]) {
    const cost = costOf(kernel);
    flops += cost.flops;
    cost.buffers.forEach(({ read, written }, i) => {
      const { slot } = places[i]!;
      const most = slots.get(slot) ?? { read: 0, written: 0 };
      slots.set(slot, { read: Math.max(most.read, read), written: Math.max(most.written, written) });
    });
  }
  slots.delete(0);
  const bytes = [...slots.values()].reduce((sum, { read, written }) => sum + read + written, 0);
  return { flops, bytes };
}

/** The time that `work` takes at best, in seconds. */
export function rooflineSeconds({ flops, bytes }: Work, limits: Limits): number {
  return flops / limits.flops + bytes / limits.bandwidth;
}

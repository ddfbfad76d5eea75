/**
 * A program as records that threads walk. Each call is split over the threads when it is worth it, by parts that stay with the same
 * thread in every step; cheap calls run on the first thread. A barrier stands only where a call needs what another thread may
 * still be at. Calls that would take long become several, so that a run can pause between them.
 */

import type { Call, Place, Program } from "../../compiler/program.ts";
import { costOf } from "../../kernel/cost.ts";
import type { Kernel } from "../../kernel/language.ts";

/** A call as it is run: `bounds[t]` to `bounds[t + 1]` are the parts of thread t. */
export interface Work {
  readonly call: Call;
  readonly barrier: boolean;
  readonly bounds: readonly number[];
}

export interface Plan {
  readonly threads: number;
  readonly before: readonly Work[];
  readonly after: readonly Work[];
}

/** Rough speeds, per thread: only how work is spread depends on them. */
const flopsPerSecond = 60e9;
const bytesPerSecond = 30e9;
/** Work below this is done before another core has heard of it. */
const worthSplitting = 3e-6;
/** A call should not take longer than this, or nothing can be told or stopped in between. */
const longest = 0.02;

/** @param always  split every call that has parts, to find defects */
export function planProgram(program: Program, threads: number, always: boolean): Plan {
  const worth = always ? 0 : worthSplitting;
  return {
    threads,
    before: planCalls(program.before, threads, worth),
    after: planCalls(program.after, threads, worth),
  };
}

/** How long one thread would take, roughly. */
export function estimate(kernel: Kernel): number {
  const { flops, bytes } = costOf(kernel);
  return Math.max(flops / flopsPerSecond, bytes / bytesPerSecond);
}

function planCalls(calls: readonly Call[], threads: number, worth: number): Work[] {
  const works: Work[] = [];
  /** What has been begun since the last barrier. */
  let open: { call: Call; split: boolean }[] = [];
  calls.forEach((call, index) => {
    const { kernel } = call;
    const seconds = estimate(kernel);
    const split = threads > 1 && kernel.extent > 1 && seconds >= worth;
    const barrier = index === 0 || open.some((other) => (split || other.split) && conflict(call, other.call));
    if (barrier) open = [];
    open.push({ call, split });
    const pieces = Math.min(kernel.extent, Math.ceil(seconds / (split ? threads : 1) / longest));
    for (let piece = 0; piece < pieces || piece === 0; piece++) {
      const [first, last] = [0, 1].map((end) => Math.floor((kernel.extent * (piece + end)) / Math.max(1, pieces)));
      const bounds = Array.from({ length: threads + 1 }, (_, thread) =>
        share(first!, last!, thread, split ? threads : 1),
      );
      works.push({ call, barrier: piece === 0 ? barrier : pieces > 1, bounds });
    }
  });
  return works;
}

/** Where the parts of a thread begin. */
function share(first: number, last: number, thread: number, threads: number): number {
  return thread >= threads ? last : first + Math.floor(((last - first) * thread) / threads);
}

/** Whether one writes what the other touches. */
function conflict(a: Call, b: Call): boolean {
  const writes = (one: Call, other: Call): boolean =>
    one.kernel.writes.some((number) => other.places.some((place) => overlap(one.places[number]!, place)));
  return writes(a, b) || writes(b, a);
}

function overlap(a: Place, b: Place): boolean {
  return a.slot === b.slot && a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes;
}

/**
 * A program run call by call with a clock beside it, for targets that can call single kernels: the same steps, log and guard as a
 * run, only slower, and every kernel's time. Knows no machine; what a call is, the target says.
 */

import type { Call, Place, Program } from "../compiler/program.ts";
import { costOf } from "../kernel/cost.ts";
import type { Kernel } from "../kernel/language.ts";
import type { KernelTime, Profile } from "./target.ts";

/** How a target runs one call, and what it finds in memory afterwards. */
export interface Caller {
  call(call: Call): void | Promise<void>;
  float32At(place: Place): number;
  byteAt(place: Place): number;
}

/** Runs `steps` steps of the program, or fewer where its guard says so. */
export async function profileProgram(
  { before, log, guard, after }: Program,
  steps: number,
  caller: Caller,
): Promise<Profile> {
  const times = new Map<Kernel, { calls: number; seconds: number }>();
  const run = async (calls: readonly Call[]): Promise<void> => {
    for (const one of calls) {
      const time = times.get(one.kernel) ?? { calls: 0, seconds: 0 };
      times.set(one.kernel, time);
      const from = performance.now();
      const waiting = caller.call(one);
      if (waiting) await waiting;
      time.seconds += (performance.now() - from) / 1000;
      time.calls++;
    }
  };
  const rows: number[] = [];
  let done = 0;
  while (done < steps) {
    await run(before);
    for (const place of log) rows.push(caller.float32At(place));
    if (guard && caller.byteAt(guard) === 0) break;
    await run(after);
    done++;
  }
  const kernels = Array.from(times, ([kernel, { calls, seconds }]): KernelTime => {
    const { flops, bytes } = costOf(kernel);
    return { name: kernel.name, calls, seconds, flops: calls * flops, bytes: calls * bytes };
  });
  return { steps: done, log: Float32Array.from(rows), kernels };
}

/** The times of two profiles of one program, together. */
export function addTimes(a: readonly KernelTime[], b: readonly KernelTime[]): KernelTime[] {
  return b.map(({ name, calls, seconds, flops, bytes }, i) => ({
    name,
    calls: calls + (a[i]?.calls ?? 0),
    seconds: seconds + (a[i]?.seconds ?? 0),
    flops: flops + (a[i]?.flops ?? 0),
    bytes: bytes + (a[i]?.bytes ?? 0),
  }));
}

/**
 * What threads need beside kernels, as WebAssembly functions: a barrier, and kernels whose parts are claimed. Both work on the state of a
 * program, a zeroed block of shared memory whose words lie on cache lines of their own. A thread that waits looks at a word for some 30 µs
 * and then sleeps; it must be allowed to (the main thread of a page is not).
 */

import type { Kernel } from "../../kernel/language.ts";
import { Code, type FunctionDefinition } from "./encoder.ts";
import { claimOf } from "./plan.ts";

/** Bytes between words that different threads write. */
const line = 64;
/** Threads that have arrived at the barrier; barriers there have been; threads that sleep at it; then the counters. */
const [arrived, generation, sleepers, counters] = [0, line, 2 * line, 3 * line];

/** How a program is shared. */
export interface Sharing {
  readonly threads: number;
  /** How often a thread looks before it sleeps. */
  readonly looks: number;
}

/** Looks that take about 30 µs; where threads are more than processors, those that wait let the others run at once. */
export function looksFor(threads: number, processors: number): number {
  return threads <= processors ? 20_000 : 50;
}

/** Bytes of a program's state. */
export function stateBytes(threads: number, sharedCalls: number): number {
  return counters + sharedCalls * threads * line;
}

/** Where the counters of a shared call lie in the state. */
export function countersAt(threads: number, shared: number): number {
  return counters + shared * threads * line;
}

/**
 * `barrier(state, threads)`: returns when as many threads have called it. The last one sets the counters back, while nobody uses
 * them. One thread alone passes at once.
 */
export function barrierFunction({ threads, looks }: Sharing, sharedCalls: number): FunctionDefinition {
  const [state, present] = [0, 1];
  const code = new Code(2);
  const [now, left] = [code.local("i32"), code.local("i32")];
  const look = (): Code => code.get(state).atomic("i32.atomic.load", generation).get(now).op("i32.ne");
  const count = (word: number, by: number): Code =>
    code.get(state).constant(by).atomic("i32.atomic.rmw.add", word).op("drop");

  code.get(state).atomic("i32.atomic.load", generation).set(now);
  code.get(state).constant(1).atomic("i32.atomic.rmw.add", arrived).constant(1).op("i32.add");
  code.get(present).op("i32.eq").open("if");
  for (let counter = 0; counter < sharedCalls * threads; counter++) {
    code
      .get(state)
      .constant(0)
      .memory("i32.store", counters + counter * line);
  }
  code.get(state).constant(0).atomic("i32.atomic.store", arrived);
  count(generation, 1);
  code.get(state).atomic("i32.atomic.load", sleepers).open("if");
  code.get(state).constant(-1).atomic("memory.atomic.notify", generation).op("drop");
  code.end().op("return").end();

  code.constant(looks).set(left).open("loop");
  look().open("if").op("return").end();
  code.get(left).constant(1).op("i32.sub").tee(left).branchIf(0).end();

  count(sleepers, 1);
  code.open("loop").get(state).get(now).forever().atomic("memory.atomic.wait32", generation).op("drop");
  look().op("i32.eqz").branchIf(0).end();
  count(sleepers, -1);
  return { name: "barrier", parameters: 2, returns: false, code, exported: false };
}

/**
 * `kernel(buffer…, counters, thread)`: all parts of the kernel, by all threads. Each thread claims from its own share first, so that it
 * mostly works on the same memory, and then from what the others have left.
 */
export function sharedKernel(kernel: Kernel, number: number, { threads }: Sharing): FunctionDefinition {
  const { buffers, extent } = kernel;
  const [base, thread] = [buffers, buffers + 1];
  const code = new Code(buffers + 2);
  const [victim, seen, counter, from, end] = Array.from({ length: 5 }, () => code.local("i32")) as [
    ...[number, number, number, number, number],
  ];
  const share = Math.ceil(extent / threads);
  const claim = claimOf(kernel, threads);

  code.get(thread).set(victim);
  code.open("loop");
  code.get(base).get(victim).constant(line).op("i32.mul").op("i32.add").set(counter);
  code.get(victim).constant(1).op("i32.add").constant(share).op("i32.mul").tee(end).constant(extent);
  code.get(end).constant(extent).op("i32.lt_s").op("select").set(end);
  code.open("block").open("loop");
  // Where a look shows that nothing is left, no claim disturbs those who work.
  const first = (): Code => code.get(victim).constant(share).op("i32.mul").op("i32.add").tee(from);
  code.get(counter).atomic("i32.atomic.load", 0);
  first().get(end).op("i32.lt_s").op("i32.eqz").branchIf(1);
  code.get(counter).constant(claim).atomic("i32.atomic.rmw.add", 0);
  first().get(end).op("i32.lt_s").op("i32.eqz").branchIf(1);
  for (let buffer = 0; buffer < buffers; buffer++) code.get(buffer);
  code.get(from).get(from).constant(claim).op("i32.add").tee(from);
  code.get(end).get(from).get(end).op("i32.lt_s").op("select");
  code.get(thread).call(number).branch(0).end().end();
  code.get(victim).constant(1).op("i32.add").tee(victim).constant(threads).op("i32.ne");
  code.get(victim).op("i32.mul").set(victim);
  code.get(seen).constant(1).op("i32.add").tee(seen).constant(threads).op("i32.lt_s").branchIf(0).end();
  return { name: `${kernel.name} shared`, parameters: buffers + 2, returns: false, code, exported: false };
}

/**
 * How several threads share a program. Every thread walks through the same steps: of a call whose parts are worth it each takes
 * some, any other call is thread 0's alone. A barrier stands only where one thread touches what another one wrote, or writes what
 * another one touched; it is found from the places of the calls, so memory that is used again counts too.
 */

import { type Call, overlap, type Place, type Program } from "../../compiler/program.ts";
import type { Kernel } from "../../kernel/language.ts";
import { workOf } from "../../kernel/work.ts";

/** Vector instructions that are worth sharing: some 10 µs, twenty times what a barrier costs. */
export const worthSharing = 25_000;
/** Vector instructions that are worth a claim of their own. */
const worthClaiming = 6_000;
/** Claims that a thread's share is cut into, where they are worth it: who is done early takes over what others have not begun. */
const claims = 8;

/** A call and how the threads come to it. */
export interface Step {
  readonly call: Call;
  /** Whether all threads wait for each other before it. */
  readonly barrier: boolean;
  /**
   * Number of the shared call since the last barrier, from 0: each has counters of its own, which a barrier sets back. Null
   * where thread 0 runs the call alone.
   */
  readonly shared: number | null;
}

/** Threads walk through a step of the program and meet at its end, whichever way it ends. */
export interface Plan {
  readonly before: readonly Step[];
  /** Whether all threads wait for each other before the log is written and the guard is read. */
  readonly barrier: boolean;
  readonly after: readonly Step[];
  /** Most shared calls between two barriers: 0 where nothing is worth sharing, and thread 0 runs everything. */
  readonly counters: number;
  /** Vector instructions of a step of the program. */
  readonly work: number;
}

/** @param worth  vector instructions from which on a call is shared */
export function planThreads(program: Program, threads: number, worth: number = worthSharing): Plan {
  const since = new Since();
  let counters = 0;
  const stepsOf = (calls: readonly Call[]): Step[] =>
    calls.map((call) => {
      const { kernel } = call;
      const isShared = threads > 1 && kernel.extent > 1 && workOf(kernel) >= worth;
      const barrier = since.add(isShared, call.places, placesWritten(call));
      const shared = isShared ? since.shared - 1 : null;
      counters = Math.max(counters, since.shared);
      return { call, barrier, shared };
    });
  const before = stepsOf(program.before);
  // Thread 0 writes the log, but all threads read the guard.
  const read = program.guard ? [...program.log, program.guard] : program.log;
  const barrier = since.add(program.guard !== null, read, [], 0);
  const after = stepsOf(program.after);
  const calls = [...program.before, ...program.after];
  const work = calls.reduce((sum, { kernel }) => sum + workOf(kernel), 0);
  if (counters === 0) return { ...{ before: before.map(alone), after: after.map(alone) }, ...none, work };
  return { before, barrier, after, counters, work };
}

const alone = ({ call }: Step): Step => ({ call, barrier: false, shared: null });
const none = { barrier: false, counters: 0 } as const;

/** Parts that a thread claims at a time. */
export function claimOf(kernel: Kernel, threads: number): number {
  const share = Math.ceil(kernel.extent / threads);
  const parts = Math.ceil((worthClaiming * kernel.extent) / Math.max(1, workOf(kernel)));
  return Math.min(share, Math.max(parts, Math.ceil(share / claims)));
}

function placesWritten({ kernel, places }: Call): Place[] {
  return kernel.writes.map((buffer) => places[buffer]!);
}

interface Touched {
  readonly touched: readonly Place[];
  readonly written: readonly Place[];
}

/** What has been called since the last barrier: by thread 0 alone, and by all. */
class Since {
  #alone: Touched[] = [];
  #all: Touched[] = [];
  /** Shared calls. */
  shared = 0;

  /** Notes a call; whether it needs a barrier before it. */
  add(byAll: boolean, touched: readonly Place[], written: readonly Place[], counts = 1): boolean {
    const now = { touched, written };
    const others = byAll ? [...this.#all, ...this.#alone] : this.#all;
    const barrier = others.some((then) => collide(then.written, touched) || collide(then.touched, written));
    if (barrier) {
      this.#alone = [];
      this.#all = [];
      this.shared = 0;
    }
    (byAll ? this.#all : this.#alone).push(now);
    if (byAll) this.shared += counts;
    return barrier;
  }
}

function collide(a: readonly Place[], b: readonly Place[]): boolean {
  return a.some((one) => b.some((other) => overlap(one, other)));
}

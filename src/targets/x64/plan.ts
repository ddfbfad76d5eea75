/**
 * A program as phases of tasks. The parts of a costly call are shared by the threads, and the same parts belong to the same thread in
 * every step, so that what it wrote is still in its cache; cheap calls are done one after the other by one thread. A new phase
 * begins only where a call needs what another thread may still be at.
 */

import { type Call, overlap, type Program } from "../../compiler/program.ts";
import type { Kernel } from "../../kernel/language.ts";
import { workOf } from "../../kernel/work.ts";

/** The parts [begin, end) of a call. */
export interface Piece {
  readonly call: Call;
  readonly begin: number;
  readonly end: number;
}

/** Done by one thread, in order: by `home` if it is there. */
export interface Task {
  readonly pieces: Piece[];
  home: number;
}

export type Phase = readonly Task[];

export interface Plan {
  readonly threads: number;
  readonly before: readonly Phase[];
  readonly after: readonly Phase[];
}

/** Seconds of a vector instruction, roughly: only how work is spread depends on it. */
const secondsPerInstruction = 1.5e-10;
/** Work below this is done before another core has heard of it. */
const worthSharing = 1.5e-6;
/** Between phases a run can pause or be stopped: none should take longer than this. */
const longest = 0.02;

/** @param always  share every call that has parts, to find defects */
export function planProgram(program: Program, threads: number, always: boolean): Plan {
  const worth = always ? 0 : worthSharing;
  const before = new Planner(threads, worth).plan(program.before);
  const after = new Planner(threads, worth).plan(program.after);
  const seconds = [...program.before, ...program.after].reduce((sum, { kernel }) => sum + estimate(kernel), 0);
  return seconds < worth ? onOneThread({ before, after }) : onThreads(threads, { before, after });
}

/** The phases on as many threads, or on one where there is never anything for another to do: to wake it takes longer than small programs. */
export function onThreads(threads: number, phases: Pick<Plan, "before" | "after">): Plan {
  const isShared = [...phases.before, ...phases.after].some((tasks) => tasks.length > 1);
  return isShared ? { threads, ...phases } : onOneThread(phases);
}

function onOneThread({ before, after }: Pick<Plan, "before" | "after">): Plan {
  const atHome = (tasks: Phase): Phase => tasks.map(({ pieces }) => ({ pieces, home: 0 }));
  return { threads: 1, before: before.map(atHome), after: after.map(atHome) };
}

/** How long one thread would take, roughly. */
function estimate(kernel: Kernel): number {
  return secondsPerInstruction * workOf(kernel);
}

/** Phases that a call of so many parts goes through. */
function roundsOf(extent: number, seconds: number): number {
  return Math.max(1, Math.min(extent, Math.ceil(seconds / longest)));
}

/** [begin, end) in `count` slices of nearly one size. */
function slices(begin: number, end: number, count: number): [begin: number, end: number][] {
  const at = (slice: number): number => begin + Math.floor(((end - begin) * slice) / count);
  return Array.from({ length: count }, (_, slice) => [at(slice), at(slice + 1)]);
}

class Planner {
  readonly #threads: number;
  readonly #worth: number;
  readonly #phases: Task[][] = [];
  #open: Task[] = [];
  /** Calls since the last that waits: they are in nobody's way but that of later ones. */
  readonly #beside: Set<Call> = new Set();
  /** Seconds that the open phase gives each thread to do. */
  #load: number[];

  constructor(threads: number, worth: number) {
    this.#threads = threads;
    this.#worth = worth;
    this.#load = new Array<number>(threads).fill(0);
  }

  plan(calls: readonly Call[]): Phase[] {
    for (const call of calls) {
      if (call.waits) this.#beside.clear();
      this.#beside.add(call);
      const { extent } = call.kernel;
      const seconds = estimate(call.kernel);
      if (this.#threads > 1 && extent > 1 && seconds >= this.#worth) this.#share(call, seconds / this.#threads);
      else this.#append(call, seconds);
    }
    this.#close();
    return this.#phases.map((tasks) => tasks.sort((a, b) => a.home - b.home));
  }

  /** A task for each thread; long calls go through several phases. */
  #share(call: Call, seconds: number): void {
    const { extent } = call.kernel;
    if (this.#inTheWay(call).length > 0) this.#close();
    const rounds = roundsOf(extent, seconds);
    for (const [round, [first, last]] of slices(0, extent, rounds).entries()) {
      if (round > 0) this.#close();
      for (const [home, [begin, end]] of slices(first, last, this.#threads).entries()) {
        if (begin < end) this.#open.push({ pieces: [{ call, begin, end }], home });
        this.#load[home]! += seconds / rounds;
      }
    }
  }

  /** Behind the one task it waits for, or beside all. */
  #append(call: Call, seconds: number): void {
    const { extent } = call.kernel;
    const rounds = roundsOf(extent, seconds);
    for (const [round, [begin, end]] of slices(0, extent, rounds).entries()) {
      if (round > 0) this.#close();
      const piece = { call, begin, end };
      const waitsFor = this.#inTheWay(call);
      if (waitsFor.length > 1 || waitsFor.some(({ pieces }) => pieces.some(isShared))) this.#close();
      const [before] = waitsFor;
      if (before && this.#open.includes(before)) {
        before.pieces.push(piece);
        this.#load[before.home]! += seconds / rounds;
      } else {
        const home = this.#load.indexOf(Math.min(...this.#load));
        this.#open.push({ pieces: [piece], home });
        this.#load[home]! += seconds / rounds;
      }
    }
  }

  /** The open tasks that a call must come after. */
  #inTheWay(call: Call): Task[] {
    const inTheWay = (other: Call): boolean => !this.#beside.has(other) && conflict(other, call);
    return this.#open.filter(({ pieces }) => pieces.some((piece) => inTheWay(piece.call)));
  }

  #close(): void {
    if (this.#open.length > 0) this.#phases.push(this.#open);
    this.#open = [];
    this.#load = new Array<number>(this.#threads).fill(0);
  }
}

function isShared({ call, begin, end }: Piece): boolean {
  return begin > 0 || end < call.kernel.extent;
}

/** Whether one writes what the other touches. */
function conflict(a: Call, b: Call): boolean {
  const writes = (one: Call, other: Call): boolean =>
    one.kernel.writes.some((number) => other.places.some((place) => overlap(one.places[number]!, place)));
  return writes(a, b) || writes(b, a);
}

/**
 * A program in native memory: code, records, and a job to run it. A run is one native call for many steps; where it takes longer than a
 * chunk should, it pauses between two phases, the event loop gets its turn, and it goes on.
 */

import { viewOf } from "../../base/dtype.ts";
import { pause } from "../../base/pause.ts";
import type { Call, Place, Program } from "../../compiler/program.ts";
import type { Arena } from "../arena.ts";
import type { Block } from "../block.ts";
import { profileProgram } from "../profile.ts";
import type { Bindings, Executable, Profile, RunReport } from "../target.ts";
import { job, status } from "./layout.ts";
import type { NativeMemory } from "./memory.ts";
import type { Plan } from "./plan.ts";
import type { Pool } from "./pool.ts";
import { type CodeAddresses, planOf, Records } from "./records.ts";
import { setWord } from "./words.ts";

/** Ticks after which a run pauses: 20 to 40 ms. */
const budget = 8e7;

/** Code of a program's kernels in memory. */
export interface LoadedCode extends CodeAddresses {
  release(): void;
}

export class NativeExecutable implements Executable {
  readonly memory: number;
  readonly #native: NativeMemory;
  readonly #pool: Pool;
  readonly #program: Program;
  readonly #code: LoadedCode;
  readonly #plan: Plan;
  readonly #arena: Arena;
  readonly #job: Block;
  readonly #words: Int32Array;
  readonly #records: Records;
  #bases: readonly number[] = [];
  #log: Block;

  constructor(native: NativeMemory, pool: Pool, program: Program, plan: Plan, code: LoadedCode) {
    this.#native = native;
    this.#pool = pool;
    this.#program = program;
    this.#plan = plan;
    this.#code = code;
    this.memory = program.arena;
    this.#arena = native.arenas.for(program.arena);
    this.#job = native.allocate(job.bytes);
    const view = native.bytesOf(this.#job);
    this.#words = new Int32Array(view.buffer, view.byteOffset, job.bytes >> 2);
    this.#records = new Records(native, program, plan, code, this.#job.address);
    this.#log = native.allocate(0);
  }

  async run(bindings: Bindings, steps: number, signal?: AbortSignal): Promise<RunReport> {
    return this.#arena.lend((arena) => {
      this.#bind(this.#slots(arena, bindings));
      return this.#run(steps, signal);
    });
  }

  async profile(bindings: Bindings, steps: number): Promise<Profile> {
    return this.#arena.lend((arena) => this.#profile(this.#slots(arena, bindings), steps));
  }

  async #run(steps: number, signal: AbortSignal | undefined): Promise<RunReport> {
    const width = this.#program.log.length;
    const records = this.#records;
    this.#prepare(records, steps);
    this.#set("log", this.#logFor(steps));
    let interrupted = false;
    while (steps > 0) {
      this.#pool.run(this.#job.address);
      if (this.#get("status") !== status.paused) break;
      this.#set("done", records.stepsDone);
      // Whoever reads the state while the event loop has its turn finds that of one step: one that has begun to change it is finished.
      const step = records.stepsDone + 1;
      if (step <= steps && !records.isUndone(step)) {
        this.#set("steps", step);
        do this.#pool.run(this.#job.address);
        while (this.#get("status") === status.paused);
        if (this.#get("status") === status.stopped || step === steps) break;
        this.#set("steps", steps);
      }
      await pause();
      interrupted = signal?.aborted ?? false;
      if (interrupted) break;
    }
    const stopped = this.#get("status") === status.stopped;
    const done = stopped ? this.#get("stopped") - 1 : records.stepsDone;
    const { buffer, byteOffset } = this.#native.bytesOf(this.#log);
    return {
      steps: done,
      // A step the guard stopped has logged too.
      log: viewOf("float32", buffer, byteOffset, width * (stopped ? done + 1 : done)).slice(),
      interrupted: interrupted && done < steps,
      underflow: this.#get("underflow") !== 0,
    };
  }

  /** The job as it is before the first step. */
  #prepare(records: Records, steps: number): void {
    records.reset();
    const { first, threads } = records;
    const values = { steps, first, threads, budget, status: 0, done: 0, stopped: 0, underflow: 0 };
    for (const [name, value] of Object.entries(values)) this.#set(name as keyof typeof values, value);
  }

  #set(name: keyof typeof job, value: number): void {
    setWord(this.#words, job[name], value);
  }

  /** The lower half of a word: enough for what comes back. */
  #get(name: keyof typeof job): number {
    return this.#words[job[name] >> 2]!;
  }

  async #profile(slots: readonly Block[], steps: number): Promise<Profile> {
    this.#bind(slots);
    const alone = new Map<Call, Records>();
    for (const call of [...this.#program.before, ...this.#program.after]) {
      const program = { ...this.#program, log: [], guard: null };
      const records = new Records(this.#native, program, planOf(call, this.#plan), this.#code, this.#job.address);
      records.bind(this.#bases);
      alone.set(call, records);
    }
    const at = ({ slot, offset }: Place): Uint8Array => this.#native.bytesOf(slots[slot]!).subarray(offset);
    const profile = await profileProgram(this.#program, steps, {
      call: (call) => {
        this.#prepare(alone.get(call)!, 1);
        do this.#pool.run(this.#job.address);
        while (this.#get("status") === status.paused);
      },
      float32At: (place) => viewOf("float32", at(place).buffer, at(place).byteOffset, 1)[0]!,
      byteAt: (place) => at(place)[0]!,
    });
    for (const { block } of alone.values()) block.release();
    return profile;
  }

  #slots(arena: Block, { inputs, states, outputs }: Bindings): Block[] {
    return [arena, ...[...inputs, ...states, ...outputs].map((buffer) => this.#native.own(buffer))];
  }

  /** Memory for a row per step. */
  #logFor(steps: number): number {
    const bytes = 4 * this.#program.log.length * steps;
    if (this.#log.bytes < bytes) {
      const log = this.#native.allocate(bytes);
      this.#log.release();
      this.#log = log;
    }
    return this.#log.address;
  }

  /** Writes the addresses of the slots into the records, where they are not the last ones. */
  #bind(slots: readonly Block[]): void {
    const bases = slots.map(({ address }) => address);
    if (bases.every((base, slot) => base === this.#bases[slot])) return;
    this.#bases = bases;
    this.#records.bind(bases);
  }

  release(): void {
    this.#arena.release();
    for (const block of [this.#job, this.#records.block, this.#log]) block.release();
    this.#code.release();
  }
}

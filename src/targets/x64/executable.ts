/**
 * A program in native memory: code, records, tables of addresses, and a job to run it. A run is one native call for many steps; where it
 * takes longer than a chunk should, it pauses at a barrier, the event loop gets its turn, and it goes on.
 */

import { viewOf } from "../../base/dtype.ts";
import { InternalError } from "../../base/errors.ts";
import { pause } from "../../base/pause.ts";
import type { Call, Place, Program } from "../../compiler/program.ts";
import type { Kernel } from "../../kernel/language.ts";
import { Block } from "../block.ts";
import { profileProgram } from "../profile.ts";
import type { Bindings, Executable, Profile, RunReport, TargetBuffer } from "../target.ts";
import { flags, job, record, status } from "./layout.ts";
import type { NativeMemory } from "./memory.ts";
import type { Plan, Work } from "./plan.ts";
import type { Pool } from "./pool.ts";
import { setWord, wordAt } from "./words.ts";

/** Ticks after which a run pauses: some 50 ms. */
const budget = 1.5e8;
const wordBytes = 8;

/** Code of a program's kernels in memory. */
export interface LoadedCode {
  readonly addresses: ReadonlyMap<Kernel, number>;
  release(): void;
}

/** A block as the 32-bit words that JavaScript writes. */
interface Words {
  readonly block: Block;
  readonly address: number;
  readonly words: Int32Array;
}

export class NativeExecutable implements Executable {
  readonly memory: number;
  readonly #native: NativeMemory;
  readonly #pool: Pool;
  readonly #program: Program;
  readonly #code: LoadedCode;
  readonly #plan: Plan;
  readonly #arena: Block;
  readonly #job: Words;
  readonly #records: Words;
  /** Where each call's table lies, and which places stand in it. */
  readonly #tables: Words;
  readonly #places: Place[] = [];
  readonly #tableOf = new Map<Call | "log" | "guard", number>();
  /** The first record behind the guard. */
  readonly #after: number;
  #bases: readonly number[] = [];
  #log: Block;
  #running = false;

  constructor(native: NativeMemory, pool: Pool, program: Program, plan: Plan, code: LoadedCode) {
    this.#native = native;
    this.#pool = pool;
    this.#program = program;
    this.#code = code;
    this.#plan = plan;
    this.memory = program.arena;
    this.#arena = native.allocate(program.arena);
    this.#tables = this.#placeTables();
    const { records, after } = this.#writeRecords(plan);
    this.#records = records;
    this.#after = after;
    this.#job = this.#words(job.bytes);
    this.#log = native.allocate(0);
  }

  async run(bindings: Bindings, steps: number, signal?: AbortSignal): Promise<RunReport> {
    if (this.#running) throw new InternalError("a program was run again before it had paused for good");
    this.#running = true;
    try {
      return await this.#run(bindings, steps, signal);
    } finally {
      this.#running = false;
    }
  }

  async #run(bindings: Bindings, steps: number, signal: AbortSignal | undefined): Promise<RunReport> {
    const width = this.#program.log.length;
    this.#bind(bindings);
    const { words, address } = this.#job;
    this.#prepareJob(this.#records.address, steps);
    setWord(words, job.log, this.#logFor(steps));
    let interrupted = false;
    for (;;) {
      if (steps > 0) this.#pool.run(address);
      if (words[job.status >> 2] !== status.paused) break;
      await pause();
      if (!signal?.aborted) continue;
      // What stands before the guard has changed nothing yet; behind it the step is finished first.
      if (wordAt(words, job.resume) < this.#after) {
        interrupted = true;
        break;
      }
      setWord(words, job.steps, wordAt(words, job.done) + 1);
    }
    const done = wordAt(words, job.done);
    // A step the guard stopped has logged too.
    const begun = words[job.status >> 2] === status.stopped ? done + 1 : done;
    return {
      steps: done,
      log: viewOf(
        "float32",
        this.#native.bytesOf(this.#log).buffer,
        this.#native.bytesOf(this.#log).byteOffset,
        width * begun,
      ).slice(),
      interrupted: interrupted || (done < steps && words[job.status >> 2] !== status.stopped),
      underflow: words[job.underflow >> 2] !== 0,
    };
  }

  #prepareJob(first: number, steps: number): void {
    const { words } = this.#job;
    const values = {
      steps,
      first,
      resume: first,
      threads: this.#plan.threads,
      budget,
      done: 0,
      underflow: 0,
      status: 0,
    };
    for (const [name, value] of Object.entries(values)) setWord(words, job[name as keyof typeof values], value);
  }

  async profile(bindings: Bindings, steps: number): Promise<Profile> {
    this.#bind(bindings);
    const single = new Map<Call, Words>();
    for (const call of [...this.#program.before, ...this.#program.after]) {
      const works = [...this.#plan.before, ...this.#plan.after].filter((work) => work.call === call);
      single.set(call, this.#writeRecords({ ...this.#plan, before: works, after: [] }, false).records);
    }
    const value = (place: Place): Uint8Array => this.#bytesAt(bindings, place);
    const profile = await profileProgram(this.#program, steps, {
      call: async (call) => {
        this.#prepareJob(single.get(call)!.address, 1);
        do this.#pool.run(this.#job.address);
        while (this.#job.words[job.status >> 2] === status.paused);
      },
      float32At: (place) => viewOf("float32", value(place).buffer, value(place).byteOffset, 1)[0]!,
      byteAt: (place) => value(place)[0]!,
    });
    for (const { block } of single.values()) block.release();
    return profile;
  }

  #bytesAt({ inputs, states, outputs }: Bindings, { slot, offset }: Place): Uint8Array {
    const buffer = [this.#arena, ...inputs, ...states, ...outputs][slot]!;
    return this.#native.bytesOf(own(buffer)).subarray(offset);
  }

  /** Memory for a row per step. */
  #logFor(steps: number): number {
    const bytes = 4 * this.#program.log.length * steps;
    if (this.#log.bytes < bytes) {
      this.#log.release();
      this.#log = this.#native.allocate(bytes);
    }
    return this.#log.address;
  }

  /** Writes the addresses of the slots into the tables, where they are not the last ones. */
  #bind({ inputs, states, outputs }: Bindings): void {
    const bases = [this.#arena, ...inputs, ...states, ...outputs].map((slot) => own(slot).address);
    if (bases.every((base, slot) => base === this.#bases[slot])) return;
    this.#bases = bases;
    this.#places.forEach(({ slot, offset }, i) => setWord(this.#tables.words, wordBytes * i, bases[slot]! + offset));
  }

  #placeTables(): Words {
    const { before, after, log, guard } = this.#program;
    const add = (key: Call | "log" | "guard", places: readonly Place[]): void => {
      this.#tableOf.set(key, this.#places.length);
      this.#places.push(...places);
    };
    for (const call of [...before, ...after]) add(call, call.places);
    add("log", log);
    add("guard", guard ? [guard] : []);
    return this.#words(wordBytes * this.#places.length);
  }

  /** The records of a plan, with log, guard and end where they belong. */
  #writeRecords({ threads, before, after }: Plan, whole = true): { records: Words; after: number } {
    const { log, guard } = whole ? this.#program : { log: [], guard: null };
    const extra = (log.length > 0 ? 1 : 0) + (guard ? 1 : 0) + 1;
    const works = before.length + after.length;
    const bounds = wordBytes * (threads + 1);
    const records = this.#words(record.bytes * (works + extra) + bounds * works);
    const { words, address } = records;
    let at = 0;
    let boundsAt = record.bytes * (works + extra);
    const write = (values: Partial<Record<keyof typeof record, number>>): void => {
      for (const [name, value] of Object.entries(values))
        setWord(words, at + record[name as keyof typeof record], value);
      at += record.bytes;
    };
    const tableAt = (key: Call | "log" | "guard"): number => this.#tables.address + wordBytes * this.#tableOf.get(key)!;
    const writeWork = ({ call, barrier, bounds: parts }: Work): void => {
      parts.forEach((part, thread) => setWord(words, boundsAt + wordBytes * thread, part));
      write({
        code: this.#code.addresses.get(call.kernel)!,
        table: tableAt(call),
        bounds: address + boundsAt,
        flags: barrier ? flags.barrier : 0,
      });
      boundsAt += bounds;
    };
    before.forEach(writeWork);
    let wait: number = flags.barrier;
    if (log.length > 0) {
      write({ table: tableAt("log"), count: log.length, flags: flags.log | wait });
      wait = 0;
    }
    if (guard) write({ table: tableAt("guard"), flags: flags.guard | wait });
    const behind = address + at;
    after.forEach(writeWork);
    write({ flags: flags.end | flags.barrier });
    return { records, after: behind };
  }

  #words(bytes: number): Words {
    const block = this.#native.allocate(bytes);
    const view = this.#native.bytesOf(block);
    return { block, address: block.address, words: new Int32Array(view.buffer, view.byteOffset, bytes >> 2) };
  }

  release(): void {
    for (const block of [this.#arena, this.#tables.block, this.#records.block, this.#job.block, this.#log])
      block.release();
    this.#code.release();
  }
}

export function own(buffer: TargetBuffer): Block {
  if (!(buffer instanceof Block)) throw new InternalError("a buffer of another target was given to x64");
  return buffer;
}

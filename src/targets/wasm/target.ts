/**
 * The WebAssembly target: runs wherever WebAssembly has SIMD. Modules are compiled to programs, programs to bytes, bytes by the
 * engine; nothing is fetched. A run is one synchronous call, which other threads join where there are several. float64 is refused: the
 * reference computes it.
 */

import { processors, sharesMemory } from "#thread";
import { bytesOf, type Data, type DType, viewOf } from "../../base/dtype.ts";
import { InternalError, TargetError } from "../../base/errors.ts";
import { compileModule } from "../../compiler/compile.ts";
import type { Machine } from "../../compiler/machine.ts";
import type { Call, Place, Program } from "../../compiler/program.ts";
import type { Module } from "../../graph/module.ts";
import { simplifyModule } from "../../graph/simplify.ts";
import type { Arena } from "../arena.ts";
import type { Block } from "../block.ts";
import { refuseFloat64 } from "../float64.ts";
import { profileProgram } from "../profile.ts";
import type { Bindings, CpuTarget, Executable, Numerics, Profile, RunReport, TargetBuffer } from "../target.ts";
import { LinearMemory } from "./memory.ts";
import { type Plan, planThreads, worthSharing } from "./plan.ts";
import { Pool, type SharedProgram } from "./pool.ts";
import { hasFusedMultiplyAdd, hasSimd } from "./probe.ts";
import { encodeKernels, encodeProgram, kernelsOf } from "./program.ts";
import { looksFor, type Sharing, stateBytes } from "./sharing.ts";

const smallestNormal = 2 ** -126;
/** Threads by default: more of them gain little more. */
const mostByDefault = 16;
/** Vector instructions in a run that are worth waking threads for: they take as long as that does. */
const worthWaking = 200_000;

export interface Sharer {
  /** By default as many as run at once, at most 16. Where an engine's threads cannot share memory there is one. */
  readonly threads?: number | undefined;
  /** For tests: whatever has parts is shared, from the first run on. */
  readonly eager?: boolean;
}

/**
 * The target in the mode asked for; by default fused where the engine's multiply-add is, else portable.
 *
 * @throws {TargetError} where the engine lacks what is needed
 */
export async function wasmTarget(numerics?: Numerics, sharer: Sharer = {}): Promise<CpuTarget> {
  if (typeof WebAssembly === "undefined" || !hasSimd()) {
    throw new TargetError(
      "wasm: this engine has no WebAssembly with 128-bit SIMD. Use a newer engine, or the target reference.",
      { operation: "wasm" },
    );
  }
  const fused = probeFused();
  if (numerics === "fused" && !fused) {
    throw new TargetError(
      "wasm: this engine has no fused multiply-add (relaxed SIMD), so numerics cannot be fused. " +
        "Use numerics portable, or a newer engine.",
      { operation: "wasm", expected: "fused" },
    );
  }
  const threads = sharesMemory() ? (sharer.threads ?? Math.min(processors(), mostByDefault)) : 1;
  return new WasmTarget(numerics ?? (fused ? "fused" : "portable"), threads, sharer.eager ?? false);
}

function probeFused(): boolean {
  try {
    return hasFusedMultiplyAdd();
  } catch (cause) {
    throw refused(cause);
  }
}

/** What engines say where a page's policy or an embedder forbids generated code. */
const policy = /content security|\bcsp\b|unsafe-eval|disallowed by embedder/i;

/** An engine that compiles nothing at all, or not this: the second is a defect of ours. */
function refused(cause: unknown): Error {
  const reason = cause instanceof Error ? cause.message : String(cause);
  if (!policy.test(reason)) {
    return new InternalError(
      `Gradus has a defect: the engine refused a generated program: ${reason}. Please report it.`,
      {},
      { cause },
    );
  }
  return new TargetError(
    "wasm: the content-security policy of this page forbids generated WebAssembly. Allow 'wasm-unsafe-eval' in script-src.",
    { operation: "wasm", actual: reason, hint: "'wasm-unsafe-eval'" },
    { cause },
  );
}

class WasmTarget implements CpuTarget {
  readonly name = "wasm";
  readonly threads: number;
  readonly machine: Machine;
  readonly numerics: Numerics;
  readonly #memory: LinearMemory;
  readonly #crew: Crew | null;

  constructor(numerics: Numerics, threads: number, eager: boolean) {
    this.numerics = numerics;
    this.threads = threads;
    // Without a fused multiply-add engines need registers for products, and spill where loops are unrolled.
    this.machine =
      numerics === "fused"
        ? { lanes: 4, vectorRegisters: 16, workers: threads }
        : { lanes: 4, vectorRegisters: 12, unroll: 1, workers: threads };
    this.#memory = new LinearMemory(threads > 1);
    const sharing = { threads, looks: looksFor(threads, processors()) };
    this.#crew = threads > 1 ? { pool: new Pool(this.#memory, threads), sharing, eager } : null;
  }

  allocate(bytes: number): TargetBuffer {
    return this.#memory.allocate(bytes);
  }

  async write(buffer: TargetBuffer, data: Data): Promise<void> {
    const { address } = this.#memory.own(buffer);
    if (data.byteLength > buffer.bytes) throw new InternalError(`${data.byteLength} bytes do not fit ${buffer.bytes}`);
    this.#memory.bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), address);
    if (data instanceof Float32Array) {
      const view = viewOf("float32", this.#memory.memory.buffer, address, data.length);
      for (let i = 0; i < view.length; i++) if (Math.abs(view[i]!) < smallestNormal) view[i]! *= 0;
    }
  }

  async read<D extends DType>(buffer: TargetBuffer, dtype: D, length: number, first = 0): Promise<Data<D>> {
    const from = this.#memory.own(buffer).address + first * bytesOf(dtype);
    return viewOf(dtype, this.#memory.memory.buffer, from, length).slice() as Data<D>;
  }

  async compile(module: Module): Promise<Executable> {
    refuseFloat64(module, "wasm");
    return this.load(compileModule(simplifyModule(module), this.machine));
  }

  async load(program: Program): Promise<Executable> {
    const crew = this.#crew;
    const plan = crew ? planThreads(program, this.threads, crew.eager ? 0 : worthSharing) : null;
    const bytes = encodeProgram(program, this.numerics, crew?.sharing, plan ?? undefined);
    const { module, instance } = await instantiate(bytes, this.#memory);
    const executable = new WasmExecutable(this.#memory, program, this.numerics, instance.exports.run as Run);
    if (crew && plan && plan.counters > 0) await executable.share(crew, plan, module);
    return executable;
  }
}

/** Other threads, and how programs are shared with them. */
interface Crew {
  readonly pool: Pool;
  readonly sharing: Sharing;
  readonly eager: boolean;
}

/** Three addresses or counts, and for threads three more. */
type Run = (...args: readonly number[]) => number;
type Exports = Readonly<Record<string, Run>>;

/** A module that is written on this memory. */
async function instantiate(
  bytes: Uint8Array<ArrayBuffer>,
  { memory }: LinearMemory,
): Promise<WebAssembly.WebAssemblyInstantiatedSource> {
  try {
    return await WebAssembly.instantiate(bytes, { env: { memory } });
  } catch (cause) {
    throw refused(cause);
  }
}

/** What a program that threads share has beside the others. */
interface Shared {
  readonly pool: Pool;
  readonly program: SharedProgram;
  /** Its barrier and its counters. */
  readonly state: Block;
  /** Steps that are worth waking threads for. */
  readonly fewest: number;
}

class WasmExecutable implements Executable {
  readonly memory: number;
  readonly #linear: LinearMemory;
  readonly #program: Program;
  readonly #numerics: Numerics;
  readonly #run: Run;
  readonly #arena: Arena;
  readonly #table: Block;
  #shared: Shared | null = null;
  /** The kernels one by one; made when they are first to be timed. */
  #kernels: Promise<Exports> | null = null;
  #log: Block;
  #runs = 0;

  constructor(linear: LinearMemory, program: Program, numerics: Numerics, run: Run) {
    this.#linear = linear;
    this.#program = program;
    this.#numerics = numerics;
    this.#run = run;
    this.#arena = linear.arenas.for(program.arena);
    this.#table = linear.allocate(4 * program.slots);
    this.#log = linear.allocate(0);
    this.memory = program.arena;
  }

  /** From now on the other threads join, as soon as they have the module. */
  async share({ pool, sharing, eager }: Crew, plan: Plan, module: WebAssembly.Module): Promise<void> {
    const state = this.#linear.allocate(stateBytes(sharing.threads, plan.counters));
    const program = pool.add(module, this);
    const fewest = eager ? 0 : Math.ceil(worthWaking / plan.work);
    this.#shared = { pool, program, state, fewest };
    if (eager) await pool.received(program);
  }

  async run(bindings: Bindings, steps: number): Promise<RunReport> {
    return this.#arena.lend((arena) => {
      const width = this.#program.log.length;
      const log = this.#logFor(width * steps);
      const bases = this.#bases(arena, bindings);
      const { buffer } = this.#linear.memory; // after all memory is there: more may move it
      viewOf("uint32", buffer, this.#table.address, bases.length).set(bases);
      const done = this.#call(this.#table.address, steps, log);
      // A step the guard stopped has logged too.
      const begun = Math.min(steps, done + 1);
      return { steps: done, log: viewOf("float32", buffer, log, width * begun).slice() };
    });
  }

  /** Memory for so many values. */
  #logFor(values: number): number {
    if (this.#log.bytes < 4 * values) {
      const log = this.#linear.allocate(4 * values);
      this.#log.release();
      this.#log = log;
    }
    return this.#log.address;
  }

  /** Runs the program on all threads, where that is worth it and they have it; else on this one. */
  #call(table: number, steps: number, log: number): number {
    if (!this.#shared) return this.#run(table, steps, log);
    const { pool, program, state, fewest } = this.#shared;
    const args = [table, steps, log, state.address];
    if (steps < fewest) return this.#run(...args, 0, 1);
    if (this.#runs++ === 0) pool.expect(program);
    if (!pool.has(program)) return this.#run(...args, 0, 1);
    pool.begin(program, args);
    return this.#run(...args, 0, pool.threads);
  }

  async profile(bindings: Bindings, steps: number): Promise<Profile> {
    const { isShared } = this.#linear;
    this.#kernels ??= instantiate(encodeKernels(this.#program, this.#numerics, isShared), this.#linear).then(
      ({ instance }) => instance.exports as Exports,
    );
    const functions = await this.#kernels;
    return this.#arena.lend((arena) => this.#profile(functions, this.#bases(arena, bindings), steps));
  }

  #profile(functions: Exports, bases: readonly number[], steps: number): Promise<Profile> {
    const at = ({ slot, offset }: Place): number => bases[slot]! + offset;
    const numbers = new Map(kernelsOf(this.#program).map((kernel, number) => [kernel, number]));
    const ready = new Map<Call, () => number>();
    for (const call of [...this.#program.before, ...this.#program.after]) {
      const parameters = [...call.places.map(at), 0, call.kernel.extent, 0];
      ready.set(call, functions[numbers.get(call.kernel)!]!.bind(null, ...parameters));
    }
    // Others have their turns between the calls, and may make the memory grow.
    const valueAt = (dtype: DType, place: Place): number => viewOf(dtype, this.#linear.memory.buffer, at(place), 1)[0]!;
    return profileProgram(this.#program, steps, {
      call: (call) => void ready.get(call)!(),
      float32At: (place) => valueAt("float32", place),
      byteAt: (place) => valueAt("uint8", place),
    });
  }

  /** The address of every slot. */
  #bases(arena: Block, { inputs, states, outputs }: Bindings): number[] {
    return [arena, ...inputs, ...states, ...outputs].map((slot) => this.#linear.own(slot).address);
  }

  release(): void {
    this.#arena.release();
    for (const block of [this.#table, this.#log]) block.release();
    if (!this.#shared) return;
    this.#shared.pool.release(this.#shared.program, this);
    this.#shared.state.release();
  }
}

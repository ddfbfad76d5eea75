/**
 * The WebAssembly target: runs wherever WebAssembly has SIMD. Modules are compiled to programs, programs to bytes, bytes by the
 * engine; nothing is fetched. A run is one synchronous call. float64 is refused: the reference computes it.
 */

import { type Data, type DType, viewOf } from "../../base/dtype.ts";
import { InternalError, TargetError } from "../../base/errors.ts";
import { compileModule } from "../../compiler/compile.ts";
import type { Machine } from "../../compiler/machine.ts";
import type { Call, Place, Program } from "../../compiler/program.ts";
import type { Module } from "../../graph/module.ts";
import { simplifyModule } from "../../graph/simplify.ts";
import { Block } from "../block.ts";
import { refuseFloat64 } from "../float64.ts";
import { profileProgram } from "../profile.ts";
import type { Bindings, CpuTarget, Executable, Numerics, Profile, RunReport, TargetBuffer } from "../target.ts";
import { LinearMemory } from "./memory.ts";
import { hasFusedMultiplyAdd, hasSimd } from "./probe.ts";
import { encodeKernels, encodeProgram, kernelsOf } from "./program.ts";

const machine: Machine = { lanes: 4, vectorRegisters: 16, workers: 1 };
const smallestNormal = 2 ** -126;

/** The target in the mode asked for; by default fused where the engine's multiply-add is, else portable. */
export async function wasmTarget(numerics?: Numerics): Promise<CpuTarget> {
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
  return new WasmTarget(numerics ?? (fused ? "fused" : "portable"));
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
  readonly threads = 1;
  readonly machine: Machine = machine;
  readonly numerics: Numerics;
  readonly #memory = new LinearMemory();

  constructor(numerics: Numerics) {
    this.numerics = numerics;
  }

  allocate(bytes: number): TargetBuffer {
    return this.#memory.allocate(bytes);
  }

  async write(buffer: TargetBuffer, data: Data): Promise<void> {
    const { address } = own(buffer);
    if (data.byteLength > buffer.bytes) throw new InternalError(`${data.byteLength} bytes do not fit ${buffer.bytes}`);
    this.#memory.bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), address);
    if (data instanceof Float32Array) {
      const view = viewOf("float32", this.#memory.memory.buffer, address, data.length);
      for (let i = 0; i < view.length; i++) if (Math.abs(view[i]!) < smallestNormal) view[i]! *= 0;
    }
  }

  async read<D extends DType>(buffer: TargetBuffer, dtype: D, length: number): Promise<Data<D>> {
    return viewOf(dtype, this.#memory.memory.buffer, own(buffer).address, length).slice() as Data<D>;
  }

  async compile(module: Module): Promise<Executable> {
    refuseFloat64(module, "wasm");
    return this.load(compileModule(simplifyModule(module), machine));
  }

  async load(program: Program): Promise<Executable> {
    const { run } = await instantiate(encodeProgram(program, this.numerics), this.#memory);
    return new WasmExecutable(this.#memory, program, this.numerics, run!);
  }
}

type Exports = Readonly<Record<string, (...args: readonly number[]) => number>>;

/** The functions of a module that is written on this memory. */
async function instantiate(bytes: Uint8Array<ArrayBuffer>, { memory }: LinearMemory): Promise<Exports> {
  try {
    const { instance } = await WebAssembly.instantiate(bytes, { env: { memory } });
    return instance.exports as Exports;
  } catch (cause) {
    throw refused(cause);
  }
}

class WasmExecutable implements Executable {
  readonly memory: number;
  readonly #linear: LinearMemory;
  readonly #program: Program;
  readonly #numerics: Numerics;
  readonly #run: (table: number, steps: number, log: number) => number;
  readonly #arena: Block;
  readonly #table: Block;
  /** The kernels one by one; made when they are first to be timed. */
  #kernels: Promise<Exports> | null = null;
  #log: Block;

  constructor(
    linear: LinearMemory,
    program: Program,
    numerics: Numerics,
    run: (table: number, steps: number, log: number) => number,
  ) {
    this.#linear = linear;
    this.#program = program;
    this.#numerics = numerics;
    this.#run = run;
    this.#arena = linear.allocate(program.arena);
    this.#table = linear.allocate(4 * program.slots);
    this.#log = linear.allocate(0);
    this.memory = program.arena;
  }

  async run(bindings: Bindings, steps: number): Promise<RunReport> {
    const width = this.#program.log.length;
    if (this.#log.bytes < 4 * width * steps) {
      this.#log.release();
      this.#log = this.#linear.allocate(4 * width * steps);
    }
    const { buffer } = this.#linear.memory;
    const bases = this.#bases(bindings);
    viewOf("uint32", buffer, this.#table.address, bases.length).set(bases);
    const done = this.#run(this.#table.address, steps, this.#log.address);
    // A step the guard stopped has logged too.
    const begun = Math.min(steps, done + 1);
    return { steps: done, log: viewOf("float32", buffer, this.#log.address, width * begun).slice() };
  }

  async profile(bindings: Bindings, steps: number): Promise<Profile> {
    this.#kernels ??= instantiate(encodeKernels(this.#program, this.#numerics), this.#linear);
    const functions = await this.#kernels;
    const bases = this.#bases(bindings);
    const at = ({ slot, offset }: Place): number => bases[slot]! + offset;
    const numbers = new Map(kernelsOf(this.#program).map((kernel, number) => [kernel, number]));
    const ready = new Map<Call, () => number>();
    for (const call of [...this.#program.before, ...this.#program.after]) {
      const parameters = [...call.places.map(at), 0, call.kernel.extent, 0];
      ready.set(call, functions[numbers.get(call.kernel)!]!.bind(null, ...parameters));
    }
    const { buffer } = this.#linear.memory;
    return profileProgram(this.#program, steps, {
      call: (call) => void ready.get(call)!(),
      float32At: (place) => viewOf("float32", buffer, at(place), 1)[0]!,
      byteAt: (place) => viewOf("uint8", buffer, at(place), 1)[0]!,
    });
  }

  /** The address of every slot. */
  #bases({ inputs, states, outputs }: Bindings): number[] {
    return [this.#arena, ...inputs, ...states, ...outputs].map((slot) => own(slot).address);
  }

  release(): void {
    for (const block of [this.#arena, this.#table, this.#log]) block.release();
  }
}

function own(buffer: TargetBuffer): Block {
  if (!(buffer instanceof Block)) throw new InternalError("a buffer of another target was given to wasm");
  return buffer;
}

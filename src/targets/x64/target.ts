/**
 * The x64 target: machine code for this processor, written here, on all its cores. It runs on Linux where koffi is installed and pages
 * of generated code are allowed; where it cannot start it says why, and the registry takes wasm. float64 is refused: the reference
 * computes it.
 */

import { processors } from "#thread";
import { type Data, type DType, viewOf } from "../../base/dtype.ts";
import { environment } from "../../base/environment.ts";
import { InternalError, TargetError } from "../../base/errors.ts";
import { compileModule } from "../../compiler/compile.ts";
import type { Machine } from "../../compiler/machine.ts";
import type { Program } from "../../compiler/program.ts";
import type { Module } from "../../graph/module.ts";
import { simplifyModule } from "../../graph/simplify.ts";
import type { Kernel } from "../../kernel/language.ts";
import { refuseFloat64 } from "../float64.ts";
import type { CpuTarget, Executable, Numerics, TargetBuffer } from "../target.ts";
import { Assembler } from "./assembler.ts";
import { avx512 } from "./avx512.ts";
import { ConstantPool } from "./constants.ts";
import { emitKernel } from "./emit.ts";
import { type LoadedCode, NativeExecutable, own } from "./executable.ts";
import { loadCode } from "./executable-code.ts";
import { featuresOf } from "./features.ts";
import { NativeMemory } from "./memory.ts";
import { loadNative, type Native } from "./native.ts";
import { planProgram } from "./plan.ts";
import { Pool } from "./pool.ts";
import type { VectorExtension } from "./vectors.ts";

const smallestNormal = 2 ** -126;

export interface X64Options {
  /** "fused" (default) or "portable". */
  readonly numerics?: Numerics | undefined;
  /** Threads that share a run, the calling one among them; by default as many as there are cores. */
  readonly threads?: number | undefined;
  /**
   * Finds defects of generated code: every buffer between pages that cannot be touched, every kernel split over all threads, however small
   * it is. By default where GRADUS_CHECK is 1.
   */
  readonly check?: boolean | undefined;
}

/** The target; throws a TargetError that says why where it cannot run. */
export async function x64Target(options: X64Options = {}): Promise<CpuTarget> {
  const { numerics = "fused", threads = processors(), check = environment("GRADUS_CHECK") === "1" } = options;
  const native = await loadNative();
  if (featuresOf(native) !== "avx512") {
    throw new TargetError("x64: this processor has no AVX-512. Use the target wasm.", { operation: "x64" });
  }
  const pool = new Pool(native);
  pool.grow(threads);
  return new NativeTarget(native, pool, avx512, { numerics, threads, check });
}

type Settings = { readonly [name in keyof X64Options]-?: Exclude<X64Options[name], undefined> };

class NativeTarget implements CpuTarget {
  readonly name = "x64";
  readonly numerics: Numerics;
  readonly threads: number;
  readonly machine: Machine;
  readonly #native: Native;
  readonly #pool: Pool;
  readonly #extension: VectorExtension;
  readonly #memory: NativeMemory;
  readonly #check: boolean;

  constructor(native: Native, pool: Pool, extension: VectorExtension, { numerics, threads, check }: Settings) {
    this.#native = native;
    this.#pool = pool;
    this.#extension = extension;
    this.#memory = new NativeMemory(native, check);
    this.#check = check;
    this.numerics = numerics;
    this.threads = threads;
    this.machine = {
      lanes: extension.bits / 32,
      vectorRegisters: extension.registers.vector.length,
      workers: threads,
    };
  }

  allocate(bytes: number): TargetBuffer {
    return this.#memory.allocate(bytes);
  }

  async write(buffer: TargetBuffer, data: Data): Promise<void> {
    const bytes = this.#memory.bytesOf(own(buffer));
    if (data.byteLength > buffer.bytes) throw new InternalError(`${data.byteLength} bytes do not fit ${buffer.bytes}`);
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    if (data instanceof Float32Array) {
      const view = viewOf("float32", bytes.buffer, bytes.byteOffset, data.length);
      for (let i = 0; i < view.length; i++) if (Math.abs(view[i]!) < smallestNormal) view[i]! *= 0;
    }
  }

  async read<D extends DType>(buffer: TargetBuffer, dtype: D, length: number): Promise<Data<D>> {
    const bytes = this.#memory.bytesOf(own(buffer));
    return viewOf(dtype, bytes.buffer, bytes.byteOffset, length).slice() as Data<D>;
  }

  async compile(module: Module): Promise<Executable> {
    refuseFloat64(module, "x64");
    return this.load(compileModule(simplifyModule(module), this.machine));
  }

  async load(program: Program): Promise<Executable> {
    const plan = planProgram(program, this.threads, this.#check);
    return new NativeExecutable(this.#memory, this.#pool, program, plan, this.#loadKernels(program));
  }

  #loadKernels({ before, after }: Program): LoadedCode {
    const assembler = new Assembler(this.#extension.form);
    const constants = new ConstantPool(assembler);
    const labels = new Map<Kernel, { readonly position: number }>();
    for (const { kernel } of [...before, ...after]) {
      if (labels.has(kernel)) continue;
      labels.set(kernel, emitKernel(assembler, kernel, this.#extension, constants, this.numerics));
    }
    constants.write(assembler);
    const bytes = assembler.finish();
    const { address, release } = loadCode(this.#native, bytes);
    const kernels = new Map(Array.from(labels, ([kernel, { position }]) => [kernel, address + position]));
    const { log, guard, nothing } = this.#pool;
    return { kernels, log, guard, nothing, release };
  }
}

/**
 * The x64 target: machine code for this processor, written here, on all its cores. It runs on Linux where koffi is installed and pages
 * of generated code are allowed; where it cannot start it says why, and the registry takes wasm. float64 is refused: the reference
 * computes it.
 */

import { processors } from "#thread";
import { isLasting } from "../../base/bytes.ts";
import { bytesOf, type Data, type DType, viewOf } from "../../base/dtype.ts";
import { environment } from "../../base/environment.ts";
import { InternalError, TargetError } from "../../base/errors.ts";
import { compileModule } from "../../compiler/compile.ts";
import type { Machine } from "../../compiler/machine.ts";
import type { Program } from "../../compiler/program.ts";
import type { Module } from "../../graph/module.ts";
import { simplifyModule } from "../../graph/simplify.ts";
import type { Kernel } from "../../kernel/language.ts";
import { Blocks } from "../block.ts";
import { refuseFloat64 } from "../float64.ts";
import type { CpuTarget, Executable, Numerics, TargetBuffer } from "../target.ts";
import { Assembler } from "./assembler.ts";
import { avx2 } from "./avx2.ts";
import { avx512 } from "./avx512.ts";
import { ConstantPool } from "./constants.ts";
import { emitKernel } from "./emit.ts";
import { type LoadedCode, NativeExecutable } from "./executable.ts";
import { loadCode } from "./executable-code.ts";
import { type Features, featuresOf } from "./features.ts";
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
  /**
   * Which vector instructions: by default what GRADUS_VECTORS says, else the widest that the processor has. The results are the same
   * bits.
   */
  readonly vectors?: VectorExtension["name"] | undefined;
}

const extensions: Readonly<Record<VectorExtension["name"], VectorExtension>> = { avx512, avx2 };

/** The target; throws a TargetError that says why where it cannot run. */
export async function x64Target(options: X64Options = {}): Promise<CpuTarget> {
  const { numerics = "fused", threads = processors(), check = environment("GRADUS_CHECK") === "1" } = options;
  const native = await loadNative();
  const extension = chooseExtension(featuresOf(native), options.vectors ?? environment("GRADUS_VECTORS"));
  const pool = new Pool(native);
  pool.grow(threads);
  return new NativeTarget(native, pool, extension, { numerics, threads, check });
}

/** The widest extension that the processor has, or the one asked for; throws where it has none. */
export function chooseExtension(features: Features, asked?: string): VectorExtension {
  const refuse = (sentence: string): never => {
    const details = { operation: "x64", expected: Object.keys(extensions).join(", "), actual: asked ?? "none" };
    throw new TargetError(`x64: ${sentence}`, details);
  };
  if (features === null) refuse("this processor has neither AVX-512 nor AVX2 with FMA. Use the target wasm.");
  if (asked === undefined) return extensions[features!];
  if (!Object.hasOwn(extensions, asked)) {
    refuse(`vectors must be avx512 or avx2; got ${asked}. Leave it away for what the processor has.`);
  }
  if (asked === "avx512" && features === "avx2") {
    refuse("this processor has no AVX-512, which was asked for. Leave it away, or ask for avx2.");
  }
  return extensions[asked as VectorExtension["name"]];
}

interface Settings {
  readonly numerics: Numerics;
  readonly threads: number;
  readonly check: boolean;
}

class NativeTarget implements CpuTarget {
  readonly name = "x64";
  readonly numerics: Numerics;
  readonly threads: number;
  readonly machine: Machine;
  readonly vectors: VectorExtension["name"];
  readonly #native: Native;
  readonly #pool: Pool;
  readonly #extension: VectorExtension;
  readonly #memory: NativeMemory;
  /** Pages of kernels: given back with the last reference to their program. */
  readonly #code = new Blocks();
  readonly #check: boolean;

  constructor(native: Native, pool: Pool, extension: VectorExtension, { numerics, threads, check }: Settings) {
    this.#native = native;
    this.#pool = pool;
    this.#extension = extension;
    this.#memory = new NativeMemory(native, check);
    this.#check = check;
    this.numerics = numerics;
    this.threads = threads;
    this.vectors = extension.name;
    this.machine = {
      lanes: extension.bits / 32,
      vectorRegisters: extension.registers.vector.length,
      workers: threads,
      flushes: true,
    };
  }

  allocate(bytes: number): TargetBuffer {
    return this.#memory.allocate(bytes);
  }

  async write(buffer: TargetBuffer, data: Data): Promise<void> {
    const bytes = this.#memory.bytesOf(buffer);
    if (data.byteLength > buffer.bytes) throw new InternalError(`${data.byteLength} bytes do not fit ${buffer.bytes}`);
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    if (data instanceof Float32Array) {
      const view = viewOf("float32", bytes.buffer, bytes.byteOffset, data.length);
      for (let i = 0; i < view.length; i++) if (Math.abs(view[i]!) < smallestNormal) view[i]! *= 0;
    }
  }

  borrow(data: Data): TargetBuffer | null {
    // Floats are not: subnormals among them count as zero.
    const readable = isLasting(data) && !(data instanceof Float32Array);
    return readable && !this.#check ? this.#memory.borrow(data) : null;
  }

  async read<D extends DType>(buffer: TargetBuffer, dtype: D, length: number, first = 0): Promise<Data<D>> {
    const bytes = this.#memory.bytesOf(buffer);
    return viewOf(dtype, bytes.buffer, bytes.byteOffset + first * bytesOf(dtype), length).slice() as Data<D>;
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
    const code = this.#code.make(address, bytes.length, release);
    const kernels = new Map(Array.from(labels, ([kernel, { position }]) => [kernel, address + position]));
    const { log, guard, nothing } = this.#pool;
    return { kernels, log, guard, nothing, release: () => code.release() };
  }
}

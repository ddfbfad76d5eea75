/**
 * What a target offers: memory, and modules turned into running code. Every target passes the same conformance list. Nothing
 * here chooses a target; registry.ts does.
 */

import type { Data, DType } from "../base/dtype.ts";
import type { Machine } from "../compiler/machine.ts";
import type { Program } from "../compiler/program.ts";
import type { Module } from "../graph/module.ts";

export type TargetName = "reference" | "wasm" | "x64";

/** `fused`: fma rounds once; `portable`: twice, as engines without fused multiply-add do. */
export type Numerics = "fused" | "portable";

/** Memory of a target. Released by its owner, or by the tensor's finalization. */
export interface TargetBuffer {
  readonly bytes: number;
  release(): void;
}

export interface Bindings {
  readonly inputs: readonly TargetBuffer[];
  readonly states: readonly TargetBuffer[];
  readonly outputs: readonly TargetBuffer[];
}

export interface RunReport {
  /** Steps that updated the state: `steps`, or fewer when the guard stopped the run. */
  readonly steps: number;
  /** One row of `log.length` values per step begun. */
  readonly log: Float32Array;
  /** Whether the run ended because its signal asked for it. */
  readonly interrupted?: boolean;
  /** Whether a result was so small that it became zero, where the target can tell. */
  readonly underflow?: boolean;
}

/** What one kernel took, over all its calls. */
export interface KernelTime {
  readonly name: string;
  readonly calls: number;
  readonly seconds: number;
  /** Floating-point operations. */
  readonly flops: number;
  /** Bytes it touched: what each call reads, once, and what it writes. */
  readonly bytes: number;
}

/** A run whose kernels were timed, in the order in which they came. */
export interface Profile extends RunReport {
  readonly kernels: readonly KernelTime[];
}

export interface Executable {
  /**
   * Runs the program `steps` times on the same buffers. A long run may let the event loop have its turn in between, and then looks at
   * the signal: an aborted run ends between two steps, with the state of the steps it has finished.
   */
  run(bindings: Bindings, steps: number, signal?: AbortSignal): Promise<RunReport>;
  /** The same, kernel by kernel with a clock: the same results, slower. Absent where the target has no kernels. */
  profile?(bindings: Bindings, steps: number): Promise<Profile>;
  /** Bytes of intermediate memory the program holds. */
  readonly memory: number;
  release(): void;
}

export interface Target {
  readonly name: TargetName;
  readonly numerics: Numerics;
  readonly threads: number;
  /** Zeroed memory; throws TargetError when it cannot be had. */
  allocate(bytes: number): TargetBuffer;
  /** Copies `data` into the start of the buffer (float32 subnormals become zero). */
  write(buffer: TargetBuffer, data: Data): Promise<void>;
  /**
   * The memory of `data` as a buffer that programs only read, where the target can look into it and nobody can take it away
   * meanwhile; null where it must be copied.
   */
  borrow?(data: Data): TargetBuffer | null;
  /** A copy of `length` elements of the buffer, from element `first` (default 0) on. */
  read<D extends DType>(buffer: TargetBuffer, dtype: D, length: number, first?: number): Promise<Data<D>>;
  compile(module: Module): Promise<Executable>;
}

/** A target that runs the compiler's programs, and can profile them: what measures a machine writes some by hand. */
export interface CpuTarget extends Target {
  /** For which programs are compiled. */
  readonly machine: Machine;
  /** The program as running code. Its slots after the arena are inputs, states and outputs, in this order. */
  load(program: Program): Promise<Executable>;
}

export function isCpuTarget(target: Target): target is CpuTarget {
  return "load" in target && "machine" in target;
}

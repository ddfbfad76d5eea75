/**
 * What a target offers: memory, and modules turned into running code. Every target passes the same conformance list. Nothing
 * here chooses a target; registry.ts does.
 */

import type { Data, DType } from "../base/dtype.ts";
import type { Module } from "../graph/module.ts";

export type TargetName = "reference" | "wasm";

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
}

export interface Executable {
  /** Runs the program `steps` times on the same buffers. */
  run(bindings: Bindings, steps: number): Promise<RunReport>;
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
  /** A copy of the buffer's first `length` elements. */
  read<D extends DType>(buffer: TargetBuffer, dtype: D, length: number): Promise<Data<D>>;
  compile(module: Module): Promise<Executable>;
}

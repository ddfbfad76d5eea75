/**
 * The reference target: interprets a module node by node, float32 and float64, every intermediate in memory of its own. What it
 * computes is by definition right; it is never fast. Holds no memory between runs and refuses nothing that `infer` accepts.
 */

import type { Data, DType } from "../../base/dtype.ts";
import { bytesOf, viewOf } from "../../base/dtype.ts";
import { invariant, TargetError } from "../../base/errors.ts";
import { sizeOf } from "../../base/shape.ts";
import type { Module } from "../../graph/module.ts";
import { rootsOf } from "../../graph/module.ts";
import type { Node } from "../../graph/node.ts";
import { flush, numberScalars } from "../../kernel/numbers.ts";
import type { Scalars } from "../../kernel/scalars.ts";
import type { Bindings, Executable, Numerics, RunReport, Target, TargetBuffer } from "../target.ts";
import { interpret } from "./interpret.ts";

/**
 * The readable oracle as a target.
 *
 * @param numerics  how float32 `fma` rounds; both modes are computed exactly
 */
export function referenceTarget(numerics: Numerics = "fused"): Target {
  const k = numberScalars(numerics);
  return {
    name: "reference",
    numerics,
    threads: 1,
    allocate: (bytes) => new ReferenceBuffer(bytes),
    write: async (buffer, data) => {
      const dtype = dtypeOf(data);
      elementsOf(buffer, dtype, data.length).set(dtype === "float32" ? data.map(flush) : data);
    },
    read: async (buffer, dtype, length, first = 0) =>
      elementsOf(buffer, dtype, first + length).slice(first) as Data<typeof dtype>,
    compile: async (module) => new Interpretation(module, k),
  };
}

class ReferenceBuffer implements TargetBuffer {
  readonly bytes: number;
  #memory: ArrayBuffer | null;

  constructor(bytes: number) {
    this.bytes = bytes;
    try {
      this.#memory = new ArrayBuffer(bytes);
    } catch (cause) {
      throw new TargetError(
        `reference: ${bytes} bytes of memory cannot be had. Use a smaller batch or a smaller network.`,
        { operation: "allocate", bytes },
        { cause },
      );
    }
  }

  get memory(): ArrayBuffer {
    invariant(this.#memory, "a buffer was used after its release");
    return this.#memory;
  }

  release(): void {
    this.#memory = null;
  }
}

/** The first `length` elements of a buffer, without a copy. */
function elementsOf<D extends DType>(buffer: TargetBuffer, dtype: D, length: number): Data<D> {
  invariant(buffer instanceof ReferenceBuffer, "a buffer of another target was given to the reference");
  invariant(
    length * bytesOf(dtype) <= buffer.bytes,
    `${length} elements of ${dtype} do not fit in a buffer of ${buffer.bytes} bytes`,
  );
  return viewOf(dtype, buffer.memory, 0, length);
}

function dtypeOf(data: Data): DType {
  if (data instanceof Float32Array) return "float32";
  if (data instanceof Float64Array) return "float64";
  if (data instanceof Int32Array) return "int32";
  return data instanceof Uint32Array ? "uint32" : "uint8";
}

class Interpretation implements Executable {
  readonly memory = 0;
  readonly #module: Module;
  readonly #scalars: Scalars<number>;
  #released = false;

  constructor(module: Module, scalars: Scalars<number>) {
    this.#module = module;
    this.#scalars = scalars;
  }

  async run(bindings: Bindings, steps: number): Promise<RunReport> {
    invariant(!this.#released, "a program was run after its release");
    const rows: number[] = [];
    for (let step = 0; step < steps; step++) {
      const values = this.#compute(bindings);
      const valueOf = (node: Node): Data => values.get(node)!;
      for (const node of this.#module.log) rows.push(valueOf(node)[0]!);
      if (this.#module.guard && valueOf(this.#module.guard)[0] === 0) {
        return { steps: step, log: Float32Array.from(rows) };
      }
      this.#module.outputs.forEach((node, i) => store(bindings.outputs[i]!, node, valueOf(node)));
      this.#module.states.forEach(({ next }, i) => store(bindings.states[i]!, next, valueOf(next)));
    }
    return { steps, log: Float32Array.from(rows) };
  }

  /** Every node's elements, before anything is written back. */
  #compute(bindings: Bindings): ReadonlyMap<Node, Data> {
    const { inputs, states } = this.#module;
    const bound = new Map<Node, Data>();
    inputs.forEach((node, i) => bound.set(node, load(bindings.inputs[i]!, node)));
    states.forEach(({ current }, i) => bound.set(current, load(bindings.states[i]!, current)));
    return interpret(rootsOf(this.#module), bound, this.#scalars);
  }

  release(): void {
    this.#released = true;
  }
}

/** A copy, so that no later store changes what this step computes with. */
function load(buffer: TargetBuffer, node: Node): Data {
  return elementsOf(buffer, node.dtype, sizeOf(node.shape)).slice();
}

function store(buffer: TargetBuffer, node: Node, data: Data): void {
  elementsOf(buffer, node.dtype, sizeOf(node.shape)).set(data);
}

/**
 * The way between tensors and the graph, for rooms that write programs of their own, such as training. Users never meet it.
 */

import type { Data, DType } from "../base/dtype.ts";
import { type Shape, sizeOf } from "../base/shape.ts";
import { type Module, rootsOf } from "../graph/module.ts";
import { flush } from "../kernel/numbers.ts";
import type { Target, TargetBuffer } from "../targets/target.ts";
import { inputsOf } from "./realize.ts";
import { leaf, Storage, storageOf } from "./storage.ts";
import { nodeOf, realize, type Tensor, tensorOf } from "./tensor.ts";

export { nodeOf, tensorOf } from "./tensor.ts";
export { inTrace, isTracing } from "./tracing.ts";

/**
 * A tensor over memory of a target, such as parameters that training updates in place: reading it shows what is there then. The
 * memory lives as long as the tensor or anybody else refers to the buffer.
 */
export function fromBuffer<S extends Shape, D extends DType>(
  target: Target,
  buffer: TargetBuffer,
  shape: S,
  dtype: D,
): Tensor<S, D> {
  return tensorOf<S, D>(leaf(Storage.fromBuffer(dtype, sizeOf(shape), target, buffer, true), shape));
}

/** A tensor of data that the caller gives away; subnormals of float32 become zero in it. */
export function fromData<S extends Shape, D extends DType>(data: Data<D>, shape: S, dtype: D): Tensor<S, D> {
  if (data instanceof Float32Array) for (let i = 0; i < data.length; i++) data[i] = flush(data[i]!);
  return tensorOf<S, D>(leaf(Storage.fromHost(dtype, data), shape));
}

/** A tensor's values, not to be changed: where they lie if that is on this side, else a copy. */
export async function valuesOf(tensor: Tensor): Promise<Data> {
  await realize(tensor);
  return storageOf(nodeOf(tensor))!.values();
}

/** A module that also binds what its functions use from outside: its last inputs, whose values are in `captured`. */
export interface Closed {
  readonly module: Module;
  readonly captured: Captured;
}

/** Values of tensors that a traced function made or found, in the order of the inputs that stand for them. */
export class Captured {
  readonly #storages: readonly Storage[];

  constructor(storages: readonly Storage[]) {
    this.#storages = storages;
  }

  /** The values in the target's memory; it is the tensors' own and lives as long as they or the caller. */
  async on(target: Target): Promise<TargetBuffer[]> {
    const buffers: TargetBuffer[] = [];
    for (const storage of this.#storages) buffers.push(await storage.on(target));
    return buffers;
  }
}

/** Closes a traced module over the tensors that a user's function made or found. Throws where one has no values. */
export function close(module: Module, operation: string): Closed {
  const bound = new Set([...module.inputs, ...module.states.map(({ current }) => current)]);
  const outside = inputsOf(rootsOf(module), operation, bound);
  const captured = new Captured(outside.map((node) => storageOf(node)!));
  return { module: { ...module, inputs: [...module.inputs, ...outside] }, captured };
}

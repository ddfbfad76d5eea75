/**
 * The way between tensors and the graph, for rooms that write programs of their own, such as training. Users never meet it.
 */

import type { DType } from "../base/dtype.ts";
import { type Shape, sizeOf } from "../base/shape.ts";
import { type Module, rootsOf } from "../graph/module.ts";
import type { Target, TargetBuffer } from "../targets/target.ts";
import { inputsOf } from "./realize.ts";
import { leaf, Storage, storageOf } from "./storage.ts";
import { type Tensor, tensorOf } from "./tensor.ts";

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

/** A module that also binds what its functions use from outside: after its own inputs, those tensors, whose values follow. */
export interface Closed {
  readonly module: Module;
  readonly captured: readonly Storage[];
}

/** Closes a traced module over the tensors that a user's function has made or seen. Throws where one has no values. */
export function close(module: Module, operation: string): Closed {
  const bound = new Set([...module.inputs, ...module.states.map(({ current }) => current)]);
  const outside = inputsOf(rootsOf(module), operation, bound);
  const captured = outside.map((node) => storageOf(node)!);
  return { module: { ...module, inputs: [...module.inputs, ...outside] }, captured };
}

/**
 * The way between tensors and the graph, for rooms that write programs of their own, such as training. Users never meet it.
 */

import type { DType } from "../base/dtype.ts";
import { type Shape, sizeOf } from "../base/shape.ts";
import type { Target, TargetBuffer } from "../targets/target.ts";
import { leaf, Storage } from "./storage.ts";
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

/**
 * Targets as losses and metrics see them: class indices `[batch]`, or values in the outputs' own shape (probabilities, one-hot
 * rows, quantities). Refuses what is neither.
 */

import { DTypeError, ShapeError } from "../base/errors.ts";
import { type Shape, sameShape, showShape } from "../base/shape.ts";
import { oneHot } from "../functions/one-hot.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** Whether the targets are class indices; throws where they fit the outputs neither way. */
export function areLabels(operation: string, output: Tensor, target: Tensor): target is Tensor<Shape, "int32"> {
  const batch = output.shape.slice(0, 1);
  const found = `${target.dtype} ${showShape(target.shape)}`;
  if (target.dtype === "int32" && sameShape(target.shape, batch)) {
    if (output.rank === 2 && output.shape[1]! > 1) return true;
    const isOne = output.rank === 2;
    throw new ShapeError(
      `${operation}: class labels need outputs [batch, classes] with at least two classes; got ${showShape(output.shape)}. ` +
        `End with dense(classes)${isOne ? "; in data of one class there is nothing to tell apart" : ""}.`,
      { operation, expected: "[batch, classes]", actual: showShape(output.shape) },
    );
  }
  if (sameShape(target.shape, output.shape)) {
    if (target.dtype === output.dtype) return false;
    throw new DTypeError(
      `${operation}: targets in the outputs' shape need the outputs' dtype ${output.dtype}; got ${found}. Cast them.`,
      { operation, expected: output.dtype, actual: target.dtype },
    );
  }
  throw new ShapeError(
    `${operation}: needs int32 labels ${showShape(batch)} or ${output.dtype} targets ${showShape(output.shape)}, ` +
      `like the outputs; got ${found}. Check the number of outputs against the data's targets.`,
    { operation, expected: showShape(output.shape), actual: found },
  );
}

/** Targets in the outputs' shape and dtype: labels become one-hot rows. */
export function asValues(operation: string, output: Tensor, target: Tensor): Tensor {
  return areLabels(operation, output, target) ? oneHot(target, output.shape[1]!, output.dtype) : target;
}

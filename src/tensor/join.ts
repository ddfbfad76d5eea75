/** Many tensors into one: along an axis they have, or along a new one. Refuses empty lists and dtypes that differ. */

import { DTypeError, ShapeError } from "../base/errors.ts";
import { normalizeAxis, type Shape, sameShape, showShape } from "../base/shape.ts";
import { showValue } from "../base/show.ts";
import { build } from "../graph/build.ts";
import type { Node } from "../graph/node.ts";
import type { Fitting, Outcome } from "./rules/fit.ts";
import type { Concatenated, DTypeOf, JoinAxis, Stacked } from "./rules/join.ts";
import { nodeGiven, type Tensor, tensorOf } from "./tensor.ts";

/**
 * The tensors one after the other along an axis: `[2, 3]` and `[2, 5]` along axis 1 give `[2, 8]`.
 *
 * @param tensors  at least one, of one dtype, whose shapes agree in all other axes
 * @param axis     negative counts from the end
 * @throws {ShapeError} the axis does not exist, another dimension differs, or there is no tensor
 * @throws {DTypeError} the dtypes differ
 * @example concat([tensor([1, 2]), tensor([3])], 0)  // [1, 2, 3]
 */
export function concat<const T extends readonly Tensor[], const Axis extends number>(
  tensors: Fitting<T, Concatenated<T, JoinAxis<"concat", T, Axis>>>,
  axis: Fitting<Axis, JoinAxis<"concat", T, Axis>>,
): Tensor<Outcome<Concatenated<T, JoinAxis<"concat", T, Axis>>>, DTypeOf<T>> {
  const [first, ...others] = together("concat", tensors as readonly Tensor[]);
  const place = normalizeAxis("concat", axis as number, first.shape.length);
  return tensorOf(build.concat([first, ...others], place));
}

/**
 * The tensors as slices of a new axis: two of shape `[3]` along axis 0 give `[2, 3]`, along axis 1 `[3, 2]`.
 *
 * @param tensors  at least one, of one dtype and one shape
 * @param axis     where the new axis stands in the result; negative counts from the end, −1 is the last
 * @throws {ShapeError} the axis does not exist, the shapes differ, or there is no tensor
 * @throws {DTypeError} the dtypes differ
 * @example stack([tensor([1, 2]), tensor([3, 4])], 0)  // [[1, 2], [3, 4]]
 */
export function stack<const T extends readonly Tensor[], const Axis extends number>(
  tensors: Fitting<T, Stacked<T, JoinAxis<"stack", T, Axis, true>>>,
  axis: Fitting<Axis, JoinAxis<"stack", T, Axis, true>>,
): Tensor<Outcome<Stacked<T, JoinAxis<"stack", T, Axis, true>>>, DTypeOf<T>> {
  const [first, ...others] = together("stack", tensors as readonly Tensor[]);
  const place = normalizeAxis("stack", axis as number, first.shape.length + 1);
  const odd = others.find((node) => !sameShape(node.shape, first.shape));
  if (odd) {
    const shapes = showShapes([first.shape, odd.shape]);
    throw new ShapeError(`stack: all tensors must have the same shape; got ${shapes}. Reshape or slice them first.`, {
      operation: "stack",
      shapes: [first.shape, odd.shape],
      actual: shapes,
    });
  }
  const shape = first.shape.toSpliced(place, 0, 1);
  return tensorOf(
    build.concat(
      [first, ...others].map((node) => build.reshape(node, shape)),
      place,
    ),
  );
}

function showShapes(shapes: readonly Shape[]): string {
  return shapes.map(showShape).join(" and ");
}

/** The nodes of a list that is not empty, all of one dtype. */
function together(operation: string, tensors: readonly Tensor[]): [Node, ...Node[]] {
  if (!Array.isArray(tensors)) {
    const actual = showValue(tensors);
    throw new ShapeError(`${operation}: needs a list of tensors; got ${actual}. Write ${operation}([a, b], axis).`, {
      operation,
      actual,
    });
  }
  const [first, ...others] = tensors.map((tensor) => nodeGiven(operation, tensor));
  if (!first) {
    throw new ShapeError(`${operation}: needs at least one tensor; got none. Pass a non-empty list.`, {
      operation,
      actual: "none",
    });
  }
  const odd = others.find((node) => node.dtype !== first.dtype);
  if (odd) {
    throw new DTypeError(
      `${operation}: all tensors must have the same dtype; got ${first.dtype} and ${odd.dtype}. Cast one of them.`,
      { operation, expected: first.dtype, actual: odd.dtype },
    );
  }
  return [first, ...others];
}

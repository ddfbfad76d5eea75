/**
 * Softmax and its logarithms along an axis, composed from primitives: gradients are derived, no target knows the names. The largest
 * element is subtracted first, so that nothing overflows; it is no part of the function and takes no gradient.
 */

import type { DType } from "../base/dtype.ts";
import type { Shape } from "../base/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";

/**
 * Softmax along one axis: `y_i = exp(x_i) / Σ_j exp(x_j)`.
 *
 * @param x     logits, `[...a, n, ...b]`, float
 * @param axis  position of `n`; negative counts from the end
 * @returns     probabilities, same shape; every slice along `axis` sums to 1
 * @throws {ShapeError} the axis does not exist or is empty
 * @example softmax(tensor([0, Math.LN2]))  // [1/3, 2/3]
 * @see Goodfellow, Bengio, Courville, Deep Learning (2016), §4.1
 */
export function softmax<S extends Shape, D extends DType>(x: Tensor<S, D>, axis = -1): Tensor<S, D> {
  const { shifted } = shift(x, axis);
  const exponentials = shifted.exp();
  return exponentials.div(exponentials.sum(axis, { keepDims: true })) as Tensor as Tensor<S, D>;
}

/**
 * The logarithm of softmax: `x_i − ln Σ_j exp(x_j)`, without the digits that taking the logarithm afterwards would lose.
 *
 * @param x     logits, `[...a, n, ...b]`, float
 * @param axis  position of `n`; negative counts from the end
 * @returns     log-probabilities, same shape
 * @throws {ShapeError} the axis does not exist or is empty
 * @example logSoftmax(tensor([0, 0]))  // [−ln 2, −ln 2]
 */
export function logSoftmax<S extends Shape, D extends DType>(x: Tensor<S, D>, axis = -1): Tensor<S, D> {
  const { shifted } = shift(x, axis);
  return shifted.sub(shifted.exp().sum(axis, { keepDims: true }).log()) as Tensor as Tensor<S, D>;
}

/**
 * A smooth maximum along one axis: `ln Σ_j exp(x_j)`.
 *
 * @param x     `[...a, n, ...b]`, float
 * @param axis  position of `n`; negative counts from the end
 * @returns     `[...a, ...b]`; −∞ where all elements are −∞
 * @throws {ShapeError} the axis does not exist or is empty
 * @example logSumExp(tensor([0, 0]))  // ln 2
 */
export function logSumExp<D extends DType>(x: Tensor<Shape, D>, axis = -1): Tensor<Shape, D> {
  const { shifted, largest } = shift(x, axis);
  return shifted.exp().sum(axis).log().add(largest.squeeze(axis)) as Tensor as Tensor<Shape, D>;
}

/** x minus its largest element along the axis; an infinite one is not subtracted (∞ − ∞ is no number). */
function shift(x: Tensor, axis: number): { shifted: Tensor; largest: Tensor } {
  const most = x.max(axis, { keepDims: true }).stopGradient();
  const largest = most.abs().less(Infinity).select(most, 0);
  return { shifted: x.sub(largest), largest };
}

/**
 * Softmax and its logarithms along an axis, composed from primitives: gradients are derived, no target knows the names. The largest
 * element is subtracted first, so that nothing overflows; it is no part of the function and takes no gradient.
 */

import type { DType } from "../base/dtype.ts";
import { normalizeAxis, type Shape } from "../base/shape.ts";
import type { ExistingAxis } from "../tensor/rules/axes.ts";
import type { Fitting, Outcome } from "../tensor/rules/fit.ts";
import type { Reduced } from "../tensor/rules/reduce.ts";
import { nodeGiven, type Tensor } from "../tensor/tensor.ts";

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
export function softmax<S extends Shape, D extends DType, const Axis extends number = -1>(
  x: Tensor<S, D>,
  axis?: Fitting<Axis, ExistingAxis<"softmax", S, Axis>>,
): Tensor<S, D> {
  const { shifted, place } = shift("softmax", x, axis as number | undefined);
  const exponentials = shifted.exp();
  return exponentials.div(exponentials.sum(place, { keepDims: true })) as Tensor as Tensor<S, D>;
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
export function logSoftmax<S extends Shape, D extends DType, const Axis extends number = -1>(
  x: Tensor<S, D>,
  axis?: Fitting<Axis, ExistingAxis<"logSoftmax", S, Axis>>,
): Tensor<S, D> {
  const { shifted, place } = shift("logSoftmax", x, axis as number | undefined);
  return shifted.sub(shifted.exp().sum(place, { keepDims: true }).log()) as Tensor as Tensor<S, D>;
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
export function logSumExp<S extends Shape, D extends DType, const Axis extends number = -1>(
  x: Tensor<S, D>,
  axis?: Fitting<Axis, ExistingAxis<"logSumExp", S, Axis>>,
): Tensor<Outcome<Reduced<"logSumExp", S, Axis>>, D> {
  const { shifted, largest, place } = shift("logSumExp", x, axis as number | undefined);
  const sum: Tensor = shifted.exp().sum(place).log().add(largest.squeeze(place));
  return sum as Tensor<Outcome<Reduced<"logSumExp", S, Axis>>, D>;
}

/** x minus its largest element along the axis; an infinite one is not subtracted (∞ − ∞ is no number). */
function shift(operation: string, x: Tensor, axis = -1): { shifted: Tensor; largest: Tensor; place: number } {
  nodeGiven(operation, x);
  const place = normalizeAxis(operation, axis, x.rank);
  const most = x.max(place, { keepDims: true }).stopGradient();
  const largest = most.abs().less(Infinity).select(most, 0);
  return { shifted: x.sub(largest), largest, place };
}

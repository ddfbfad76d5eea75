/** Functions of single elements, as functions: what the methods of the tensor do, and compositions of them. */

import type { DType } from "../base/dtype.ts";
import type { Shape } from "../base/shape.ts";
import { nodeGiven, type Tensor } from "../tensor/tensor.ts";

/** Rectifier: `max(x, 0)`; its slope at 0 counts as 0. */
export function relu<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, D> {
  nodeGiven("relu", x);
  return x.relu();
}

/** Logistic function: `1 / (1 + e^−x)`. */
export function sigmoid<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, D> {
  nodeGiven("sigmoid", x);
  return x.sigmoid();
}

/** Hyperbolic tangent. */
export function tanh<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, D> {
  nodeGiven("tanh", x);
  return x.tanh();
}

/**
 * Rectifier that lets a little of the negative side through: `y = x` for x > 0, else `slope · x`; its slope at 0 is that of the
 * negative side.
 *
 * @param x      float, any shape
 * @param slope  of the negative side
 * @returns      same shape
 * @example leakyRelu(tensor([-2, 3]), 0.1)  // [-0.2, 3]
 * @see Maas, Hannun, Ng, Rectifier nonlinearities improve neural network acoustic models (2013)
 */
export function leakyRelu<S extends Shape, D extends DType>(x: Tensor<S, D>, slope = 0.01): Tensor<S, D> {
  nodeGiven("leakyRelu", x);
  return x.greater(0).select(x, x.mul(slope)) as Tensor as Tensor<S, D>;
}

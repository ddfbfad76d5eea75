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

/**
 * Rectifier that ends at 6: `min(max(x, 0), 6)`; its slope at 0 and at 6 counts as 0.
 *
 * @param x  float, any shape
 * @returns  same shape
 * @example relu6(tensor([-1, 3, 8]))  // [0, 3, 6]
 * @see Howard et al., MobileNets: efficient convolutional neural networks for mobile vision applications (2017)
 */
export function relu6<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, D> {
  nodeGiven("relu6", x);
  const y: Tensor = x.relu();
  return y.greaterEqual(6).select(6, y) as Tensor as Tensor<S, D>;
}

/**
 * {@link leakyRelu} whose slope is learned: `y = x` for x > 0, else `slope · x`.
 *
 * @param x      float, `[...n, channels]`
 * @param slope  of the negative side, same dtype: `[1]`, or `[channels]`
 * @returns      the shape of x
 * @throws {ShapeError} slope does not broadcast to x
 * @example prelu(tensor([-2, 3]), tensor([0.25]))  // [-0.5, 3]
 * @see He, Zhang, Ren, Sun, Delving deep into rectifiers (2015)
 */
export function prelu<S extends Shape, D extends DType>(x: Tensor<S, D>, slope: Tensor<Shape, D>): Tensor<S, D> {
  for (const operand of [x, slope]) nodeGiven("prelu", operand);
  const negative: Tensor = (x as Tensor).mul(slope.broadcastTo(x.shape) as Tensor);
  return x.greater(0).select(x, negative as Tensor<S, D>) as Tensor as Tensor<S, D>;
}

/**
 * Exponential linear unit: `y = x` for x > 0, else `alpha · (eˣ − 1)`.
 *
 * @param x      float, any shape
 * @param alpha  what the negative side tends to, negated
 * @returns      same shape
 * @example elu(tensor([-Math.LN2, 3]))  // [-0.5, 3]
 * @see Clevert, Unterthiner, Hochreiter, Fast and accurate deep network learning by exponential linear units (2016)
 */
export function elu<S extends Shape, D extends DType>(x: Tensor<S, D>, alpha = 1): Tensor<S, D> {
  nodeGiven("elu", x);
  // eˣ − 1 = 2t / (1 − t) with t = tanh(x / 2): no digits are lost near 0.
  const positive = x.greater(0);
  const t: Tensor = positive.select(0, x).mul(0.5).tanh();
  return positive.select(x, t.mul(2 * alpha).div(t.neg().add(1))) as Tensor as Tensor<S, D>;
}

/**
 * A smooth rectifier: `ln(1 + eˣ)`. Above 20 it is x, as in PyTorch, so that nothing overflows; the error stays below the spacing of
 * numbers near 1.
 *
 * @param x  float, any shape
 * @returns  same shape
 * @example softplus(tensor([0, 30]))  // [0.6931472, 30]
 * @see Dugas, Bengio, Bélisle, Nadeau, Garcia, Incorporating second-order functional knowledge for better option pricing (2000)
 */
export function softplus<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, D> {
  nodeGiven("softplus", x);
  const linear = x.greater(20);
  return linear.select(x, linear.select(0, x).neg().sigmoid().log().neg()) as Tensor as Tensor<S, D>;
}

/** What {@link gelu} computes. */
export interface GeluOptions {
  /** Whether tanh stands in for the error function, as in GPT-2. Default false. */
  readonly approximate?: boolean;
}

/**
 * Gaussian error linear unit: `x · Φ(x) = x/2 · (1 + erf(x / √2))`: x times the probability that a normal number is below x. With
 * `approximate`, `x/2 · (1 + tanh(√(2/π) · (x + 0.044715 x³)))`.
 *
 * @param x        float, any shape
 * @param options  approximate
 * @returns        same shape
 * @example gelu(tensor([0, 1]))  // [0, 0.8413447]
 * @see Hendrycks, Gimpel, Gaussian error linear units (2016)
 */
export function gelu<S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  { approximate = false }: GeluOptions = {},
): Tensor<S, D> {
  nodeGiven("gelu", x);
  const given: Tensor = x;
  if (!approximate) return given.mul(given.mul(Math.SQRT1_2).erf().add(1).mul(0.5)) as Tensor<S, D>;
  // (1 + tanh z) / 2 is sigmoid(2z).
  const cubic = given.square().mul(0.044715).add(1).mul(given);
  return given.mul(cubic.mul(2 * Math.sqrt(2 / Math.PI)).sigmoid()) as Tensor<S, D>;
}

/**
 * `x · sigmoid(x)`, also known as swish.
 *
 * @param x  float, any shape
 * @returns  same shape
 * @example silu(tensor([0, 1]))  // [0, 0.7310586]
 * @see Ramachandran, Zoph, Le, Searching for activation functions (2017)
 */
export function silu<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, D> {
  nodeGiven("silu", x);
  return (x as Tensor).mul(x.sigmoid() as Tensor) as Tensor<S, D>;
}

/**
 * `x · tanh(ln(1 + eˣ))`.
 *
 * @param x  float, any shape
 * @returns  same shape
 * @example mish(tensor([0, 1]))  // [0, 0.8650984]
 * @see Misra, Mish: a self regularized non-monotonic activation function (2019)
 */
export function mish<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, D> {
  nodeGiven("mish", x);
  // tanh(ln(1 + n)) = (n² + 2n) / (n² + 2n + 2); above 20 it is 1 to the last digit, also in float64.
  const large = x.greater(20);
  const n: Tensor = large.select(0, x).exp();
  const part = n.mul(n.add(2));
  return large.select(x, (x as Tensor).mul(part.div(part.add(2)))) as Tensor as Tensor<S, D>;
}

/**
 * Sigmoid in three straight pieces: `min(max(x + 3, 0), 6) / 6`.
 *
 * @param x  float, any shape
 * @returns  same shape
 * @example hardSigmoid(tensor([-4, 0, 4]))  // [0, 0.5, 1]
 * @see Howard et al., Searching for MobileNetV3 (2019)
 */
export function hardSigmoid<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, D> {
  nodeGiven("hardSigmoid", x);
  const shifted: Tensor = (x as Tensor).add(3);
  return relu6(shifted).div(6) as Tensor<S, D>;
}

/**
 * {@link silu} with {@link hardSigmoid}: `x · min(max(x + 3, 0), 6) / 6`.
 *
 * @param x  float, any shape
 * @returns  same shape
 * @example hardSwish(tensor([-4, 1, 4]))  // [0, 0.6666667, 4]
 * @see Howard et al., Searching for MobileNetV3 (2019)
 */
export function hardSwish<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, D> {
  nodeGiven("hardSwish", x);
  return (x as Tensor).mul(hardSigmoid(x) as Tensor) as Tensor<S, D>;
}

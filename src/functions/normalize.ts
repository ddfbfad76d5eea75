/**
 * Normalization: values of mean 0 and variance 1, by statistics of their own or given ones, composed from primitives. The formulas are
 * written so that few passes over x remain: one for the mean, one for the variance, one for the result; and that gradients need sums
 * of dy and of dy · x alone.
 */

import type { DType } from "../base/dtype.ts";
import { ShapeError } from "../base/errors.ts";
import { type Shape, sameShape, showShape, sizeOf } from "../base/shape.ts";
import type { Fitting, Outcome } from "../tensor/rules/fit.ts";
import type { Axes, Reduced, ReduceOptions } from "../tensor/rules/reduce.ts";
import { nodeGiven, type Tensor } from "../tensor/tensor.ts";

/** Mean and variance along some axes. */
export interface Moments<S extends Shape, D extends DType> {
  readonly mean: Tensor<S, D>;
  /** `Σ (x − mean)² / n`, not negative. */
  readonly variance: Tensor<S, D>;
}

/** What follows the division by the standard deviation, and what precedes it. */
export interface NormalizeOptions {
  /** Added to the variance, so that nothing is divided by 0. Default 1e-5. */
  readonly epsilon?: number;
  /** Factors; their shape broadcasts to that of x. */
  readonly weight?: Tensor | undefined;
  /** Summands, added at last; their shape broadcasts to that of x. */
  readonly bias?: Tensor | undefined;
}

/**
 * Mean and variance along some axes: `m = Σ x / n` and `Σ (x − m)² / n`.
 *
 * @param x        float, any shape
 * @param axes     one or several; all of them by default
 * @param options  `keepDims: true` keeps the reduced axes with size 1
 * @returns        both of the shape without these axes; NaN where they have no elements
 * @throws {ShapeError} an axis does not exist, or stands there twice
 * @throws {DTypeError} x is not float
 * @example moments(tensor([1, 2, 3])).mean  // 2
 */
export function moments<
  S extends Shape,
  D extends DType,
  const A extends Axes | undefined = undefined,
  const Keep extends boolean = false,
>(
  x: Tensor<S, D>,
  axes?: Fitting<A, Reduced<"mean", S, A, Keep>>,
  options: ReduceOptions<Keep> = {},
): Moments<Outcome<Reduced<"mean", S, A, Keep>>, D> {
  nodeGiven("moments", x);
  return momentsOf(x, axes as Axes | undefined, options) as Moments<Outcome<Reduced<"mean", S, A, Keep>>, D>;
}

/**
 * For any constant c the variance is `Σ (x − c)² / n − (m − c)²`. With the value of m for c nothing cancels, the second term is 0 and
 * carries the part of m in all derivatives, so that no sum over x − m is needed for them.
 */
function momentsOf(x: Tensor, axes: Axes | undefined, options: ReduceOptions): Moments<Shape, DType> {
  const kept = x.mean(axes, { keepDims: true }) as Tensor;
  const squares = x.sub(kept.stopGradient()).square().mean(axes, options) as Tensor;
  const mean = kept.reshape(squares.shape);
  return { mean, variance: squares.sub(zeroWithGradient(mean).square()) };
}

/** 0, with the gradient of x. */
function zeroWithGradient(x: Tensor): Tensor {
  return x.sub(x.stopGradient());
}

/** `(x − mean) · scale + bias`, where the mean's gradient goes through the summand: it is a sum of dy alone, as the bias's is. */
function shifted(x: Tensor, mean: Tensor, scale: Tensor, bias?: Tensor): Tensor {
  const moved: Tensor = zeroWithGradient(mean).mul(scale);
  return x.sub(mean.stopGradient()).fma(scale, bias ? bias.sub(moved) : moved.neg()) as Tensor;
}

/**
 * Values of mean 0 and variance 1 along some axes: `y = (x − m) / √(v + ε) · weight + bias`, with mean m and variance v along them.
 *
 * Along the last axis this is layer normalization, along the positions of an image instance normalization.
 *
 * @param x        float, any shape
 * @param axes     one or several
 * @param options  epsilon, weight, bias
 * @returns        same shape
 * @throws {ShapeError} an axis does not exist, or weight or bias do not broadcast to x
 * @example normalize(tensor([1, 3]), 0, { epsilon: 0 })  // [-1, 1]
 * @see Ba, Kiros, Hinton, Layer normalization (2016)
 */
export function normalize<S extends Shape, D extends DType, const A extends Axes>(
  x: Tensor<S, D>,
  axes: Fitting<A, Reduced<"mean", S, A, true>>,
  options: NormalizeOptions = {},
): Tensor<S, D> {
  nodeGiven("normalize", x);
  return transformed("normalize", centered(x, axes as Axes, options), options) as Tensor as Tensor<S, D>;
}

/** `(x − m) / √(v + ε)`. */
function centered(x: Tensor, axes: Axes, { epsilon = 1e-5 }: NormalizeOptions): Tensor {
  const { mean, variance } = momentsOf(x, axes, { keepDims: true });
  return shifted(x, mean, variance.add(epsilon).sqrt().reciprocal());
}

/** `y · weight + bias`, where they are given. */
function transformed(operation: string, y: Tensor, { weight, bias }: NormalizeOptions): Tensor {
  const scaled: Tensor = weight ? y.mul(weight) : y;
  return checkedShape(operation, y, bias ? scaled.add(bias) : scaled);
}

function checkedShape(operation: string, x: Tensor, y: Tensor): Tensor {
  if (sameShape(x.shape, y.shape)) return y;
  throw new ShapeError(
    `${operation}: weight and bias must broadcast to the shape of x, ${showShape(x.shape)}; they make it ` +
      `${showShape(y.shape)}. Reshape them.`,
    { operation, expected: showShape(x.shape), actual: showShape(y.shape) },
  );
}

/**
 * Batch normalization with given statistics: `y = (x − mean) / √(variance + ε) · weight + bias`. In training they are the
 * {@link moments} of the batch, later the running ones.
 *
 * @param x         `[...a, channels]`, float
 * @param mean      `[channels]`
 * @param variance  `[channels]`
 * @param options   epsilon; weight and bias, `[channels]`
 * @returns         same shape
 * @throws {ShapeError} the others do not broadcast to x
 * @example batchNorm(tensor([[3, 8]]), tensor([1, 2]), tensor([4, 9]), { epsilon: 0 })  // [[1, 2]]
 * @see Ioffe, Szegedy, Batch normalization (2015)
 */
export function batchNorm<S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  mean: Tensor,
  variance: Tensor,
  { epsilon = 1e-5, weight, bias }: NormalizeOptions = {},
): Tensor<S, D> {
  for (const given of [x, mean, variance]) nodeGiven("batchNorm", given);
  const deviation: Tensor = variance.add(epsilon).sqrt();
  const scale: Tensor = weight ? weight.div(deviation) : deviation.reciprocal();
  return checkedShape("batchNorm", x as Tensor, shifted(x as Tensor, mean, scale, bias)) as Tensor as Tensor<S, D>;
}

/**
 * Group normalization: the channels of each example in groups, each with mean 0 and variance 1 over its channels and all positions;
 * then `· weight + bias`.
 *
 * @param x        `[batch, ...positions, channels]`, float
 * @param groups   how many; they divide the channels into equal parts, neighbours together
 * @param options  epsilon; weight and bias, `[channels]`
 * @returns        same shape
 * @throws {ShapeError} x has no channels, or the groups do not divide them
 * @example groupNorm(tensor([[1, 3, 5, 9]]), 2, { epsilon: 0 })  // [[-1, 1, -1, 1]]
 * @see Wu, He, Group normalization (2018)
 */
export function groupNorm<S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  groups: number,
  options: NormalizeOptions = {},
): Tensor<S, D> {
  nodeGiven("groupNorm", x);
  const channels = x.shape.at(-1);
  if (x.rank < 2 || !Number.isSafeInteger(groups) || groups < 1 || channels! % groups !== 0) {
    throw new ShapeError(
      `groupNorm: needs x [batch, ...positions, channels] and groups that divide the channels; got ${showShape(x.shape)} ` +
        `and ${groups}. Choose a divisor of the last dimension.`,
      { operation: "groupNorm", actual: `${showShape(x.shape)} and ${groups}` },
    );
  }
  const positions = sizeOf(x.shape.slice(1, -1));
  const parts: Tensor = (x as Tensor).reshape([x.shape[0]!, positions, groups, channels! / groups]);
  const y: Tensor = centered(parts, [1, 3], options).reshape(x.shape as Shape);
  return transformed("groupNorm", y, options) as Tensor as Tensor<S, D>;
}

/**
 * Division by the root mean square along some axes: `y = x / √(Σ x² / n + ε) · weight`.
 *
 * @param x        float, any shape
 * @param axes     one or several
 * @param options  epsilon, 1e-6 by default; weight
 * @returns        same shape
 * @throws {ShapeError} an axis does not exist, or the weight does not broadcast to x
 * @example rmsNorm(tensor([3, 3, -3]), 0, { epsilon: 0 })  // [1, 1, -1]
 * @see Zhang, Sennrich, Root mean square layer normalization (2019)
 */
export function rmsNorm<S extends Shape, D extends DType, const A extends Axes>(
  x: Tensor<S, D>,
  axes: Fitting<A, Reduced<"mean", S, A, true>>,
  { epsilon = 1e-6, weight }: Omit<NormalizeOptions, "bias"> = {},
): Tensor<S, D> {
  nodeGiven("rmsNorm", x);
  const square = (x as Tensor).square().mean(axes as Axes | undefined, { keepDims: true }) as Tensor;
  const y = (x as Tensor).mul(square.add(epsilon).sqrt().reciprocal()) as Tensor;
  return transformed("rmsNorm", y, { weight }) as Tensor as Tensor<S, D>;
}

/** Pooling over one, two or three spatial axes, channels last: the largest or the mean of each window. */

import type { DType } from "../base/dtype.ts";
import { type Shape, showShape, sizeOf } from "../base/shape.ts";
import { build } from "../graph/build.ts";
import type { Node } from "../graph/node.ts";
import { floats, numeric, requireDType } from "../graph/ops/rules.ts";
import { type Sliding, still } from "../graph/ops/spatial.ts";
import { broadcastTo } from "../tensor/operands.ts";
import type { Fitting, Outcome } from "../tensor/rules/fit.ts";
import { nodeGiven, type Tensor } from "../tensor/tensor.ts";
import { nodeOf, tensorOf } from "../tensor/trace.ts";
import { type Padding, type PerAxis, perAxis, refusal, slidingAxes, spatialNames } from "./sliding.ts";
import type { NoOptions, Pooled } from "./sliding-types.ts";

export interface PoolOptions {
  /** Distance of neighbouring windows, per axis or for all. Default: the size, so that windows do not overlap. */
  readonly stride?: PerAxis;
  /** Positions around the input, fewer than the size: −∞ for the largest, 0 for the mean. Default 0. */
  readonly padding?: Padding;
}

export interface AveragePoolOptions extends PoolOptions {
  /** Whether the mean counts padding as elements; else it divides by those of the input. Default true, as in PyTorch. */
  readonly countPadding?: boolean;
}

/**
 * The largest of each window along one axis, NaN if there is one; of equal ones the first, in row-major order, takes the gradient.
 *
 * @param x        `[batch, length, channels]`, numeric
 * @param size     of the window, per axis or for all
 * @param options  stride, padding
 * @returns        the shape of x with `⌊(n + before + after − size) / stride⌋ + 1` positions on each spatial axis
 * @throws {ShapeError} x has another rank, the window does not fit, or an option is out of range
 * @throws {DTypeError} x is uint8 or bool
 * @example maxPool1d(tensor([[[1], [3], [2], [5]]]), 2)  // [[[3], [5]]]
 */
export function maxPool1d<
  X extends Shape,
  D extends DType,
  const Size extends PerAxis,
  const O extends PoolOptions = NoOptions,
>(
  x: Fitting<Tensor<X, D>, Pooled<"maxPool1d", "1", X, Size, O>>,
  size: Size,
  options?: O,
): Tensor<Outcome<Pooled<"maxPool1d", "1", X, Size, O>>, D> {
  return maxPool("maxPool1d", 1, x as Tensor<Shape, D>, size, options);
}

/**
 * The largest of each window along two axes, NaN if there is one; of equal ones the first, in row-major order, takes the gradient.
 *
 * @param x        `[batch, rows, columns, channels]`, numeric
 * @param size     of the window, per axis or for all
 * @param options  stride, padding
 * @returns        the shape of x with `⌊(n + before + after − size) / stride⌋ + 1` positions on each spatial axis
 * @throws {ShapeError} x has another rank, the window does not fit, or an option is out of range
 * @throws {DTypeError} x is uint8 or bool
 * @example maxPool2d(ones([1, 28, 28, 8]), 2).shape  // [1, 14, 14, 8]
 */
export function maxPool2d<
  X extends Shape,
  D extends DType,
  const Size extends PerAxis,
  const O extends PoolOptions = NoOptions,
>(
  x: Fitting<Tensor<X, D>, Pooled<"maxPool2d", "2", X, Size, O>>,
  size: Size,
  options?: O,
): Tensor<Outcome<Pooled<"maxPool2d", "2", X, Size, O>>, D> {
  return maxPool("maxPool2d", 2, x as Tensor<Shape, D>, size, options);
}

/**
 * The largest of each window along three axes, NaN if there is one; of equal ones the first, in row-major order, takes the gradient.
 *
 * @param x        `[batch, depth, rows, columns, channels]`, numeric
 * @param size     of the window, per axis or for all
 * @param options  stride, padding
 * @returns        the shape of x with `⌊(n + before + after − size) / stride⌋ + 1` positions on each spatial axis
 * @throws {ShapeError} x has another rank, the window does not fit, or an option is out of range
 * @throws {DTypeError} x is uint8 or bool
 * @example maxPool3d(ones([1, 4, 8, 8, 2]), [1, 2, 2]).shape  // [1, 4, 4, 4, 2]
 */
export function maxPool3d<
  X extends Shape,
  D extends DType,
  const Size extends PerAxis,
  const O extends PoolOptions = NoOptions,
>(
  x: Fitting<Tensor<X, D>, Pooled<"maxPool3d", "3", X, Size, O>>,
  size: Size,
  options?: O,
): Tensor<Outcome<Pooled<"maxPool3d", "3", X, Size, O>>, D> {
  return maxPool("maxPool3d", 3, x as Tensor<Shape, D>, size, options);
}

/**
 * The mean of each window along one axis: `Σ x / n`.
 *
 * @param x        `[batch, length, channels]`, float
 * @param size     of the window, per axis or for all
 * @param options  stride, padding, whether padding counts
 * @returns        the shape of x with `⌊(n + before + after − size) / stride⌋ + 1` positions on each spatial axis
 * @throws {ShapeError} x has another rank, the window does not fit, or an option is out of range
 * @throws {DTypeError} x is not float
 * @example averagePool1d(tensor([[[1], [3], [2], [5]]]), 2)  // [[[2], [3.5]]]
 */
export function averagePool1d<
  X extends Shape,
  D extends DType,
  const Size extends PerAxis,
  const O extends AveragePoolOptions = NoOptions,
>(
  x: Fitting<Tensor<X, D>, Pooled<"averagePool1d", "1", X, Size, O>>,
  size: Size,
  options?: O,
): Tensor<Outcome<Pooled<"averagePool1d", "1", X, Size, O>>, D> {
  return averagePool("averagePool1d", 1, x as Tensor<Shape, D>, size, options);
}

/**
 * The mean of each window along two axes: `Σ x / n`.
 *
 * @param x        `[batch, rows, columns, channels]`, float
 * @param size     of the window, per axis or for all
 * @param options  stride, padding, whether padding counts
 * @returns        the shape of x with `⌊(n + before + after − size) / stride⌋ + 1` positions on each spatial axis
 * @throws {ShapeError} x has another rank, the window does not fit, or an option is out of range
 * @throws {DTypeError} x is not float
 * @example averagePool2d(ones([1, 7, 7, 64]), 7).shape  // [1, 1, 1, 64]
 */
export function averagePool2d<
  X extends Shape,
  D extends DType,
  const Size extends PerAxis,
  const O extends AveragePoolOptions = NoOptions,
>(
  x: Fitting<Tensor<X, D>, Pooled<"averagePool2d", "2", X, Size, O>>,
  size: Size,
  options?: O,
): Tensor<Outcome<Pooled<"averagePool2d", "2", X, Size, O>>, D> {
  return averagePool("averagePool2d", 2, x as Tensor<Shape, D>, size, options);
}

/**
 * The mean of each window along three axes: `Σ x / n`.
 *
 * @param x        `[batch, depth, rows, columns, channels]`, float
 * @param size     of the window, per axis or for all
 * @param options  stride, padding, whether padding counts
 * @returns        the shape of x with `⌊(n + before + after − size) / stride⌋ + 1` positions on each spatial axis
 * @throws {ShapeError} x has another rank, the window does not fit, or an option is out of range
 * @throws {DTypeError} x is not float
 * @example averagePool3d(ones([1, 4, 8, 8, 2]), 2).shape  // [1, 2, 4, 4, 2]
 */
export function averagePool3d<
  X extends Shape,
  D extends DType,
  const Size extends PerAxis,
  const O extends AveragePoolOptions = NoOptions,
>(
  x: Fitting<Tensor<X, D>, Pooled<"averagePool3d", "3", X, Size, O>>,
  size: Size,
  options?: O,
): Tensor<Outcome<Pooled<"averagePool3d", "3", X, Size, O>>, D> {
  return averagePool("averagePool3d", 3, x as Tensor<Shape, D>, size, options);
}

/** Max pooling of any rank, without types for shapes. */
export function maxPool<S extends Shape, D extends DType>(
  operation: string,
  rank: number,
  x: Tensor<Shape, D>,
  size: PerAxis,
  options: PoolOptions = {},
): Tensor<S, D> {
  requireDType(operation, nodeGiven(operation, x), numeric);
  return tensorOf(build.windowMax(nodeOf(x), windows(operation, rank, x.shape, size, options)));
}

/** Average pooling of any rank, without types for shapes. */
export function averagePool<S extends Shape, D extends DType>(
  operation: string,
  rank: number,
  x: Tensor<Shape, D>,
  size: PerAxis,
  options: AveragePoolOptions = {},
): Tensor<S, D> {
  requireDType(operation, nodeGiven(operation, x), floats);
  const axes = windows(operation, rank, x.shape, size, options);
  const sum = build.windowSum(nodeOf(x), axes);
  const count = options.countPadding === false ? elementsOf(x.shape, axes, x.dtype) : sizeOfWindow(axes, x.dtype);
  return tensorOf(build.div(sum, broadcastTo(operation, count, sum.shape)));
}

function sizeOfWindow(axes: readonly Sliding[], dtype: DType): Node {
  return build.constant(sizeOf(axes.map(({ size }) => size)), [], dtype);
}

/** How many elements of the input each window covers: the same for all examples and channels. */
function elementsOf(shape: Shape, axes: readonly Sliding[], dtype: DType): Node {
  const one = build.constant(1, [1, ...shape.slice(1, -1), 1], dtype);
  return build.windowSum(one, axes);
}

/** One window per axis of x; those of batch and channels stand still. */
function windows(
  operation: string,
  rank: number,
  shape: Shape,
  size: PerAxis,
  options: PoolOptions,
): readonly Sliding[] {
  if (shape.length !== rank + 2) {
    const expected = `[batch, ${spatialNames(rank)}, channels]`;
    throw refusal(operation, `needs x ${expected}; got ${showShape(shape)}. Reshape it.`, {
      expected,
      actual: showShape(shape),
    });
  }
  return [still, ...windowAxes(operation, shape.slice(1, -1), size, options), still];
}

/** How the window lies on each spatial axis. Refuses padding that would leave a window without input. */
export function windowAxes(
  operation: string,
  spatial: Shape,
  size: PerAxis,
  { stride = size, padding = 0 }: PoolOptions,
): Sliding[] {
  const sizes = perAxis(operation, "size", size, spatial.length);
  const axes = slidingAxes(operation, "window", spatial, sizes, { stride, padding, dilation: 1 });
  const lost = axes.find(({ size, low, high }) => low >= size || high >= size);
  if (!lost) return axes;
  const pair = `[${lost.low}, ${lost.high}]`;
  throw refusal(
    operation,
    `padding must be smaller than the size, so that each window meets the input; got ${pair} for size ${lost.size}. ` +
      "Take less padding.",
    { expected: `below ${lost.size}`, actual: pair },
  );
}

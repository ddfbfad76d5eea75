/** Convolution (cross-correlation, as in all frameworks) over one, two or three spatial axes, channels last. */

import type { DType } from "../base/dtype.ts";
import { ShapeError } from "../base/errors.ts";
import { type Shape, showShape } from "../base/shape.ts";
import { build } from "../graph/build.ts";
import { floats, requireDType } from "../graph/ops/rules.ts";
import { asNode } from "../tensor/operands.ts";
import type { Fitting, Outcome } from "../tensor/rules/fit.ts";
import { nodeGiven, type Tensor } from "../tensor/tensor.ts";
import { nodeOf, tensorOf } from "../tensor/trace.ts";
import { type Padding, type PerAxis, slidingAxes, spatialNames } from "./sliding.ts";
import type { Convolved, NoOptions } from "./sliding-types.ts";

export interface ConvOptions {
  /** Distance of neighbouring positions, per axis or for all. Default 1. */
  readonly stride?: PerAxis;
  /** Positions around the input, which count as 0. Default 0. */
  readonly padding?: Padding;
  /** Distance of neighbouring elements of the kernel, per axis or for all. Default 1. */
  readonly dilation?: PerAxis;
  /** Parts of the channels that see each other; as many as channels is a depthwise convolution. Default 1. */
  readonly groups?: number;
}

/**
 * Convolution along one axis: `y[b, p, o] = Σ_k Σ_c x[b, p · stride + k · dilation − before, c] · w[o, c, k]`.
 *
 * @param x        `[batch, length, channels]`, float
 * @param weight   `[out, channels / groups, length]`, same dtype
 * @param options  stride, padding, dilation, groups
 * @returns        `[batch, positions, out]` with `⌊(n + before + after − dilation · (k − 1) − 1) / stride⌋ + 1` positions
 * @throws {ShapeError} shapes or groups do not go together, the kernel does not fit, or an option is out of range
 * @throws {DTypeError} x is not float, or the weight has another dtype
 * @example conv1d(tensor([[[1], [2], [3]]]), tensor([[[1, 10]]]))  // [[[21], [32]]]
 * @see Dumoulin, Visin, A guide to convolution arithmetic for deep learning (2016)
 */
export function conv1d<X extends Shape, D extends DType, W extends Shape, const O extends ConvOptions = NoOptions>(
  x: Tensor<X, D>,
  weight: Fitting<Tensor<W, D>, Convolved<"1", X, W, O>>,
  options?: O,
): Tensor<Outcome<Convolved<"1", X, W, O>>, D> {
  return conv("conv1d", 1, x, weight, options);
}

/**
 * Convolution along two axes, such as the rows and columns of images; see {@link conv1d}.
 *
 * @param x        `[batch, rows, columns, channels]`, float
 * @param weight   `[out, channels / groups, rows, columns]`, same dtype
 * @param options  stride, padding, dilation, groups
 * @returns        `[batch, rows, columns, out]`
 * @throws {ShapeError} shapes or groups do not go together, the kernel does not fit, or an option is out of range
 * @throws {DTypeError} x is not float, or the weight has another dtype
 * @example conv2d(ones([1, 28, 28, 3]), ones([8, 3, 3, 3]), { stride: 2, padding: "same" }).shape  // [1, 14, 14, 8]
 * @see LeCun, Bottou, Bengio, Haffner, Gradient-based learning applied to document recognition (1998)
 */
export function conv2d<X extends Shape, D extends DType, W extends Shape, const O extends ConvOptions = NoOptions>(
  x: Tensor<X, D>,
  weight: Fitting<Tensor<W, D>, Convolved<"2", X, W, O>>,
  options?: O,
): Tensor<Outcome<Convolved<"2", X, W, O>>, D> {
  return conv("conv2d", 2, x, weight, options);
}

/**
 * Convolution along three axes, such as those of volumes or films; see {@link conv1d}.
 *
 * @param x        `[batch, depth, rows, columns, channels]`, float
 * @param weight   `[out, channels / groups, depth, rows, columns]`, same dtype
 * @param options  stride, padding, dilation, groups
 * @returns        `[batch, depth, rows, columns, out]`
 * @throws {ShapeError} shapes or groups do not go together, the kernel does not fit, or an option is out of range
 * @throws {DTypeError} x is not float, or the weight has another dtype
 * @example conv3d(ones([1, 4, 8, 8, 2]), ones([6, 2, 3, 3, 3])).shape  // [1, 2, 6, 6, 6]
 */
export function conv3d<X extends Shape, D extends DType, W extends Shape, const O extends ConvOptions = NoOptions>(
  x: Tensor<X, D>,
  weight: Fitting<Tensor<W, D>, Convolved<"3", X, W, O>>,
  options?: O,
): Tensor<Outcome<Convolved<"3", X, W, O>>, D> {
  return conv("conv3d", 3, x, weight, options);
}

/** The convolution of any rank, without types for shapes. */
export function conv<S extends Shape, D extends DType>(
  operation: string,
  rank: number,
  x: Tensor<Shape, D>,
  weight: unknown,
  { stride = 1, padding = 0, dilation = 1, groups = 1 }: ConvOptions = {},
): Tensor<S, D> {
  requireDType(operation, nodeGiven(operation, x), floats);
  const w = asNode(operation, x.dtype, nodeGiven(operation, weight));
  checkOperands(operation, rank, x.shape, w.shape);
  checkGroups(operation, rank, x.shape, w.shape, groups);
  const [spatial, kernel] = [x.shape.slice(1, -1), w.shape.slice(2)];
  const axes = slidingAxes(operation, "kernel", spatial, kernel, { stride, padding, dilation });
  return tensorOf(
    build.conv(nodeOf(x), w, { axes: axes.map(({ size: _, ...axis }) => axis), groups, channelsFirst: false }),
  );
}

function checkOperands(operation: string, rank: number, x: Shape, w: Shape): void {
  if (x.length === rank + 2 && w.length === rank + 2) return;
  const names = spatialNames(rank);
  const rule = `needs x [batch, ${names}, channels] and weight [out, channels / groups, ${names}]`;
  const actual = `${showShape(x)} and ${showShape(w)}`;
  throw new ShapeError(`${operation}: ${rule}; got ${actual}. Reshape one of them.`, {
    operation,
    expected: rule,
    actual,
  });
}

function checkGroups(operation: string, rank: number, x: Shape, w: Shape, groups: number): void {
  const [out, own] = w as [number, number];
  const whole = Number.isSafeInteger(groups) && groups >= 1;
  if (whole && own * groups === x.at(-1) && out % groups === 0) return;
  const rule = `groups must divide channels and outputs, and the weight be [out, channels / groups, ${spatialNames(rank)}]`;
  const actual = `x ${showShape(x)}, weight ${showShape(w)} and ${groups} groups`;
  throw new ShapeError(`${operation}: ${rule}; got ${actual}. Change one of them.`, {
    operation,
    expected: rule,
    actual,
  });
}

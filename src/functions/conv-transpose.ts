/**
 * Transposed convolution over one, two or three spatial axes, channels last: what a convolution does to the gradient of its output. The
 * input is spread by the stride and correlated with the turned kernel. Composed from the convolution of the graph.
 */

import type { DType } from "../base/dtype.ts";
import { type Shape, showShape } from "../base/shape.ts";
import { build } from "../graph/build.ts";
import { turned } from "../graph/ops/conv.ts";
import { floats, requireDType } from "../graph/ops/rules.ts";
import { extentOf, type Sliding } from "../graph/ops/spatial.ts";
import { asNode } from "../tensor/operands.ts";
import type { Fitting, Outcome } from "../tensor/rules/fit.ts";
import { nodeGiven, type Tensor } from "../tensor/tensor.ts";
import { nodeOf, tensorOf } from "../tensor/trace.ts";
import type { ConvOptions } from "./conv.ts";
import { axisName, type PerAxis, paddingPairs, perAxis, refusal, samePair, spatialNames } from "./sliding.ts";
import type { NoOptions, Transposed } from "./sliding-types.ts";

export interface ConvTransposeOptions extends ConvOptions {
  /** Positions more at the end of each axis, fewer than the stride or the dilation: a stride leaves open how long the output was. Default 0. */
  readonly outputPadding?: PerAxis;
}

/**
 * Transposed convolution along one axis: `y[b, p · stride + k · dilation − before, o] += x[b, p, c] · w[c, o, k]`.
 *
 * @param x        `[batch, length, channels]`, float
 * @param weight   `[channels, out / groups, length]`, same dtype
 * @param options  stride, padding (which is cut off the output), outputPadding, dilation, groups
 * @returns        `[batch, positions, out]` with `(n − 1) · stride + dilation · (k − 1) + 1 − before − after + outputPadding` positions;
 *                 `n · stride + outputPadding` where padding is "same"
 * @throws {ShapeError} shapes or groups do not go together, nothing is left of the output, or an option is out of range
 * @throws {DTypeError} x is not float, or the weight has another dtype
 * @example convTranspose1d(tensor([[[1], [2]]]), tensor([[[1, 10]]]), { stride: 2 })  // [[[1], [10], [2], [20]]]
 * @see Dumoulin, Visin, A guide to convolution arithmetic for deep learning (2016)
 */
export function convTranspose1d<
  X extends Shape,
  D extends DType,
  W extends Shape,
  const O extends ConvTransposeOptions = NoOptions,
>(
  x: Tensor<X, D>,
  weight: Fitting<Tensor<W, D>, Transposed<"1", X, W, O>>,
  options?: O,
): Tensor<Outcome<Transposed<"1", X, W, O>>, D> {
  return convTranspose("convTranspose1d", 1, x, weight, options);
}

/**
 * Transposed convolution along two axes, such as the rows and columns of images; see {@link convTranspose1d}.
 *
 * @param x        `[batch, rows, columns, channels]`, float
 * @param weight   `[channels, out / groups, rows, columns]`, same dtype
 * @param options  stride, padding (which is cut off the output), outputPadding, dilation, groups
 * @returns        `[batch, rows, columns, out]`
 * @throws {ShapeError} shapes or groups do not go together, nothing is left of the output, or an option is out of range
 * @throws {DTypeError} x is not float, or the weight has another dtype
 * @example convTranspose2d(ones([1, 7, 7, 8]), ones([8, 3, 4, 4]), { stride: 2, padding: 1 }).shape  // [1, 14, 14, 3]
 */
export function convTranspose2d<
  X extends Shape,
  D extends DType,
  W extends Shape,
  const O extends ConvTransposeOptions = NoOptions,
>(
  x: Tensor<X, D>,
  weight: Fitting<Tensor<W, D>, Transposed<"2", X, W, O>>,
  options?: O,
): Tensor<Outcome<Transposed<"2", X, W, O>>, D> {
  return convTranspose("convTranspose2d", 2, x, weight, options);
}

/**
 * Transposed convolution along three axes, such as those of volumes or films; see {@link convTranspose1d}.
 *
 * @param x        `[batch, depth, rows, columns, channels]`, float
 * @param weight   `[channels, out / groups, depth, rows, columns]`, same dtype
 * @param options  stride, padding (which is cut off the output), outputPadding, dilation, groups
 * @returns        `[batch, depth, rows, columns, out]`
 * @throws {ShapeError} shapes or groups do not go together, nothing is left of the output, or an option is out of range
 * @throws {DTypeError} x is not float, or the weight has another dtype
 * @example convTranspose3d(ones([1, 2, 4, 4, 2]), ones([2, 3, 2, 2, 2]), { stride: 2 }).shape  // [1, 4, 8, 8, 3]
 */
export function convTranspose3d<
  X extends Shape,
  D extends DType,
  W extends Shape,
  const O extends ConvTransposeOptions = NoOptions,
>(
  x: Tensor<X, D>,
  weight: Fitting<Tensor<W, D>, Transposed<"3", X, W, O>>,
  options?: O,
): Tensor<Outcome<Transposed<"3", X, W, O>>, D> {
  return convTranspose("convTranspose3d", 3, x, weight, options);
}

/** The transposed convolution of any rank, without types for shapes. */
export function convTranspose<S extends Shape, D extends DType>(
  operation: string,
  rank: number,
  x: Tensor<Shape, D>,
  weight: unknown,
  options: ConvTransposeOptions = {},
): Tensor<S, D> {
  requireDType(operation, nodeGiven(operation, x), floats);
  const w = asNode(operation, x.dtype, nodeGiven(operation, weight));
  const { groups = 1 } = options;
  checkOperands(operation, rank, x.shape, w.shape, groups);
  const axes = spreadAxes(operation, x.shape.slice(1, -1), w.shape.slice(2), options);
  return tensorOf(
    build.conv(nodeOf(x), turned(build, w, groups), {
      axes: axes.map(({ size: _, ...axis }) => axis),
      groups,
      channelsFirst: false,
    }),
  );
}

/** How the turned kernel lies on each spatial axis of the spread input. */
export function spreadAxes(
  operation: string,
  spatial: Shape,
  sizes: Shape,
  { stride = 1, padding = 0, dilation = 1, outputPadding = 0 }: ConvTransposeOptions,
): Sliding[] {
  const rank = spatial.length;
  const strides = perAxis(operation, "stride", stride, rank);
  const dilations = perAxis(operation, "dilation", dilation, rank);
  const more = perAxis(operation, "outputPadding", outputPadding, rank, 0);
  checkOutputPadding(operation, more, strides, dilations);
  const pairs = paddingPairs(operation, padding, rank);
  return sizes.map((size, i) => {
    const [step, apart, n] = [strides[i]!, dilations[i]!, spatial[i]!];
    const extent = extentOf(size, apart);
    const own = { size, stride: step, dilation: apart, base: 1 };
    const [before, after] = pairs === "same" ? samePair(n * step, own) : pairs[i]!;
    const lacking = pairs === "same" ? Math.max(0, step - extent) : 0;
    const full = extentOf(n, step) + extent - 1 + more[i]!;
    if (before + after >= full) {
      const along = axisName(rank, i);
      throw refusal(
        operation,
        `the padding must leave something of the output; along ${along} it cuts ${before + after} of ${full} positions. ` +
          "Take less padding.",
        { axis: along, expected: `below ${full}`, actual: String(before + after) },
      );
    }
    const high = extent - 1 - after + lacking + more[i]!;
    return { size, stride: 1, dilation: apart, low: extent - 1 - before, high, base: step };
  });
}

/** Throws where a position more would see nothing of the input. */
export function checkOutputPadding(operation: string, more: Shape, strides: Shape, dilations: Shape): void {
  const far = more.findIndex((n, i) => n >= Math.max(strides[i]!, dilations[i]!));
  if (far < 0) return;
  const actual = `${more[far]} for stride ${strides[far]} and dilation ${dilations[far]}`;
  throw refusal(
    operation,
    `outputPadding must be smaller than the stride or the dilation; got ${actual}. Take a smaller one.`,
    { expected: `below ${Math.max(strides[far]!, dilations[far]!)}`, actual },
  );
}

function checkOperands(operation: string, rank: number, x: Shape, w: Shape, groups: number): void {
  const names = spatialNames(rank);
  if (x.length !== rank + 2 || w.length !== rank + 2) {
    const rule = `needs x [batch, ${names}, channels] and weight [channels, out / groups, ${names}]`;
    const actual = `${showShape(x)} and ${showShape(w)}`;
    throw refusal(operation, `${rule}; got ${actual}. Reshape one of them.`, { expected: rule, actual });
  }
  const whole = Number.isSafeInteger(groups) && groups >= 1;
  if (whole && w[0] === x.at(-1) && w[0]! % groups === 0) return;
  const rule = `groups must divide the channels, and the weight be [channels, out / groups, ${names}]`;
  const actual = `x ${showShape(x)}, weight ${showShape(w)} and ${groups} groups`;
  throw refusal(operation, `${rule}; got ${actual}. Change one of them.`, { expected: rule, actual });
}

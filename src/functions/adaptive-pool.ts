/**
 * Pooling to a given number of positions, whatever the input's: bin i of m covers the positions from ⌊i · n / m⌋ to ⌈(i + 1) · n / m⌉, as
 * in PyTorch. Where m divides n these are windows; else each axis is cut into its bins.
 */

import type { DType } from "../base/dtype.ts";
import type { Shape } from "../base/shape.ts";
import { showShape } from "../base/shape.ts";
import { floats, numeric, requireDType } from "../graph/ops/rules.ts";
import { concat } from "../tensor/join.ts";
import type { Fitting, IsAny, Outcome } from "../tensor/rules/fit.ts";
import { nodeGiven, type Tensor } from "../tensor/tensor.ts";
import { averagePool, maxPool } from "./pool.ts";
import { type PerAxis, perAxis, refusal, spatialNames } from "./sliding.ts";
import type { NotPooled, SizesOf } from "./sliding-types.ts";

/** The shape after adaptive pooling of rows and columns, or the sentence. */
type Adapted<Title extends string, X extends Shape, Size> =
  IsAny<Size> extends true
    ? Shape
    : IsAny<X> extends true
      ? Shape
      : number extends X["length"]
        ? Shape
        : X extends readonly [infer N extends number, number, number, infer Channels extends number]
          ? [N, ...SizesOf<[number, number], Size>, Channels]
          : NotPooled<Title, "2", X>;

/**
 * The mean of each bin, for as many bins along rows and columns as asked for.
 *
 * @param x     `[batch, rows, columns, channels]`, float
 * @param size  bins, a number for both axes or `[rows, columns]`
 * @returns     `[batch, ...size, channels]`
 * @throws {ShapeError} x has another rank, or a size is no positive integer
 * @throws {DTypeError} x is not float
 * @example adaptiveAveragePool2d(ones([1, 13, 10, 8]), 6).shape  // [1, 6, 6, 8]
 */
export function adaptiveAveragePool2d<X extends Shape, D extends DType, const Size extends PerAxis>(
  x: Fitting<Tensor<X, D>, Adapted<"adaptiveAveragePool2d", X, Size>>,
  size: Size,
): Tensor<Outcome<Adapted<"adaptiveAveragePool2d", X, Size>>, D> {
  const operation = "adaptiveAveragePool2d";
  requireDType(operation, nodeGiven(operation, x), floats);
  return adapt(operation, x as Tensor, size, averagePool, (part, axis) => part.mean(axis, { keepDims: true })) as never;
}

/**
 * The largest of each bin, for as many bins along rows and columns as asked for; of equal ones the first takes the gradient.
 *
 * @param x     `[batch, rows, columns, channels]`, numeric
 * @param size  bins, a number for both axes or `[rows, columns]`
 * @returns     `[batch, ...size, channels]`
 * @throws {ShapeError} x has another rank, or a size is no positive integer
 * @throws {DTypeError} x is uint8 or bool
 * @example adaptiveMaxPool2d(ones([1, 13, 10, 8]), [1, 2]).shape  // [1, 1, 2, 8]
 */
export function adaptiveMaxPool2d<X extends Shape, D extends DType, const Size extends PerAxis>(
  x: Fitting<Tensor<X, D>, Adapted<"adaptiveMaxPool2d", X, Size>>,
  size: Size,
): Tensor<Outcome<Adapted<"adaptiveMaxPool2d", X, Size>>, D> {
  const operation = "adaptiveMaxPool2d";
  requireDType(operation, nodeGiven(operation, x), numeric);
  return adapt(operation, x as Tensor, size, maxPool, (part, axis) => part.max(axis, { keepDims: true })) as never;
}

function adapt(
  operation: string,
  x: Tensor,
  size: PerAxis,
  pool: (operation: string, rank: number, x: Tensor, size: PerAxis) => Tensor,
  reduce: (part: Tensor, axis: number) => Tensor,
): Tensor {
  const bins = perAxis(operation, "size", size, 2);
  if (x.rank !== 4) {
    const expected = `[batch, ${spatialNames(2)}, channels]`;
    const actual = showShape(x.shape);
    throw refusal(operation, `needs x ${expected}; got ${actual}. Reshape it.`, { expected, actual });
  }
  const [rows, columns] = bins.map((m, i) => x.shape[1 + i]! / m) as [number, number];
  if (Number.isInteger(rows) && Number.isInteger(columns)) return pool(operation, 2, x, [rows, columns]);
  // Columns first: of equal elements the first in row-major order is then the first of both.
  return cut(cut(x, 2, bins[1]!, reduce), 1, bins[0]!, reduce);
}

/** One axis cut into bins, each reduced. */
function cut(x: Tensor, axis: number, bins: number, reduce: (part: Tensor, axis: number) => Tensor): Tensor {
  const n = x.shape[axis]!;
  const [whole, end] = [x.shape.map(() => 0), [...x.shape]];
  const parts = Array.from({ length: bins }, (_, i) => {
    const from = whole.with(axis, Math.floor((i * n) / bins));
    const to = end.with(axis, Math.ceil(((i + 1) * n) / bins));
    return reduce(x.slice(from, to) as Tensor, axis);
  });
  return concat(parts, axis) as Tensor;
}

/** The affine map of a fully connected layer. */

import type { DType } from "../base/dtype.ts";
import { ShapeError } from "../base/errors.ts";
import { type Shape, showShape } from "../base/shape.ts";
import type { ShowShape } from "../base/shape-types.ts";
import type { Broadcast } from "../tensor/rules/broadcast.ts";
import type { Differ, Fitting, IsAny, Outcome } from "../tensor/rules/fit.ts";
import { nodeGiven, type Tensor } from "../tensor/tensor.ts";

/** `[...batch, n]` and `[units, n]` give `[...batch, units]`; or the sentence. */
type Mapped<X extends Shape, W extends Shape> =
  IsAny<W> extends true
    ? Shape
    : IsAny<X> extends true
      ? Shape
      : number extends X["length"] | W["length"]
        ? Shape
        : X extends readonly [...infer Batch extends Shape, infer N extends number]
          ? W extends readonly [infer Units extends number, infer Own extends number]
            ? Differ<N, Own> extends true
              ? Misfit<X, W>
              : [...Batch, Units]
            : Misfit<X, W>
          : Misfit<X, W>;

type Misfit<
  X extends Shape,
  W extends Shape,
> = `linear: needs x [..., n] and weight [units, n]; got ${ShowShape<X>} and ${ShowShape<W>}. Transpose or reshape one of them.`;

type WithBias<X extends Shape, W extends Shape, B extends Shape> = Broadcast<"add", Outcome<Mapped<X, W>>, B>;

/**
 * `y = x Wᵀ + b`: every output from every input.
 *
 * @param x       `[...batch, n]`, float
 * @param weight  `[units, n]`: row i holds the weights into output i
 * @param bias    `[units]`, if there is one
 * @returns       `[...batch, units]`
 * @throws {ShapeError} the last axis of x is not n
 * @example linear(tensor([[1, 2]]), tensor([[3, 4]]), tensor([5]))  // [[16]]
 */
export function linear<X extends Shape, D extends DType, W extends Shape, B extends Shape = []>(
  x: Tensor<X, D>,
  weight: Fitting<Tensor<W, D>, Mapped<X, W>>,
  bias?: Fitting<Tensor<B, D>, WithBias<X, W, B>>,
): Tensor<Outcome<WithBias<X, W, B>>, D> {
  return affine(x, weight as Tensor, bias as Tensor | undefined) as Tensor<Outcome<WithBias<X, W, B>>, D>;
}

function affine(x: Tensor, weight: Tensor, bias: Tensor | undefined): Tensor {
  for (const operand of bias === undefined ? [x, weight] : [x, weight, bias]) nodeGiven("linear", operand);
  if (weight.rank !== 2 || x.rank === 0 || x.shape.at(-1) !== weight.shape[1]) {
    const rule = "needs x [..., n] and weight [units, n]";
    const actual = `${showShape(x.shape)} and ${showShape(weight.shape)}`;
    throw new ShapeError(`linear: ${rule}; got ${actual}. Transpose or reshape one of them.`, {
      operation: "linear",
      expected: rule,
      actual,
    });
  }
  const product = x.matmul(weight.transpose());
  return bias ? product.add(bias) : product;
}

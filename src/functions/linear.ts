/** The affine map of a fully connected layer. */

import type { DType } from "../base/dtype.ts";
import type { Shape } from "../base/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";

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
export function linear<D extends DType>(
  x: Tensor<Shape, D>,
  weight: Tensor<Shape, D>,
  bias?: Tensor<Shape, D>,
): Tensor<Shape, D> {
  const product = x.matmul(weight.transpose());
  return bias ? (product.add(bias) as Tensor<Shape, D>) : product;
}

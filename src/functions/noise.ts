/** Random numbers added to what a layer gives, normally distributed; they depend on a key, a stream and the element's place. */

import type { DType } from "../base/dtype.ts";
import { GradusError } from "../base/errors.ts";
import type { Shape } from "../base/shape.ts";
import { build } from "../graph/build.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { tensorOf } from "../tensor/trace.ts";
import { type RandomNumbers, randomBits } from "./dropout.ts";

/**
 * A normal number of standard deviation `deviation` is added to each element.
 *
 * @param x          float, any shape
 * @param deviation  not negative
 * @param random     which random numbers are added: the n-th normal number of the stream to the n-th element
 * @returns          same shape
 * @throws {GradusError} deviation is negative
 * @see Bishop, Training with noise is equivalent to Tikhonov regularization (1995)
 */
export function gaussianNoise<S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  deviation: number,
  random: RandomNumbers,
): Tensor<S, D> {
  checkDeviation("gaussianNoise", deviation);
  return x.add(normalNumbers(x.shape, x.dtype, random).mul(deviation) as Tensor<S, D>) as Tensor as Tensor<S, D>;
}

/** Throws unless the standard deviation is a finite number that is not negative. */
export function checkDeviation(operation: string, deviation: number): void {
  if (Number.isFinite(deviation) && deviation >= 0) return;
  throw new GradusError(`${operation}: deviation must be a finite number from 0 up; got ${deviation}. Write 0.1.`, {
    operation,
    expected: "0 or more",
    actual: String(deviation),
  });
}

/** By Box–Muller, as {@link RandomStream.normal} in src/base/rng.ts: √(−2 ln(1 − u)) · cos(2πv) of neighbouring uniform numbers. */
function normalNumbers(shape: Shape, dtype: DType, random: RandomNumbers): Tensor {
  const size = shape.reduce((product, n) => product * n, 1);
  const words = tensorOf<[number], "uint32">(build.shiftRight(randomBits(2 * size, random), 8));
  const uniform: Tensor = words.cast(dtype).mul(2 ** -24);
  const [u, v] = [uniform.slice([0], [], [2]), uniform.slice([1], [], [2])] as [Tensor, Tensor];
  const radius = u.neg().add(1).log().mul(-2).sqrt();
  return radius.mul(v.mul(2 * Math.PI).cos()).reshape(shape) as Tensor;
}

/** Random numbers added to what a layer gives, normally distributed; they depend on a key, a stream and the element's place. */

import type { DType } from "../base/dtype.ts";
import { GradusError } from "../base/errors.ts";
import type { Shape } from "../base/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { type RandomNumbers, randomNormal } from "./random.ts";

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
  return (x as Tensor).add(randomNormal(x.shape, random, x.dtype).mul(deviation)) as Tensor<S, D>;
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

/** Random silence: a mask that depends on a key, a stream and the place of an element, a channel or an example, and on nothing else. */

import type { DType } from "../base/dtype.ts";
import { GradusError } from "../base/errors.ts";
import type { Shape } from "../base/shape.ts";
import { showValue } from "../base/show.ts";
import { build } from "../graph/build.ts";
import { broadcastTo } from "../tensor/operands.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { nodeOf, tensorOf } from "../tensor/trace.ts";
import { type RandomNumbers, randomBits } from "./random.ts";

/**
 * Each element becomes 0 with probability `rate`; the others are multiplied by 1 / (1 − rate), so that the mean stays.
 *
 * @param x       float, any shape
 * @param rate    the share that is dropped, in [0, 1)
 * @param random  which random numbers decide
 * @returns       same shape
 * @throws {GradusError} rate outside [0, 1)
 * @see Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov, Dropout (2014)
 */
export function dropout<S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  rate: number,
  random: RandomNumbers,
): Tensor<S, D> {
  checkRate("dropout", rate, "element");
  return drop(x, rate, random, x.shape);
}

/**
 * {@link dropout} of whole channels: neighbouring positions of a channel tell much the same, so they go together.
 *
 * @param x       float, `[batch, ...spatial, channels]`
 * @param rate    the share that is dropped, in [0, 1)
 * @param random  which random numbers decide
 * @returns       same shape
 * @throws {GradusError} rate outside [0, 1)
 * @see Tompson, Goroshin, Jain, LeCun, Bregler, Efficient object localization using convolutional networks (2015)
 */
export function spatialDropout<S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  rate: number,
  random: RandomNumbers,
): Tensor<S, D> {
  checkRate("spatialDropout", rate, "channel");
  const last = x.rank - 1;
  return drop(
    x,
    rate,
    random,
    x.shape.map((n, axis) => (axis === 0 || axis === last ? n : 1)),
  );
}

/**
 * {@link dropout} of whole examples: what a branch adds to them is left out, and the network is shallower there.
 *
 * @param x       float, `[batch, ...n]`
 * @param rate    the share that is dropped, in [0, 1)
 * @param random  which random numbers decide
 * @returns       same shape
 * @throws {GradusError} rate outside [0, 1)
 * @see Huang, Sun, Liu, Sedra, Weinberger, Deep networks with stochastic depth (2016)
 */
export function stochasticDepth<S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  rate: number,
  random: RandomNumbers,
): Tensor<S, D> {
  checkRate("stochasticDepth", rate, "example");
  return drop(
    x,
    rate,
    random,
    x.shape.map((n, axis) => (axis === 0 ? n : 1)),
  );
}

/** Throws unless the rate is in [0, 1); `what` is dropped. */
export function checkRate(operation: string, rate: number, what: string): void {
  if (typeof rate === "number" && rate >= 0 && rate < 1) return;
  throw new GradusError(
    `${operation}: rate must be in [0, 1); got ${showValue(rate)}. Write 0.5 to drop every second ${what}.`,
    {
      operation,
      expected: "[0, 1)",
      actual: String(rate),
    },
  );
}

/** One random number for each element of `shape`, which broadcasts to that of x, decides what is kept. */
function drop<S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  rate: number,
  random: RandomNumbers,
  shape: Shape,
): Tensor<S, D> {
  // uniform = (bits >>> 8) · 2⁻²⁴ is kept where uniform ≥ rate; compared as the integers that they are.
  const word = build.shiftRight(nodeOf(randomBits(shape, random)), 8);
  const kept = build.lessEqual(build.constant(Math.ceil(rate * 0x1000000), shape, "uint32"), word);
  const mask = tensorOf<Shape, "bool">(broadcastTo("dropout", kept, x.shape));
  return mask.select(x.mul(1 / (1 - rate)), 0) as Tensor as Tensor<S, D>;
}

/** Random silence: a mask that depends on a key, a stream and the element's place, and on nothing else. */

import type { DType } from "../base/dtype.ts";
import { GradusError } from "../base/errors.ts";
import type { Shape } from "../base/shape.ts";
import { build } from "../graph/build.ts";
import type { Node } from "../graph/node.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { nodeOf, tensorOf } from "../tensor/trace.ts";

/** Two key words and a stream number as uint32 scalars: the n-th number of the stream belongs to the n-th element. */
export interface RandomNumbers {
  readonly key0: Tensor;
  readonly key1: Tensor;
  readonly stream: Tensor;
}

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
  if (!(rate >= 0 && rate < 1)) {
    throw new GradusError(`dropout: rate must be in [0, 1); got ${rate}. Write 0.5 to drop every second element.`, {
      operation: "dropout",
      expected: "[0, 1)",
      actual: String(rate),
    });
  }
  // uniform = (bits >>> 8) · 2⁻²⁴ is kept where uniform ≥ rate; compared as the integers that they are.
  const word = build.shiftRight(bits(x.size, random), 8);
  const bound = build.constant(Math.ceil(rate * 0x1000000), word.shape, "uint32");
  const kept = build.reshape(build.lessEqual(bound, word), x.shape);
  return tensorOf<Shape, "bool">(kept).select(x.mul(1 / (1 - rate)), 0) as Tensor as Tensor<S, D>;
}

/** The first `count` numbers of a stream, uint32. */
function bits(count: number, { key0, key1, stream }: RandomNumbers): Node {
  const spread = (scalar: Tensor): Node => build.broadcast(nodeOf(scalar), [count], []);
  return build.threefry(build.iota([count], 0, "uint32"), spread(key0), spread(key1), spread(stream));
}

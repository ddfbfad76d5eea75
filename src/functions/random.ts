/**
 * Random numbers inside a program: the n-th is a function of a key, a stream and n, and of nothing else. base/rng.ts gives the same
 * numbers outside of programs. Refuses nothing.
 */

import type { DType } from "../base/dtype.ts";
import { type Shape, sizeOf } from "../base/shape.ts";
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
 * Numbers of a stream, all 2³² values alike.
 *
 * @param shape  of the result, in row-major order
 * @param from   which number the first element is; the following elements are `step` numbers apart
 * @returns      uint32
 */
export function randomBits(
  shape: Shape,
  { key0, key1, stream }: RandomNumbers,
  from = 0,
  step = 1,
): Tensor<Shape, "uint32"> {
  const count = sizeOf(shape);
  const spread = (scalar: Tensor): Node => build.broadcast(nodeOf(scalar), [count], []);
  const constant = (value: number): Node => build.constant(value, [count], "uint32");
  const counter = build.iota([count], 0, "uint32");
  const stepped = step === 1 ? counter : build.mul(counter, constant(step));
  const places = from === 0 ? stepped : build.add(stepped, constant(from));
  return tensorOf(build.reshape(build.threefry(places, spread(key0), spread(key1), spread(stream)), shape));
}

/**
 * Numbers in [0, 1), multiples of 2⁻²⁴: `(bits >>> 8) · 2⁻²⁴`.
 *
 * @param dtype  float, of the result
 */
export function randomUniform<D extends DType = "float32">(
  shape: Shape,
  random: RandomNumbers,
  from = 0,
  step = 1,
  dtype: D = "float32" as D,
): Tensor<Shape, D> {
  const word = nodeOf(randomBits(shape, random, from, step));
  const value = build.cast(build.shiftRight(word, 8), dtype);
  return tensorOf(build.mul(value, build.constant(1 / 0x1000000, shape, dtype)));
}

/**
 * Standard normal numbers by Box–Muller: the n-th is `√(−2 ln(1 − u)) · cos(2πv)` of the uniform numbers u and v at 2n and
 * 2n + 1; |result| < 5.8.
 */
export function randomNormal<D extends DType = "float32">(
  shape: Shape,
  random: RandomNumbers,
  dtype: D = "float32" as D,
): Tensor<Shape, D> {
  const u = randomUniform(shape, random, 0, 2, dtype);
  const v = randomUniform(shape, random, 1, 2, dtype);
  const radius = u.neg().add(1).log().mul(-2).sqrt();
  return radius.mul(v.mul(2 * Math.PI).cos()) as Tensor<Shape, D>;
}

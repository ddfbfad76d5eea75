/**
 * What an initializer is: the first values of a parameter from its shape and a stream of random numbers. The values are float64
 * from own math, so the same seed gives the same bits on every engine and target.
 */

import type { RandomStream } from "../base/rng.ts";
import type { Shape } from "../base/shape.ts";

export interface Initializer {
  /** As it stands in layer strings: `normal(0.01)`. */
  print(): string;
  /** Row-major values for a parameter of this shape. */
  values(shape: Shape, random: RandomStream): Float64Array;
}

/**
 * How many inputs feed one output, and how many outputs one input feeds, for a weight `[out, in, ...window]`: each position of
 * the window counts once. A vector has as many of both as elements.
 */
export function fans(shape: Shape): { fanIn: number; fanOut: number } {
  const [out = 1, into = out, ...window] = shape;
  const positions = window.reduce((product, dimension) => product * dimension, 1);
  return { fanIn: into * positions, fanOut: out * positions };
}

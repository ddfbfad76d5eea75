/**
 * What an initializer is: the first values of a parameter from its shape and a stream of random numbers, whose n-th number makes the
 * n-th value. The values are float64 from own math, so the same seed gives the same bits on every engine and target.
 */

import type { RandomStream } from "../base/rng.ts";
import type { Shape } from "../base/shape.ts";

export interface Initializer {
  /** As it stands in layer strings: `normal(0.01)`. */
  print(): string;
  /**
   * Row-major values for a parameter of this shape: those from place `first` on, as many as `into` takes. Parameters are filled
   * piece by piece, each beginning at a multiple of 32.
   */
  fill(into: Float64Array, first: number, shape: Shape, random: RandomStream): void;
}

/** Values at a time: what initializers compute in float64 is never there as a whole. */
const pieceLength = 4096;

/** Fills the values of a parameter of this shape. */
export function fillWith(
  initializer: Initializer,
  values: Float32Array | Float64Array,
  shape: Shape,
  random: RandomStream,
): void {
  const piece = new Float64Array(Math.min(pieceLength, values.length));
  for (let first = 0; first < values.length; first += pieceLength) {
    const part = piece.subarray(0, values.length - first);
    initializer.fill(part, first, shape, random);
    values.set(part, first);
  }
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

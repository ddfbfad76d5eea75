/** Student's t: how far means of few values may be from the truth. */

import { GradusError } from "../base/errors.ts";
import { pow } from "../base/math.ts";

/** A mean with the interval that holds the true one in 95 of 100 cases, were the values drawn from a normal distribution. */
export interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  /** How many values. */
  readonly count: number;
}

/**
 * The mean of values with its 95 % interval, `mean ± t · s / √n`.
 *
 * @throws {GradusError} fewer than two values have no interval
 * @example intervalOf([1, 2, 3])  // { mean: 2, low: -0.484138, high: 4.484138, count: 3 }
 */
export function intervalOf(values: readonly number[]): Interval {
  const count = values.length;
  if (count < 2) {
    throw new GradusError(`interval: needs two values at least; got ${count}. Take more seeds.`, {
      operation: "interval",
      actual: String(count),
    });
  }
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const squares = values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
  const half = studentQuantile(0.975, count - 1) * Math.sqrt(squares / (count - 1) / count);
  return { mean, low: mean - half, high: mean + half, count };
}

/** Pieces of Simpson's rule. */
const pieces = 2000;

/** The t with P(T ≤ t) = p for p ≥ 1/2, by bisection of the integral over the density. */
export function studentQuantile(p: number, freedom: number): number {
  let [low, high] = [0, 1];
  while (aboveZero(high, freedom) < p - 0.5) high *= 2;
  for (let round = 0; round < 60; round++) {
    const middle = (low + high) / 2;
    if (aboveZero(middle, freedom) < p - 0.5) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** P(0 ≤ T ≤ t): the density is (1 + x²/ν)^(−(ν+1)/2) / (√ν · B(ν/2, 1/2)). */
function aboveZero(t: number, freedom: number): number {
  const density = (x: number): number => pow(1 + (x * x) / freedom, -(freedom + 1) / 2);
  const step = t / pieces;
  let sum = density(0) + density(t);
  for (let index = 1; index < pieces; index++) sum += (index % 2 === 0 ? 2 : 4) * density(index * step);
  return (sum * step) / 3 / (Math.sqrt(freedom) * betaHalf(freedom));
}

/** B(ν/2, 1/2), from B(1/2, 1/2) = π and B(1, 1/2) = 2 by B(a + 1, b) = B(a, b) · a / (a + b). */
function betaHalf(freedom: number): number {
  let [value, a] = freedom % 2 === 0 ? [2, 1] : [Math.PI, 0.5];
  for (; a < freedom / 2; a++) value *= a / (a + 0.5);
  return value;
}

/**
 * sin and cos of float32 in scalar instructions, as math.ts writes its functions: no branch, the same bits on every target, at
 * most 2 ulp in both numerics modes for |x| ≤ 2²⁰. Beyond, and for infinities, they refuse: NaN. There neighbouring float32
 * values lie an eighth of a radian apart and more, and a reduction by more digits of π would only make up digits.
 */

import { integerMagic, polynomial } from "./polynomial.ts";
import type { Scalars } from "./scalars.ts";

const largestAngle = 0x100000;

/** Added to a number of magnitude below 2³², 1.5·2³³ rounds it to a multiple of 1024. */
const thousandsMagic = 12884901888;

/**
 * π/2 = Σ halfPi[i] with an error of 2⁻⁷⁸: multiples of 2⁻¹³, 2⁻²⁷, 2⁻³⁸, 2⁻⁵¹, and a rest. Multiplied by half a quadrant number
 * each of the first four is exact in float32.
 */
const halfPi = [
  1.5706787109375, 0.00011761486530303955, 9.931682143360376e-10, -1.0746958878371515e-12, 6.123234262925839e-17,
] as const;

/** (r − sin r) / r³ in r² for |r| ≤ 0.87: relative error of sin r below 0.15 · 2⁻²⁴. */
const sinCoefficients: readonly number[] = [0.1666664481163025, -0.008331584744155407, 0.0001944303949130699];

/** (cos r − 1) / r² in r² for |r| ≤ 0.87, the first fixed: relative error of cos r below 0.01 · 2⁻²⁴. */
const cosCoefficients: readonly number[] = [-0.5, 0.041666626930236816, -0.001388648641295731, 2.4346700229216367e-5];

/** The sine of an angle in radians, odd bit for bit; NaN where |x| > 2²⁰. */
export function sin<T>(k: Scalars<T>, x: T): T {
  return sineOfQuadrant(k, x, 0);
}

/** The cosine of an angle in radians, even bit for bit; NaN where |x| > 2²⁰. */
export function cos<T>(k: Scalars<T>, x: T): T {
  return sineOfQuadrant(k, x, 1);
}

/** sin(x + turn · π/2). */
function sineOfQuadrant<T>(k: Scalars<T>, x: T, turn: 0 | 1): T {
  const f = k.float32;
  const i = k.int32;
  const magic = f.constant(integerMagic + turn);
  const shifted = f.fma(x, f.constant(2 / Math.PI), magic);
  const quadrant = f.bits(shifted); // n + turn in its low bits
  const { angle, excess } = remainder(k, x, f.sub(shifted, magic));

  // r = angle − excess: the excess enters in first order.
  const square = f.mul(angle, angle);
  const sinRest = f.fma(f.mul(angle, square), polynomial(k, sinCoefficients, square), excess);
  const cosRest = f.fma(square, polynomial(k, cosCoefficients, square), f.mul(angle, excess));
  // A zero keeps its sign: here −0 − (+0).
  const sinValue = f.sub(angle, sinRest);
  const cosValue = f.add(f.constant(1), cosRest);

  const isEven = i.equal(i.and(quadrant, i.constant(1)), i.constant(0));
  const value = f.select(isEven, sinValue, cosValue);
  const sign = i.shiftLeft(i.and(quadrant, i.constant(2)), 30);
  const signed = i.asFloat32(i.xor(f.bits(value), sign));
  return f.select(f.lessEqual(f.abs(x), f.constant(largestAngle)), signed, f.constant(NaN));
}

/**
 * x − n·π/2 = angle − excess for an integer n below 2²⁰, to 2⁻⁵⁵: the closest that a float32 comes to a multiple of π/2 is 2⁻²⁸
 * (near 161 · π/2). |angle| ≤ 0.87; the excess is at most about 2⁻²⁴, and below 2⁻³⁰ where |angle| < 2⁻¹⁷.
 *
 * With n = high + low, high a multiple of 1024 and |low| ≤ 512, all products but those with the last parts of π/2 are exact:
 * here fma rounds at most once in both modes.
 */
function remainder<T>(k: Scalars<T>, x: T, n: T): { angle: T; excess: T } {
  const f = k.float32;
  const part = halfPi.map((value) => f.constant(value));
  const minus = halfPi.map((value) => f.constant(-value));
  const high = f.sub(f.add(n, f.constant(thousandsMagic)), f.constant(thousandsMagic));
  const low = f.sub(n, high);
  // Exact: below 1, and a multiple of 2⁻¹⁷ or, where high = 0, of 2⁻²⁴.
  const a = f.fma(high, minus[1]!, f.fma(low, minus[0]!, f.fma(high, minus[0]!, x)));
  // Exact sums of exact products: multiples of 2⁻²⁸ below 2⁻⁴, and of 2⁻⁴¹ below 2⁻¹⁹.
  const second = f.fma(high, part[2]!, f.mul(low, part[1]!));
  const third = f.fma(high, part[3]!, f.mul(low, part[2]!));
  // Each difference is exact where it is small; where it is not, its error is, by the two-term sum of a larger and a smaller.
  const b = f.sub(a, second);
  const angle = f.sub(b, third);
  const errors = f.add(f.sub(second, f.sub(a, b)), f.sub(third, f.sub(b, angle)));
  return { angle, excess: f.fma(n, part[4]!, f.fma(low, part[3]!, errors)) };
}

/**
 * The remainder of a division rounded down, of float32: a − b·⌊a/b⌋. The product b·⌊a/b⌋ is held in two floats, so that the difference is
 * exact in both numerics modes while the quotient is below 2²⁴; beyond it the quotient itself has no digits for a remainder.
 */

import type { Scalars } from "./scalars.ts";

/** Keeps sign, exponent and the upper 12 bits of a significand: products of two such are exact. */
const upperHalf = -0x1000;

/** `a mod b`, with the sign of b; NaN for b = 0 or an infinite a; a itself, or b, where b is infinite. */
export function modulo<T>(k: Scalars<T>, a: T, b: T): T {
  const f = k.float32;
  const zero = f.constant(0);
  const quotient = f.floor(f.div(a, b));
  const product = f.mul(quotient, b);
  const [qHigh, qLow] = halves(k, quotient);
  const [bHigh, bLow] = halves(k, b);
  // The error of the rounded product, from exact products of halves.
  const rest = f.sub(f.sub(f.sub(product, f.mul(qHigh, bHigh)), f.mul(qLow, bHigh)), f.mul(qHigh, bLow));
  const error = f.sub(f.mul(qLow, bLow), rest);
  const difference = f.sub(f.sub(a, product), error);
  // The quotient was rounded before it was cut off: it can be one too large.
  const isNegative = f.less(b, zero);
  const overshot = k.bool.or(
    k.bool.and(isNegative, f.less(zero, difference)),
    k.bool.and(f.less(zero, b), f.less(difference, zero)),
  );
  const corrected = f.select(overshot, f.add(difference, b), difference);
  const isExact = f.equal(f.abs(b), f.constant(Infinity));
  const sameSign = f.lessEqual(zero, f.mul(f.select(isNegative, f.constant(-1), f.constant(1)), a));
  const beyond = f.select(sameSign, a, b);
  const finite = f.select(isExact, beyond, corrected);
  return f.select(f.less(f.abs(a), f.constant(Infinity)), finite, f.constant(NaN));
}

function halves<T>(k: Scalars<T>, x: T): [T, T] {
  const { float32: f, int32: i } = k;
  const high = i.asFloat32(i.and(f.bits(x), i.constant(upperHalf)));
  return [high, f.sub(x, high)];
}

/**
 * Powers of float32 in scalar instructions, as math.ts writes its functions: no branch, the same bits on every target, at most
 * 4 ulp in both numerics modes. Results below 2⁻¹²⁶ are 0 with their sign.
 *
 * xʸ = 2^(y · log₂ x) multiplies the error of the logarithm by up to 128, so log₂ x and the product are sums of two float32.
 * Products that must be exact are those of upper halves, 12 bits each: no fma is needed for them, so both modes have them.
 */

import { integerMagic, polynomial } from "./polynomial.ts";
import type { Scalars } from "./scalars.ts";

/** The bits of √½: below the significand's interval [√½, √2). */
const rootHalf = 0x3f3504f3;

/** The bits of 2⁻¹²⁶. */
const smallestNormal = 0x00800000;

/** 2 / ln 2 in two parts. */
const logScale = 2.885390043258667;
const logScaleLow = 3.851925982253235e-8;

/**
 * (log₂((1 + s) / (1 − s)) / s − 2 / ln 2) / s² − 1 in s² for |s| ≤ 0.1716: relative error of the logarithm below 2⁻³⁷. The one
 * is taken out because multiplying s² by it is exact.
 */
const logCoefficients: readonly number[] = [
  -0.038203321397304535, 0.5770829916000366, 0.4116973876953125, 0.340384304523468,
];

/** (2ᶠ − 1) / f for 0 ≤ f ≤ 1: relative error of 2ᶠ below 0.04 · 2⁻²⁴. */
const powerCoefficients: readonly number[] = [
  0.6931470632553101, 0.24022908508777618, 0.05548618361353874, 0.009673775173723698, 0.0012482288293540478,
  0.00021565984934568405,
];

/**
 * xʸ with the special values of IEEE 754: x⁰ = 1 and 1ʸ = 1 for every x and y, (−1)^±∞ = 1, NaN for finite x < 0 unless y is an
 * integer, ±0 and ±∞ with the sign of x where y is an odd integer.
 */
export function pow<T>(k: Scalars<T>, x: T, y: T): T {
  const f = k.float32;
  const i = k.int32;
  const b = k.bool;
  const base = f.abs(x);
  // Beyond 2³² an exponent is even and takes every base but 1 to 0 or Infinity: nothing overflows on the way there.
  const exponent = f.max(f.min(y, f.constant(2 ** 32)), f.constant(-(2 ** 32)));

  const [high, low] = binaryLogarithm(k, base);
  const exponentHigh = upperHalf(k, exponent);
  const exactProduct = f.mul(high, exponentHigh);
  // 0, Infinity and NaN have an infinite logarithm or none.
  const isRegular = b.and(f.less(f.constant(0), base), f.less(base, f.constant(Infinity)));
  const edge = f.select(f.equal(base, f.constant(0)), f.constant(-Infinity), base);
  const productHigh = f.select(isRegular, exactProduct, f.mul(edge, exponent));
  const productLow = f.fma(low, exponent, f.mul(high, f.sub(exponent, exponentHigh)));

  // 2^(n + r). In between n = ⌊product⌋; at the ends r leaves [0, 1): 1 makes Infinity there, and what is below 0 makes 0.
  const product = f.add(productHigh, productLow);
  const n = f.floor(f.max(f.min(product, f.constant(127)), f.constant(-126)));
  const rest = f.add(f.sub(productHigh, n), productLow);
  const r = f.max(f.min(rest, f.constant(1)), f.constant(-1));
  const significand = f.fma(polynomial(k, powerCoefficients, r), r, f.constant(1));
  // The exponent is added to the bits: a product would round what lies below 2⁻¹²⁶, or flush it. Two steps below it, where
  // the error may have put what belongs above, still give 2⁻¹²⁶.
  const scaled = i.add(f.bits(significand), i.shiftLeft(f.bits(f.add(n, f.constant(integerMagic))), 23));
  const isZero = i.less(scaled, i.constant(smallestNormal - 2));
  const magnitude = i.select(isZero, i.constant(0), i.max(scaled, i.constant(smallestNormal)));

  const half = f.mul(exponent, f.constant(0.5));
  const isInteger = f.equal(f.floor(exponent), exponent);
  const isOdd = b.and(isInteger, b.not(f.equal(f.floor(half), half)));
  const sign = i.select(isOdd, i.and(f.bits(x), i.constant(-0x80000000)), i.constant(0));
  const signed = i.asFloat32(i.or(magnitude, sign));
  const isFiniteNegative = b.and(f.less(x, f.constant(0)), f.less(f.constant(-Infinity), x));
  const isUndefined = b.and(isFiniteNegative, b.not(isInteger));
  const isOne = b.or(f.equal(x, f.constant(1)), f.equal(y, f.constant(0)));
  const isNumber = b.and(f.equal(r, r), b.not(isUndefined));
  return f.select(isOne, f.constant(1), f.select(isNumber, signed, f.constant(NaN)));
}

/** log₂ x = high + low for finite x > 0, relative error below 2⁻³³·⁶; high has 12 bits. Any other x gives something finite. */
function binaryLogarithm<T>(k: Scalars<T>, x: T): [high: T, low: T] {
  const f = k.float32;
  const i = k.int32;
  // x = 2ᵉ·m with √½ ≤ m < √2, by the bits.
  const bits = f.bits(x);
  const exponent = i.shiftRight(i.sub(bits, i.constant(rootHalf)), 23);
  const m = i.asFloat32(i.sub(bits, i.shiftLeft(exponent, 23)));
  const e = i.toFloat32(exponent);

  // s = (m − 1) / (m + 1) = sHigh + sLow: the remainder of the division by dHigh is exact, because both factors have 12 bits.
  const one = f.constant(1);
  const numerator = f.sub(m, one); // exact
  const denominator = f.add(m, one);
  const dHigh = upperHalf(k, denominator);
  const dLow = f.sub(m, f.sub(dHigh, one)); // exact: brings back what rounding the denominator lost
  const reciprocal = f.div(one, denominator);
  const sHigh = upperHalf(k, f.mul(numerator, reciprocal));
  const rest = f.fma(sHigh, f.neg(dLow), f.fma(sHigh, f.neg(dHigh), numerator));
  const sLow = f.mul(rest, reciprocal);
  const s = f.add(sHigh, sLow);

  // log₂ m = s·g, g = 2/ln 2 + s² + (s²·series + …) = gHigh + gLow, where s² = sHigh² + squareLow.
  const squareHigh = f.mul(sHigh, sHigh); // exact
  const squareLow = f.mul(sLow, f.add(sHigh, s));
  const square = f.add(squareHigh, squareLow);
  const tail = f.fma(square, polynomial(k, logCoefficients, square), squareLow);
  const g = f.add(f.constant(logScale), f.add(squareHigh, tail));
  const gHigh = upperHalf(k, g);
  const gLow = f.add(f.add(f.sub(f.constant(logScale), gHigh), squareHigh), f.add(tail, f.constant(logScaleLow)));

  // e + s·g, by the two-term sum of a larger and a smaller: |sHigh·gHigh| < 1 ≤ |e| unless e = 0.
  const fraction = f.mul(sHigh, gHigh); // exact
  const fractionLow = f.fma(sHigh, gLow, f.mul(sLow, g));
  const sum = f.add(e, fraction);
  const low = f.add(f.sub(fraction, f.sub(sum, e)), fractionLow);
  const high = upperHalf(k, sum);
  return [high, f.add(f.sub(sum, high), low)];
}

/** x rounded to 12 bits of significand; the rest fits in 12 more. */
function upperHalf<T>(k: Scalars<T>, x: T): T {
  const i = k.int32;
  return i.asFloat32(i.and(i.add(k.float32.bits(x), i.constant(0x800)), i.constant(-0x1000)));
}

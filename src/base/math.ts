/**
 * Exponential, logarithm, sine, cosine and power in float64 from basic operations alone, so that every engine computes the same
 * bits: for schedules, bias corrections, Box–Muller and the handwriting. The error stays below 1 ulp. The polynomials are Taylor
 * series: on the reduced ranges a few more terms replace a table of fitted coefficients. Refuses angles beyond 2²⁰, whose
 * reduction would need more digits of π.
 */

import { InternalError } from "./errors.ts";
import { productError, sumError } from "./fma.ts";

/** ln 2 in two parts: the first has 42 bits, so its product with any exponent is exact. */
const ln2High = 0.6931471805598903;
const ln2Low = 5.497923018708371e-14;

/** π/2 in four parts: the first three have 33 bits, so their products with a quadrant number below 2²⁰ are exact. */
const halfPi = [1.5707963267341256, 6.077100506303966e-11, 2.0222662487111665e-21, 8.4784276603689e-32] as const;

const largestAngle = 0x100000;

/** eˣ. Overflows to Infinity above 709.78, underflows to 0 below −745.13. */
export function exp(x: number): number {
  return expOfSum(x, 0);
}

/** e^(x + low), where low is a correction far below x. */
function expOfSum(x: number, low: number): number {
  if (Number.isNaN(x)) return x;
  if (x > 710) return Infinity;
  if (x < -746) return 0;
  const k = Math.floor(x / Math.LN2 + 0.5);
  const high = x - k * ln2High;
  const correction = low - k * ln2Low;
  const r = high + correction; // |r| ≤ ln 2 / 2
  const rest = sumError(high, correction, r);
  let series = 1 / 6227020800; // Σ rⁿ / (n + 2)!
  for (let n = inverseFactorials.length - 1; n >= 0; n--) series = series * r + inverseFactorials[n]!;
  return scale(1 + (r + (rest + r * r * series)), k);
}

/** 1/2! … 1/12! */
const inverseFactorials: readonly number[] = [
  1 / 2,
  1 / 6,
  1 / 24,
  1 / 120,
  1 / 720,
  1 / 5040,
  1 / 40320,
  1 / 362880,
  1 / 3628800,
  1 / 39916800,
  1 / 479001600,
];

/** The natural logarithm: NaN below 0, −Infinity at ±0. */
export function log(x: number): number {
  if (!(x > 0) || x === Infinity) return x === 0 ? -Infinity : x > 0 ? x : NaN;
  const { significand, exponent: k } = decompose(x);
  const f = significand - 1; // exact
  // With s = f / (2 + f): log(1 + f) = 2s + s·R(s²), and 2s = f − f²/2 + s·f²/2, which keeps the exact f as leading term.
  const s = f / (2 + f);
  const q = s * s;
  const rest = q * (2 / 3 + q * atanhTail(q));
  const half = 0.5 * f * f;
  return k * ln2High + (f - (half - (s * (half + rest) + k * ln2Low)));
}

/** Σ 2 qⁿ / (2n + 5): the series of 2 artanh(s) / s from its third term on, q = s² ≤ 0.0295. */
function atanhTail(q: number): number {
  let series = 2 / 23;
  for (let n = 21; n >= 5; n -= 2) series = series * q + 2 / n;
  return series;
}

/** The sine of an angle in radians, |x| ≤ 2²⁰. */
export function sin(x: number): number {
  if (x === 0) return x; // keeps the sign
  const { quadrant, angle, rest } = reduceAngle(x);
  const value = quadrant & 1 ? cosOfSum(angle, rest) : sinOfSum(angle, rest);
  return quadrant & 2 ? -value : value;
}

/** The cosine of an angle in radians, |x| ≤ 2²⁰. */
export function cos(x: number): number {
  const { quadrant, angle, rest } = reduceAngle(x);
  const value = quadrant & 1 ? sinOfSum(angle, rest) : cosOfSum(angle, rest);
  return (quadrant + 1) & 2 ? -value : value;
}

/** x = quadrant · π/2 + angle + rest with |angle| ≤ π/4 and rest far below angle. */
function reduceAngle(x: number): { quadrant: number; angle: number; rest: number } {
  if (!(Math.abs(x) <= largestAngle)) {
    if (!Number.isFinite(x)) return { quadrant: 0, angle: NaN, rest: 0 };
    throw new InternalError(`sin and cos: |angle| must not exceed 2²⁰; got ${x}. Reduce it to one turn first.`);
  }
  const n = Math.floor(x * (2 / Math.PI) + 0.5);
  if (n === 0) return { quadrant: 0, angle: x, rest: 0 };
  const first = x - n * halfPi[0]; // exact, as the operands are close
  const second = first - n * halfPi[1];
  const third = second - n * halfPi[2];
  const low = sumError(first, -n * halfPi[1], second) + sumError(second, -n * halfPi[2], third) - n * halfPi[3];
  const angle = third + low;
  return { quadrant: n & 3, angle, rest: sumError(third, low, angle) };
}

function sinOfSum(r: number, rest: number): number {
  const q = r * r;
  let series = 1 / 355687428096000; // r³ Σ ± qⁿ / (2n + 3)!
  for (let n = oddFactorials.length - 1; n >= 0; n--) series = oddFactorials[n]! - series * q;
  return r - (r * q * series - rest * (1 - 0.5 * q));
}

function cosOfSum(r: number, rest: number): number {
  const q = r * r;
  let series = 1 / 6402373705728000; // r⁴ Σ ± qⁿ / (2n + 4)!
  for (let n = evenFactorials.length - 1; n >= 0; n--) series = evenFactorials[n]! - series * q;
  const half = 0.5 * q;
  const head = 1 - half;
  return head + (1 - head - half + (q * q * series - r * rest));
}

/** 1/3! … 1/15! */
const oddFactorials: readonly number[] = [
  1 / 6,
  1 / 120,
  1 / 5040,
  1 / 362880,
  1 / 39916800,
  1 / 6227020800,
  1 / 1307674368000,
];
/** 1/4! … 1/16! */
const evenFactorials: readonly number[] = [
  1 / 24,
  1 / 720,
  1 / 40320,
  1 / 3628800,
  1 / 479001600,
  1 / 87178291200,
  1 / 20922789888000,
];

/** xʸ with the special values of IEEE 754 (x⁰ = 1 and 1ʸ = 1 for every x and y; NaN for x < 0 unless y is an integer). */
export function pow(x: number, y: number): number {
  if (y === 0 || x === 1) return 1;
  if (Number.isNaN(x) || Number.isNaN(y)) return NaN;
  const isOdd = Math.abs(y) <= Number.MAX_SAFE_INTEGER && Math.abs(y % 2) === 1;
  const negative = (x < 0 || Object.is(x, -0)) && isOdd;
  const base = Math.abs(x);
  if (x < 0 && base !== Infinity && Math.trunc(y) !== y) return NaN;
  const magnitude = powOfPositive(base, y);
  return negative ? -magnitude : magnitude;
}

function powOfPositive(x: number, y: number): number {
  if (x === 1) return 1;
  if (x === 0 || x === Infinity || Math.abs(y) === Infinity) return x > 1 === y > 0 ? Infinity : 0;
  const [high, low] = logPair(x);
  const product = y * high;
  if (!(Math.abs(product) < 800)) return product > 0 ? Infinity : 0;
  return expOfSum(product, productError(y, high, product) + y * low);
}

/** log x as an unevaluated sum with 10 bits more than float64, enough for any exponent that does not overflow. */
function logPair(x: number): readonly [high: number, low: number] {
  const { significand, exponent: k } = decompose(x);
  const f = significand - 1;
  const d = 1 + significand;
  const s = f / d;
  const product = s * d;
  const sLow = (f - product - productError(s, d, product) - s * sumError(1, significand, d)) / d;
  const q = s * s;
  const qLow = productError(s, s, q) + 2 * s * sLow;
  const cube = q * s;
  const cubeLow = productError(q, s, cube) + qLow * s + q * sLow;
  const third = cube * (2 / 3);
  const thirdLow = productError(cube, 2 / 3, third) + cube * 3.700743415417188e-17 + cubeLow * (2 / 3);
  const fromExponent = k * ln2High;
  const first = fromExponent + 2 * s;
  const second = first + third;
  const errors = sumError(fromExponent, 2 * s, first) + sumError(first, third, second);
  const low = errors + (2 * sLow + thirdLow + (q * cube * atanhTail(q) + k * ln2Low));
  const high = second + low;
  return [high, sumError(second, low, high)];
}

/** 2⁻¹⁰²² and 2⁻²⁰⁰. */
const smallestNormal = 2.2250738585072014e-308;
const farDown = 6.223015277861142e-61;
const bytes = new DataView(new ArrayBuffer(8));

/** x = significand · 2^exponent with significand in [√½, √2), for finite x > 0. */
function decompose(x: number): { significand: number; exponent: number } {
  const isSubnormal = x < smallestNormal;
  bytes.setFloat64(0, isSubnormal ? x * 0x40000000000000 : x);
  const word = bytes.getUint32(0);
  // Adding the distance from √½ to 1 carries into the exponent exactly where the significand exceeds √2.
  const shifted = word + (0x3ff00000 - 0x3fe6a09e);
  bytes.setUint32(0, (shifted & 0x000fffff) + 0x3fe6a09e);
  return { significand: bytes.getFloat64(0), exponent: (shifted >>> 20) - 0x3ff - (isSubnormal ? 54 : 0) };
}

/** x · 2^k for x near 1, rounding once where the result is subnormal. */
function scale(x: number, k: number): number {
  if (k < -1022) return x * powerOfTwo(k + 200) * farDown;
  if (k > 1023) return x * 2 * powerOfTwo(k - 1);
  return x * powerOfTwo(k);
}

/** 2^k for −1022 ≤ k ≤ 1023. */
function powerOfTwo(k: number): number {
  bytes.setUint32(0, (k + 1023) << 20);
  bytes.setUint32(4, 0);
  return bytes.getFloat64(0);
}

/**
 * Error-free transformations of float64, and from them the float32 fused multiply-add: the basis of the contract's mode
 * `fused` and of powers with more than 53 bits. Refuses nothing; finite arguments whose results overflow lose their exactness.
 */

/** `a + b = sum + error` exactly, where `sum = a + b` is already rounded. */
export function sumError(a: number, b: number, sum: number): number {
  const partOfB = sum - a;
  return a - (sum - partOfB) + (b - partOfB);
}

/** `a · b = product + error` exactly, where `product = a · b` is already rounded; |a|, |b| < 2⁹⁹⁶. */
export function productError(a: number, b: number, product: number): number {
  const aHigh = upperHalf(a);
  const bHigh = upperHalf(b);
  const aLow = a - aHigh;
  const bLow = b - bHigh;
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
}

/** The upper 26 bits of the significand; the rest fits in 26 more. */
function upperHalf(a: number): number {
  const scaled = a * 134217729; // 2²⁷ + 1
  return scaled - (scaled - a);
}

/** 2¹²⁸ */
const beyondFloat32 = 3.402823669209385e38;

/**
 * `a·b + c` rounded once to float32, for arguments that are float32 values. Subnormal results are kept.
 *
 * The float64 product is exact and the float64 sum rounds to 53 bits, so rounding it again can go wrong in one case only: the
 * sum lies exactly half way between two float32 values and was itself rounded. Then its error decides.
 */
export function fmaFloat32(a: number, b: number, c: number): number {
  const product = a * b;
  const sum = product + c;
  const rounded = Math.fround(sum);
  // Float32 with an unbounded exponent: half way between the largest value and 2¹²⁸ is a tie like any other.
  const nearest = Math.abs(rounded) === Infinity && Math.abs(sum) < Infinity ? Math.sign(sum) * beyondFloat32 : rounded;
  const distance = sum - nearest;
  if (distance === 0) return rounded;
  const other = nearest + 2 * distance;
  if (Math.fround(other) !== other) return rounded;
  const error = sumError(product, c, sum);
  if (error === 0 || error > 0 === nearest > other) return rounded;
  return other;
}

/**
 * Errors in units in the last place of float32 or float64, the currency of accuracy: for tests and the error measurement. Refuses
 * nothing: what is not finite counts 0 where it is right and Infinity where it is wrong.
 */

interface Format {
  readonly significand: number;
  readonly smallestExponent: number;
  readonly largest: number;
}

const formats: Record<"float32" | "float64", Format> = {
  float32: { significand: 24, smallestExponent: -126, largest: 3.4028234663852886e38 },
  float64: { significand: 53, smallestExponent: -1022, largest: Number.MAX_VALUE },
};

/**
 * |actual − exact| in units of the last place that `exact` has in the format.
 *
 * @param exact  the value to compare with, more precise than the format or correctly rounded in it
 */
export function ulpError(actual: number, exact: number, format: "float32" | "float64"): number {
  const { significand, smallestExponent, largest } = formats[format];
  if (Number.isNaN(exact)) return Number.isNaN(actual) ? 0 : Infinity;
  const unit = powerOfTwo(Math.max(exponentOf(exact), smallestExponent) - significand + 1);
  if (Math.abs(exact) >= largest + unit / 2) return actual === Math.sign(exact) * Infinity ? 0 : Infinity;
  return Number.isFinite(actual) ? Math.abs(actual - exact) / unit : Infinity;
}

const bytes = new DataView(new ArrayBuffer(8));

/** The e for which 2ᵉ ≤ |x| < 2ᵉ⁺¹; −1023 for zero and float64's subnormals. */
function exponentOf(x: number): number {
  bytes.setFloat64(0, x);
  return ((bytes.getUint32(0) >>> 20) & 0x7ff) - 1023;
}

/** 2^k for −1074 ≤ k ≤ 1023. */
function powerOfTwo(k: number): number {
  if (k < -1022) return powerOfTwo(k + 52) * Number.EPSILON;
  bytes.setUint32(0, (k + 1023) << 20);
  bytes.setUint32(4, 0);
  return bytes.getFloat64(0);
}

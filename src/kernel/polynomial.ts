/**
 * Polynomials and powers of two: what the float32 sequences of math.ts, erf.ts, trigonometry.ts and pow.ts share.
 *
 * The coefficients in those files are minimax fits to the function named beside them: linear programming on 3000 Chebyshev nodes
 * of the reduced range, minimizing the largest error of the result as stated; from the lowest degree on, each coefficient is
 * rounded to float32 and the remaining ones are fitted again.
 */

import type { Scalars } from "./scalars.ts";

/** Added to a number of magnitude below 2²², 1.5·2²³ rounds it to an integer, which the low bits of the float32 then hold. */
export const integerMagic = 12582912;

/** 127 more makes these the biased exponent of 2ⁿ. */
export const exponentMagic: number = integerMagic + 127;

/** 2ⁿ from n + exponentMagic, for −127 ≤ n ≤ 128: 0 and Infinity at the ends. */
export function powerOfTwo<T>(k: Scalars<T>, shifted: T): T {
  return k.int32.asFloat32(k.int32.shiftLeft(k.float32.bits(shifted), 23));
}

/** Σ coefficients[i]·xⁱ by Horner's rule. */
export function polynomial<T>(k: Scalars<T>, coefficients: readonly number[], x: T): T {
  const f = k.float32;
  let sum = f.constant(coefficients[coefficients.length - 1]!);
  for (let i = coefficients.length - 2; i >= 0; i--) sum = f.fma(sum, x, f.constant(coefficients[i]!));
  return sum;
}

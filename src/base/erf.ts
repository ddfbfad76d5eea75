/** The error function of float64, for the reference: an engine has none. Errors below 1e-15. */

import { exp } from "./math.ts";

/**
 * `erf(x) = 2/√π · ∫₀ˣ exp(−t²) dt`: below 2.5 its series around 0 (all terms of one sign, after a factor exp(−x²)), above it the
 * continued fraction of erfc, from far out inwards.
 *
 * @see Abramowitz, Stegun, Handbook of mathematical functions (1964), 7.1.6 and 7.1.14
 */
export function erf(x: number): number {
  const size = Math.abs(x);
  if (!(size < 6)) return Number.isNaN(x) ? x : Math.sign(x);
  const scale = exp(-size * size) / 1.7724538509055159; // exp(−x²) / √π
  if (size < 2.5) {
    let term = 2 * size;
    let sum = term;
    for (let n = 1; term > sum * 1e-17; n++) {
      term *= (2 * size * size) / (2 * n + 1);
      sum += term;
    }
    return Math.sign(x) * scale * sum;
  }
  let fraction = size;
  for (let n = 60; n >= 1; n--) fraction = size + n / 2 / fraction;
  return Math.sign(x) * (1 - scale / fraction);
}

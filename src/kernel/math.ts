/**
 * exp, log, tanh and sigmoid of float32 as sequences of scalar instructions: no branch, few instructions, the same bits on every
 * target, at most 2 ulp in both numerics modes over all float32 values (scripts/math-error.mjs measures it). NaN gives NaN;
 * results below 2⁻¹²⁶ are 0. float64 is not their business: operations bring their own meaning for it.
 */

import { exponentMagic, polynomial, powerOfTwo } from "./polynomial.ts";
import type { Scalars } from "./scalars.ts";

const log2e = 1.4426950408889634;
/** ln 2 in two parts: the first has 15 bits, so its product with an exponent is exact even where fma rounds twice. */
const ln2High = 0.693145751953125;
const ln2Low = 1.4286068203094172e-6;

/** (eʳ − 1 − r) / r² for 0 ≤ r ≤ ln 2: absolute error of eʳ below 0.04 · 2⁻²³. */
const expCoefficients: readonly number[] = [
  0.5000027418136597, 0.16662706434726715, 0.04187260568141937, 0.00784181710332632, 0.0019267936004325747,
];

/** 1.5 · (eʳ − 1 − r) / r² for |r| ≤ ½ ln 2: relative error of 1.5 · eʳ below 0.06 · 2⁻²⁴. */
const sigmoidCoefficients: readonly number[] = [
  0.7499998807907104, 0.2499978393316269, 0.06250303983688354, 0.012552794069051743, 0.0020697975996881723,
];

/** (tanh u − u) / u³ in u² for |u| ≤ 0.4 · ln 2: relative error of tanh u below 0.12 · 2⁻²⁴. */
const tanhCoefficients: readonly number[] = [-0.3333316147327423, 0.13319694995880127, -0.05086839571595192];

/** (ln(1 + r) − r) / r² for |r| ≤ ⅓: relative error of ln(1 + r) below 0.08 · 2⁻²⁴. */
const logCoefficients: readonly number[] = [
  -0.5, 0.3333321511745453, -0.2499980628490448, 0.2001042664051056, -0.16680197417736053, 0.14005734026432037,
  -0.12187447398900986, 0.13984593749046326, -0.128802090883255,
];

/** eˣ: 0 below −87.336…, Infinity above 88.722… */
export function exp<T>(k: Scalars<T>, x: T): T {
  const f = k.float32;
  const clamped = f.max(f.min(x, f.constant(89)), f.constant(-88));
  // x = n·ln 2 + r with n = ⌊x / ln 2⌋: then eʳ lies in [1, 2), and 2ⁿ is 0 or Infinity exactly where the result is. The
  // number just above −½ makes e⁰ = 1.
  const scaled = f.fma(clamped, f.constant(log2e), f.constant(-0.4999999701976776));
  const shifted = f.add(scaled, f.constant(exponentMagic));
  const r = remainder(k, clamped, f.sub(shifted, f.constant(exponentMagic)), 1);
  const one = f.constant(1);
  const mantissa = f.fma(f.fma(polynomial(k, expCoefficients, r), r, one), r, one);
  return f.mul(mantissa, powerOfTwo(k, shifted));
}

/** 1 / (1 + e⁻ˣ), computed as 1.5·eˣ / (1.5 + 1.5·eˣ): so the error stays relative on the left. */
export function sigmoid<T>(k: Scalars<T>, x: T): T {
  const f = k.float32;
  const clamped = f.min(x, f.constant(30)); // beyond 17 the quotient rounds to 1
  const shifted = f.fma(clamped, f.constant(log2e), f.constant(exponentMagic));
  const r = remainder(k, clamped, f.sub(shifted, f.constant(exponentMagic)), 1);
  // The factor 1.5 moves both operands of the quotient from just above a power of two, where rounding is coarsest, to the
  // middle, exactly where the quotient lies just below one.
  const factor = f.constant(1.5);
  const curve = f.mul(f.fma(polynomial(k, sigmoidCoefficients, r), r, factor), r);
  const mantissa = f.add(factor, curve);
  const e = f.mul(mantissa, powerOfTwo(k, shifted));
  const sum = f.add(e, factor);
  const quotient = f.div(e, sum);
  // What the two sums above lost is known exactly, and the quotient q changes by q·(1 − q) times the relative loss in e less that
  // in the sum, as e/sum = q and 1.5/sum = 1 − q. 1/mantissa is needed to a digit only.
  const lostOfMantissa = f.sub(curve, f.sub(mantissa, factor));
  const lostOfSum = f.sub(f.min(e, factor), f.sub(sum, f.max(e, factor)));
  const inverse = f.fma(mantissa, f.constant(-0.417), f.constant(1.329));
  const loss = f.fma(lostOfMantissa, inverse, f.mul(lostOfSum, f.constant(-1 / 1.5)));
  // Far left the sum loses nothing that matters, and products with q would be subnormal.
  const near = f.select(f.less(x, f.constant(-20)), f.constant(0), loss);
  const corrected = f.fma(f.mul(quotient, f.sub(f.constant(1), quotient)), near, quotient);
  const isZero = f.less(x, f.constant(-87.33654022216797)); // below 2⁻¹²⁶
  return f.select(isZero, f.constant(0), corrected);
}

/** The hyperbolic tangent, odd bit for bit. */
export function tanh<T>(k: Scalars<T>, x: T): T {
  const f = k.float32;
  const i = k.int32;
  const clamped = f.min(f.abs(x), f.constant(10)); // beyond 9.1 the quotient rounds to 1
  // |x| = ½·n·ln 2 + u with u / (½·ln 2) in [−0.2, 0.8]. With p = 2ⁿ and t = tanh u the addition theorem reads
  // tanh |x| = a / (a + 2 − 2t), a = (p + 1)·t + p − 1. Where n = 0 this is t itself; where it is not, nothing cancels (hence
  // not [−½, ½]), and near 1 the error of a cancels between numerator and denominator.
  const scaled = f.fma(clamped, f.constant(2 * log2e), f.constant(-0.3));
  const shifted = f.add(scaled, f.constant(exponentMagic));
  const u = remainder(k, clamped, f.sub(shifted, f.constant(exponentMagic)), 0.5);
  const square = f.mul(u, u);
  const t = f.fma(f.mul(square, u), polynomial(k, tanhCoefficients, square), u);
  const p = powerOfTwo(k, shifted);
  const a = f.fma(f.add(p, f.constant(1)), t, f.sub(p, f.constant(1)));
  const magnitude = f.div(a, f.add(a, f.fma(f.constant(-2), t, f.constant(2))));
  const sign = i.and(f.bits(x), i.constant(-0x80000000));
  return i.asFloat32(i.or(f.bits(magnitude), sign));
}

/** The natural logarithm: NaN below 0, −Infinity at ±0. */
export function log<T>(k: Scalars<T>, x: T): T {
  const f = k.float32;
  const i = k.int32;
  // x = 2ᵉ·m with ⅔ ≤ m < 4/3, by the bits: e is the exponent of x / ⅔.
  const bits = f.bits(x);
  const exponent = i.shiftRight(i.sub(bits, i.constant(0x3f2aaaab)), 23);
  const m = i.asFloat32(i.sub(bits, i.shiftLeft(exponent, 23)));
  const e = i.toFloat32(exponent);
  const r = f.sub(m, f.constant(1)); // exact
  const curve = f.mul(f.mul(r, r), polynomial(k, logCoefficients, r));
  const finite = f.fma(e, f.constant(ln2High), f.add(r, f.fma(e, f.constant(ln2Low), curve)));
  const atMostZero = f.select(f.equal(x, f.constant(0)), f.constant(-Infinity), f.constant(NaN));
  const positive = f.select(f.less(x, f.constant(Infinity)), finite, x);
  return f.select(f.less(f.constant(0), x), positive, atMostZero);
}

/** x − n·factor·ln 2, for a factor that is a power of two. */
function remainder<T>(k: Scalars<T>, x: T, n: T, factor: number): T {
  const f = k.float32;
  return f.fma(n, f.constant(-ln2Low * factor), f.fma(n, f.constant(-ln2High * factor), x));
}

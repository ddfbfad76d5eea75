/**
 * The error function of float32 in scalar instructions, as math.ts writes its functions: no branch, the same bits on every
 * target, at most 2 ulp in both numerics modes over all float32 values. NaN gives NaN.
 */

import { exponentMagic, polynomial, powerOfTwo } from "./polynomial.ts";
import type { Scalars } from "./scalars.ts";

/** Where the two formulas meet. */
const border = 0.5;

/** erf(x)/x − 1 in x² for |x| ≤ ½: relative error of erf x below 0.03 · 2⁻²⁴. */
const smallCoefficients: readonly number[] = [
  0.12837916612625122, -0.37612611055374146, 0.11282850801944733, -0.026758259162306786, 0.004719160031527281,
];

/** log₂(1 − erf x) for ½ ≤ x ≤ 4: relative error of erf x below 0.08 · 2⁻²⁴. */
const largeCoefficients: readonly number[] = [
  5.2523959311656654e-5, -1.6283963918685913, -0.9165092706680298, -0.15255607664585114, 0.0334273986518383,
  -0.004757631104439497, 0.0003227799606975168,
];

/** (2ᶠ − 1) / f for |f| ≤ ½: relative error of 2ᶠ below 0.06 · 2⁻²⁴. */
const powerCoefficients: readonly number[] = [
  0.6931471824645996, 0.24022647738456726, 0.05550359934568405, 0.009618505835533142, 0.0013390806270763278,
  0.00015326471475418657,
];

/** erf x = 2/√π · ∫₀ˣ e^(−t²) dt, odd bit for bit; ±1 from |x| = 3.92 on. */
export function erf<T>(k: Scalars<T>, x: T): T {
  const f = k.float32;
  const i = k.int32;
  const one = f.constant(1);
  const magnitude = f.abs(x);

  // Near zero x + x·p(x²). The scale keeps x·p out of the subnormal range, where targets differ; undoing it is exact.
  const square = f.mul(magnitude, magnitude);
  const scaled = f.mul(magnitude, f.constant(16));
  const sum = f.fma(scaled, polynomial(k, smallCoefficients, square), scaled);
  const small = f.mul(sum, f.constant(1 / 16));

  // Beyond, 1 − 2^q(x) with q = n + r: q − n and the product with 2ⁿ are exact.
  const q = polynomial(k, largeCoefficients, f.min(magnitude, f.constant(4)));
  const shifted = f.add(q, f.constant(exponentMagic));
  const r = f.sub(q, f.sub(shifted, f.constant(exponentMagic)));
  const power = f.fma(polynomial(k, powerCoefficients, r), r, one);
  const large = f.sub(one, f.mul(power, powerOfTwo(k, shifted)));

  const result = f.select(f.less(magnitude, f.constant(border)), small, large);
  return i.asFloat32(i.or(f.bits(result), i.and(f.bits(x), i.constant(-0x80000000))));
}

/**
 * Numbers below 2⁻¹²⁶ counted as 0 by definition. What decays towards 0 while it rests, such as an optimizer's moments or a running
 * variance, gets there; such numbers cost hundreds of times more and differ between targets.
 */

import type { Tensor } from "../tensor/tensor.ts";

/** 2⁻¹²⁶, the smallest float32 with full precision. */
const smallestNormal = 1.1754943508222875e-38;

/**
 * x, with 0 where |x| < 2⁻¹²⁶. What decays applies it to everything it multiplies or divides, so that no subnormal number meets a sum,
 * where targets that flush at once and targets that flush what they store would part.
 */
export function flushSubnormals(x: Tensor): Tensor {
  return x.abs().less(smallestNormal).select(0, x);
}

/** `x · factor + y`, with subnormal products and sums as 0. */
export function scaleAndAdd(x: Tensor, factor: number, y: Tensor): Tensor {
  return flushSubnormals(flushSubnormals(x.mul(factor)).add(y));
}

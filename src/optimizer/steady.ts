/**
 * What optimizers share in their updates: weight decay that spares biases, and slots without subnormal numbers. Moments decay
 * towards 0 for parameters that rest; below 2⁻¹²⁶ they would cost hundreds of times more and differ between targets.
 */

import type { ParameterKind } from "../network/layer.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** 2⁻¹²⁶, the smallest float32 with full precision. */
const smallestNormal = 1.1754943508222875e-38;

/**
 * x, with 0 where |x| < 2⁻¹²⁶. Optimizers apply it to everything they multiply or divide, so that no subnormal number meets a sum,
 * where targets that flush at once and targets that flush what they store would part.
 */
export function flushSubnormals(x: Tensor): Tensor {
  return x.abs().less(smallestNormal).select(0, x);
}

/** `x · factor + y`, with subnormal products and sums as 0. */
export function scaleAndAdd(x: Tensor, factor: number, y: Tensor): Tensor {
  return flushSubnormals(flushSubnormals(x.mul(factor)).add(y));
}

/** The gradient with that of `(decay/2)·|w|²` added, for weights; biases are spared. */
export function withWeightDecay(gradient: Tensor, parameter: Tensor, kind: ParameterKind, decay: number): Tensor {
  const g = flushSubnormals(gradient);
  return decay === 0 || kind === "bias" ? g : scaleAndAdd(parameter, decay, g);
}

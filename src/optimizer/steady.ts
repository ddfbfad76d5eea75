/** What optimizers share in their updates: weight decay that spares biases and scales, and slots without subnormal numbers. */

import { flushSubnormals, scaleAndAdd } from "../functions/subnormal.ts";
import type { ParameterKind } from "../network/layer.ts";
import type { Tensor } from "../tensor/tensor.ts";

export { flushSubnormals, scaleAndAdd };

/** A running mean, `kept · old + (1 − kept) · value`, with subnormal products and sums as 0. */
export function blend(old: Tensor, kept: number, value: Tensor): Tensor {
  return scaleAndAdd(old, kept, flushSubnormals(value.mul(1 - kept)));
}

/** The gradient with that of `(decay/2)·|w|²` added, for weights; what else there is is spared. */
export function withWeightDecay(gradient: Tensor, parameter: Tensor, kind: ParameterKind, decay: number): Tensor {
  const g = flushSubnormals(gradient);
  return decay === 0 || kind !== "weight" ? g : scaleAndAdd(parameter, decay, g);
}

/** What optimizers share in their updates: weight decay that spares biases and scales, and slots without subnormal numbers. */

import { flushSubnormals, scaleAndAdd } from "../functions/subnormal.ts";
import type { ParameterKind } from "../network/layer.ts";
import type { Tensor } from "../tensor/tensor.ts";

export { flushSubnormals, scaleAndAdd };

/** The gradient with that of `(decay/2)·|w|²` added, for weights; what else there is is spared. */
export function withWeightDecay(gradient: Tensor, parameter: Tensor, kind: ParameterKind, decay: number): Tensor {
  const g = flushSubnormals(gradient);
  return decay === 0 || kind !== "weight" ? g : scaleAndAdd(parameter, decay, g);
}

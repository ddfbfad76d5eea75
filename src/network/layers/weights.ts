/** The parameters of layers that are affine maps: a weight, and a bias for each output. */

import type { Shape } from "../../base/shape.ts";
import type { Initializer } from "../initializer.ts";
import { glorotUniform, zeros } from "../initializers.ts";
import type { ParameterSpec } from "../layer.ts";

export interface WeightOptions {
  /** Whether each output has a bias; true by default. */
  readonly bias?: boolean;
  /** First values of the weights; {@link glorotUniform} by default. Biases begin at 0. */
  readonly initializer?: Initializer;
}

/** `weight` of a shape, and `bias` `[outputs]` unless it is left out. */
export function weightAndBias(
  shape: Shape,
  outputs: number,
  { bias = true, initializer = glorotUniform() }: WeightOptions,
): readonly ParameterSpec[] {
  const weight = weightSpec("weight", shape, initializer);
  return bias ? [weight, biasSpec([outputs])] : [weight];
}

export function weightSpec(name: string, shape: Shape, initializer: Initializer = glorotUniform()): ParameterSpec {
  return { name, shape, kind: "weight", initializer };
}

export function biasSpec(shape: Shape): ParameterSpec {
  return { name: "bias", shape, kind: "bias", initializer: zeros() };
}

/** How the options print: what is as by default is left out. */
export function printedWeightOptions({ bias, initializer }: WeightOptions): {
  bias: false | undefined;
  initializer: Initializer | undefined;
} {
  return { bias: bias === false ? false : undefined, initializer };
}

/** The multilayer perceptron: fully connected layers with a function of single elements between them. */

import { GradusError } from "../../base/errors.ts";
import type { Shape } from "../../base/shape.ts";
import type { Mutable } from "../../base/shape-types.ts";
import { showValue } from "../../base/show.ts";
import type { Layer } from "../layer.ts";
import { relu } from "../layers/activations.ts";
import { dense } from "../layers/dense.ts";
import { dropout } from "../layers/dropout.ts";
import { flatten } from "../layers/flatten.ts";
import { Network } from "../network.ts";

export interface MlpOptions {
  /** Makes the function after each hidden layer. Default {@link relu}. */
  readonly activation?: () => Layer;
  /** The share that {@link dropout} drops after each hidden layer. Default 0. */
  readonly dropout?: number;
}

/**
 * A multilayer perceptron, such as 784-500-500-10.
 *
 * @param input    the shape of one example
 * @param hidden   units of each hidden layer; none is a linear model
 * @param outputs  units of the last layer, which gives logits
 * @param options  activation, dropout
 * @throws {ShapeError} a number of units is no positive integer
 * @throws {GradusError} hidden is no list
 * @example mlp([28, 28], [500, 500], 10).parameterCount  // 648010
 * @see Rumelhart, Hinton, Williams, Learning representations by back-propagating errors (1986)
 */
export function mlp<const In extends Shape, const Outputs extends number>(
  input: In,
  hidden: readonly number[],
  outputs: Outputs,
  { activation = relu, dropout: rate = 0 }: MlpOptions = {},
): Network<Mutable<In>, [Outputs]> {
  if (!Array.isArray(hidden)) {
    const actual = showValue(hidden);
    throw new GradusError(`mlp: hidden layers are a list of units, such as [500, 500]; got ${actual}.`, {
      operation: "mlp",
      actual,
    });
  }
  const silence = rate === 0 ? [] : [dropout(rate)];
  return new Network(input as Mutable<In>, [
    ...(input.length === 1 ? [] : [flatten()]),
    ...hidden.flatMap((units) => [dense(units), activation(), ...silence]),
    dense(outputs),
  ]);
}

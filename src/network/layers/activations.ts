/** The layers that apply one function to every element, and softmax: they keep the shape and have no parameters. */

import { type Reader, reader } from "../../base/call.ts";
import { GradusError, ShapeError } from "../../base/errors.ts";
import { leakyRelu as leak } from "../../functions/activations.ts";
import { softmax as softmaxOf } from "../../functions/softmax.ts";
import { type Layer, layer, type SameShape, type ShapeRule } from "../layer.ts";

/**
 * Logistic function of every element: `y = 1 / (1 + e^−x)`, between 0 and 1.
 *
 * @example network([2], dense(1), sigmoid())
 */
export function sigmoid(): Layer<SameShape<"sigmoid">> {
  return layer({ name: "sigmoid", shape: (input) => input, apply: (x) => x.sigmoid() });
}

/**
 * Hyperbolic tangent of every element: `y = (eˣ − e^−x) / (eˣ + e^−x)`, between −1 and 1.
 *
 * @example network([2], dense(8), tanh(), dense(1))
 */
export function tanh(): Layer<SameShape<"tanh">> {
  return layer({ name: "tanh", shape: (input) => input, apply: (x) => x.tanh() });
}

/**
 * Rectifier: `y = max(x, 0)` of every element; the slope at 0 counts as 0.
 *
 * @example network([784], dense(500), relu(), dense(10))
 */
export function relu(): Layer<SameShape<"relu">> {
  return layer({ name: "relu", shape: (input) => input, apply: (x) => x.relu() });
}

/**
 * Rectifier that lets a little of the negative side through: `y = x` for x > 0, else `slope · x`.
 *
 * @param slope  of the negative side
 * @example network([784], dense(500), leakyRelu(0.1), dense(10))
 */
export function leakyRelu<const Slope extends number = 0.01>(slope?: Slope): Layer<SameShape<`leakyRelu(${Slope})`>> {
  const factor = slope ?? 0.01;
  if (!Number.isFinite(factor)) {
    throw new GradusError(`leakyRelu: slope must be a finite number; got ${slope}. Write leakyRelu(0.01).`, {
      operation: "leakyRelu",
      actual: String(slope),
    });
  }
  return layer({
    name: "leakyRelu",
    arguments: [factor],
    shape: (input) => input,
    apply: (x) => leak(x, factor),
  });
}

interface SoftmaxRule extends ShapeRule {
  readonly title: "softmax";
  readonly out: this["in"] extends readonly []
    ? "needs an axis to sum along; got []. Reshape the input to [n]."
    : this["in"];
}

/**
 * Probabilities along the last axis: `y_i = exp(x_i) / Σ_j exp(x_j)`.
 *
 * Not before {@link crossEntropy}, which takes the logits and applies softmax itself.
 *
 * @example network([4], dense(3), softmax())
 */
export function softmax(): Layer<SoftmaxRule> {
  return layer({
    name: "softmax",
    gives: "probabilities",
    shape: (input) => {
      if (input.length > 0) return input;
      throw new ShapeError("needs an axis to sum along; got []. Reshape the input to [n].", {
        expected: "[..., n]",
        actual: "[]",
      });
    },
    apply: (x) => softmaxOf(x, -1),
  });
}

function withoutArguments(name: string, make: () => Layer): Reader<Layer> {
  return reader({ name, needs: {}, takes: {}, make });
}

export const activationReaders: readonly Reader<Layer>[] = [
  withoutArguments("sigmoid", sigmoid),
  withoutArguments("tanh", tanh),
  withoutArguments("relu", relu),
  withoutArguments("softmax", softmax),
  reader({ name: "leakyRelu", needs: {}, takes: { slope: "number" }, make: ({ slope }) => leakyRelu(slope) }),
];

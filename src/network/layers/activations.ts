/** The layers that apply one function to every element: they keep the shape and have no parameters. Formulas stand at the functions. */

import { type Printable, type Reader, reader } from "../../base/call.ts";
import { GradusError } from "../../base/errors.ts";
import * as functions from "../../functions/activations.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { type Layer, layer, type SameShape, type ShapeRule } from "../layer.ts";

/**
 * Logistic function of every element: `y = 1 / (1 + e^−x)`, between 0 and 1.
 *
 * @example network([2], dense(1), sigmoid())
 */
export function sigmoid(): Layer<SameShape<"sigmoid">> {
  return elementwise("sigmoid", functions.sigmoid, [0, 1]);
}

/**
 * Hyperbolic tangent of every element: `y = (eˣ − e^−x) / (eˣ + e^−x)`, between −1 and 1.
 *
 * @example network([2], dense(8), tanh(), dense(1))
 */
export function tanh(): Layer<SameShape<"tanh">> {
  return elementwise("tanh", functions.tanh, [-1, 1]);
}

/**
 * Rectifier: `y = max(x, 0)` of every element; the slope at 0 counts as 0.
 *
 * @example network([784], dense(500), relu(), dense(10))
 */
export function relu(): Layer<SameShape<"relu">> {
  return elementwise("relu", functions.relu, positive);
}

/**
 * Rectifier that lets a little of the negative side through: `y = x` for x > 0, else `slope · x`.
 *
 * @param slope  of the negative side
 * @example network([784], dense(500), leakyRelu(0.1), dense(10))
 */
export function leakyRelu<const Slope extends number = 0.01>(slope?: Slope): Layer<SameShape<`leakyRelu(${Slope})`>> {
  const factor = slope ?? 0.01;
  checkFinite("leakyRelu", "slope", factor, "leakyRelu(0.01)");
  return elementwise("leakyRelu", (x) => functions.leakyRelu(x, factor), null, [factor]);
}

/**
 * Rectifier that ends at 6: `y = min(max(x, 0), 6)`.
 *
 * @example network([28, 28, 1], conv2d(32, 3), relu6(), flatten(), dense(10))
 */
export function relu6(): Layer<SameShape<"relu6">> {
  return elementwise("relu6", functions.relu6, [0, 6]);
}

/**
 * Exponential linear unit: `y = x` for x > 0, else `alpha · (eˣ − 1)`.
 *
 * @param alpha  what the negative side tends to, negated
 * @throws {GradusError} alpha is no finite number
 * @example network([784], dense(500), elu(), dense(10))
 */
export function elu<const Alpha extends number = 1>(alpha?: Alpha): Layer<SameShape<`elu(${Alpha})`>> {
  const factor = alpha ?? 1;
  checkFinite("elu", "alpha", factor, "elu(1)");
  return elementwise("elu", (x) => functions.elu(x, factor), null, [factor]);
}

/**
 * A smooth rectifier: `y = ln(1 + eˣ)`.
 *
 * @example network([1], dense(16), softplus(), dense(1))
 */
export function softplus(): Layer<SameShape<"softplus">> {
  return elementwise("softplus", functions.softplus, positive);
}

/**
 * Gaussian error linear unit: `y = x/2 · (1 + erf(x / √2))`; with `approximate`, tanh stands in for the error function.
 *
 * @param options  approximate
 * @example network([784], dense(500), gelu(), dense(10))
 */
export function gelu(options: functions.GeluOptions = {}): Layer<SameShape<"gelu">> {
  const { approximate = false } = options;
  return elementwise("gelu", (x) => functions.gelu(x, options), null, [], { approximate: approximate || undefined });
}

/**
 * `y = x · sigmoid(x)`, also known as swish.
 *
 * @example network([784], dense(500), silu(), dense(10))
 */
export function silu(): Layer<SameShape<"silu">> {
  return elementwise("silu", functions.silu);
}

/**
 * `y = x · tanh(ln(1 + eˣ))`.
 *
 * @example network([784], dense(500), mish(), dense(10))
 */
export function mish(): Layer<SameShape<"mish">> {
  return elementwise("mish", functions.mish);
}

/**
 * Sigmoid in three straight pieces: `y = min(max(x + 3, 0), 6) / 6`.
 *
 * @example network([2], dense(1), hardSigmoid())
 */
export function hardSigmoid(): Layer<SameShape<"hardSigmoid">> {
  return elementwise("hardSigmoid", functions.hardSigmoid, [0, 1]);
}

/**
 * {@link silu} with {@link hardSigmoid}: `y = x · min(max(x + 3, 0), 6) / 6`.
 *
 * @example network([784], dense(500), hardSwish(), dense(10))
 */
export function hardSwish(): Layer<SameShape<"hardSwish">> {
  return elementwise("hardSwish", functions.hardSwish);
}

const positive: Layer["bounds"] = [0, Number.POSITIVE_INFINITY];

function elementwise<R extends ShapeRule>(
  name: string,
  apply: (x: Tensor) => Tensor,
  bounds: Layer["bounds"] = null,
  positional: readonly Printable[] = [],
  options: Readonly<Record<string, Printable | undefined>> = {},
): Layer<R> {
  const bounded = bounds === null ? {} : { bounds };
  return layer({ name, arguments: positional, options, ...bounded, shape: (input) => input, apply: (x) => apply(x) });
}

/** Throws unless a layer's number is one. */
export function checkFinite(name: string, what: string, value: number, example: string): void {
  if (Number.isFinite(value)) return;
  throw new GradusError(`${name}: ${what} must be a finite number; got ${value}. Write ${example}.`, {
    operation: name,
    actual: String(value),
  });
}

const plain = { relu, relu6, sigmoid, tanh, softplus, silu, mish, hardSigmoid, hardSwish };

export const activationReaders: readonly Reader<Layer>[] = [
  ...Object.entries(plain).map(([name, make]) => reader({ name, needs: {}, takes: {}, make: (): Layer => make() })),
  reader({ name: "leakyRelu", needs: {}, takes: { slope: "number" }, make: ({ slope }) => leakyRelu(slope) }),
  reader({ name: "elu", needs: {}, takes: { alpha: "number" }, make: ({ alpha }) => elu(alpha) }),
  reader({ name: "gelu", needs: {}, takes: { approximate: "flag" }, make: (options) => gelu(options) }),
];

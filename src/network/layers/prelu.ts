/** The rectifier whose slope on the negative side is learned. */

import { type Reader, reader } from "../../base/call.ts";
import { ShapeError } from "../../base/errors.ts";
import { prelu as leak } from "../../functions/activations.ts";
import { constant } from "../initializers.ts";
import { type Layer, layer, type ShapeRule } from "../layer.ts";
import { checkFinite } from "./activations.ts";

interface PreluRule extends ShapeRule {
  readonly title: "prelu";
  readonly out: this["in"] extends readonly []
    ? "needs an axis of channels; got []. Reshape the input to [n]."
    : this["in"];
}

export interface PreluOptions {
  /** Whether each channel (of the last axis) has a slope of its own. Default false: one for all, as in PyTorch. */
  readonly perChannel?: boolean;
  /** The slope to begin with. Default 0.25. */
  readonly slope?: number;
}

/**
 * Rectifier whose slope on the negative side is learned: `y = x` for x > 0, else `weight · x`.
 *
 * Parameters: `weight` `[1]`, or `[channels]` with `perChannel`. Weight decay spares it: it would make it a plain {@link relu}.
 *
 * @param options  perChannel, slope
 * @returns        a layer that keeps the shape
 * @throws {GradusError} slope is no finite number
 * @example network([28, 28, 1], conv2d(32, 3), prelu({ perChannel: true }), flatten(), dense(10))
 * @see He, Zhang, Ren, Sun, Delving deep into rectifiers (2015)
 */
export function prelu({ perChannel = false, slope }: PreluOptions = {}): Layer<PreluRule> {
  const first = slope ?? 0.25;
  checkFinite("prelu", "slope", first, "prelu({ slope: 0.25 })");
  return layer({
    name: "prelu",
    options: { perChannel: perChannel ? true : undefined, slope },
    shape: (input) => {
      if (input.length > 0) return input;
      throw new ShapeError("needs an axis of channels; got []. Reshape the input to [n].", {
        expected: "[..., channels]",
        actual: "[]",
      });
    },
    parameters: (input) => [
      { name: "weight", shape: [perChannel ? input.at(-1)! : 1], kind: "bias", initializer: constant(first) },
    ],
    apply: (x, { weight }) => leak(x, weight!),
  });
}

export const preluReader: Reader<Layer> = reader({
  name: "prelu",
  needs: {},
  takes: { perChannel: "flag", slope: "number" },
  make: (options) => prelu(options),
});

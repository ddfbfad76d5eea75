/** Layers that make probabilities, or their logarithms, of all elements along the last axis. Refuse inputs without an axis. */

import { type Reader, reader } from "../../base/call.ts";
import { ShapeError } from "../../base/errors.ts";
import type { Shape } from "../../base/shape.ts";
import { logSoftmax as logSoftmaxOf, softmax as softmaxOf } from "../../functions/softmax.ts";
import { type Layer, layer, type ShapeRule } from "../layer.ts";

interface AlongAxisRule<Title extends string> extends ShapeRule {
  readonly title: Title;
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
export function softmax(): Layer<AlongAxisRule<"softmax">> {
  return layer({
    name: "softmax",
    gives: "probabilities",
    bounds: [0, 1],
    shape: withAxis,
    apply: (x) => softmaxOf(x, -1),
  });
}

/**
 * Logarithms of probabilities along the last axis: `y_i = x_i − ln Σ_j exp(x_j)`. {@link crossEntropy} takes them as it takes logits: their
 * softmax is the same.
 *
 * @example network([4], dense(3), logSoftmax())
 */
export function logSoftmax(): Layer<AlongAxisRule<"logSoftmax">> {
  return layer({ name: "logSoftmax", shape: withAxis, apply: (x) => logSoftmaxOf(x, -1) });
}

function withAxis(input: Shape): Shape {
  if (input.length > 0) return input;
  throw new ShapeError("needs an axis to sum along; got []. Reshape the input to [n].", {
    expected: "[..., n]",
    actual: "[]",
  });
}

export const softmaxReaders: readonly Reader<Layer>[] = [
  reader({ name: "softmax", needs: {}, takes: {}, make: softmax }),
  reader({ name: "logSoftmax", needs: {}, takes: {}, make: logSoftmax }),
];

/** The loss of classification. */

import { type Reader, reader } from "../base/call.ts";
import { ShapeError, TrainingError } from "../base/errors.ts";
import { showShape } from "../base/shape.ts";
import { showValue } from "../base/show.ts";
import { oneHot } from "../functions/one-hot.ts";
import { logSumExp } from "../functions/softmax.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { defineLoss, type Loss, type LossOptions } from "./loss.ts";
import { areLabels, asValues } from "./targets.ts";

export interface CrossEntropyOptions extends LossOptions {
  /** ε in [0, 1): the share of every target that is spread evenly over all classes. Default 0. */
  readonly labelSmoothing?: number;
}

/**
 * Cross entropy between the targets and softmax of the outputs: `C = −Σ_i t_i ln softmax(z)_i` per example, for a label c simply
 * `C = ln Σ_i exp(z_i) − z_c`.
 *
 * Softmax is part of the loss, so that large logits neither overflow nor lose digits: the network's last layer gives logits. The
 * gradient per example is softmax(z) − t. Guessing evenly among n classes costs ln n, 2.303 for ten.
 *
 * Label smoothing puts `(1 − ε) t + ε / n` in the place of the targets t of n classes, so that no answer is pushed to certainty; the
 * loss of a validation set is then smoothed too.
 *
 * @param options  `reduction`: "mean" over the examples (default, as frameworks do), or "sum" (the lecture's total loss);
 *                 `labelSmoothing`: ε (default 0)
 * @returns        a loss over logits `[batch, classes]` and targets: int32 labels `[batch]`, or probabilities
 *                 `[batch, classes]` (one-hot rows are probabilities too)
 * @throws {ShapeError}    when used: outputs and targets do not fit
 * @throws {TrainingError} an option out of range; when training starts: the outputs have passed softmax
 * @example await train(net, digits.train, { loss: crossEntropy(), optimizer: adam(), epochs: 5 })
 * @see Goodfellow, Bengio, Courville, Deep Learning (2016), §6.2.2.3
 */
export function crossEntropy(options: CrossEntropyOptions = {}): Loss {
  const { labelSmoothing = 0 } = options;
  if (!(typeof labelSmoothing === "number" && labelSmoothing >= 0 && labelSmoothing < 1)) {
    throw new TrainingError(
      `crossEntropy: labelSmoothing must be in [0, 1); got ${showValue(labelSmoothing)}. Write 0.1, for example.`,
      { operation: "crossEntropy", option: "labelSmoothing", expected: "[0, 1)", actual: String(labelSmoothing) },
    );
  }
  return defineLoss({
    name: "crossEntropy",
    options,
    changed: { labelSmoothing: labelSmoothing === 0 ? undefined : labelSmoothing },
    takes: "logits",
    perExample: (logits, target) => perExample(logits, target, labelSmoothing),
  });
}

function perExample(logits: Tensor, target: Tensor, smoothing: number): Tensor {
  if (logits.rank !== 2) {
    throw new ShapeError(
      `crossEntropy: needs logits [batch, classes]; got ${showShape(logits.shape)}. End the network with dense(classes).`,
      { operation: "crossEntropy", expected: "[batch, classes]", actual: showShape(logits.shape) },
    );
  }
  const classes = logits.shape[1]!;
  const surprise = (): Tensor => logSumExp(logits, 1).expand(1).sub(logits);
  if (smoothing > 0) {
    const smoothed = asValues("crossEntropy", logits, target)
      .mul(1 - smoothing)
      .add(smoothing / classes);
    return smoothed.mul(surprise()).sum(1);
  }
  if (areLabels("crossEntropy", logits, target)) {
    const isLabel = oneHot(target, classes, "bool"); // selecting leaves infinite logits of other classes out
    return logSumExp(logits, 1).sub(isLabel.select(logits, 0).sum(1));
  }
  return target.equal(0).select(0, target.mul(surprise())).sum(1);
}

export const crossEntropyReader: Reader<Loss> = reader({
  name: "crossEntropy",
  needs: {},
  takes: { reduction: "word", labelSmoothing: "number" },
  make: (values) => crossEntropy(values as CrossEntropyOptions),
});

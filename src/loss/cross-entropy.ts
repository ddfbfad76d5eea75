/** The loss of classification. */

import { ShapeError } from "../base/errors.ts";
import { showShape } from "../base/shape.ts";
import { oneHot } from "../functions/one-hot.ts";
import { logSumExp } from "../functions/softmax.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { defineLoss, type Loss, type LossOptions } from "./loss.ts";
import { areLabels } from "./targets.ts";

/**
 * Cross entropy between the targets and softmax of the outputs: `C = −Σ_i t_i ln softmax(z)_i` per example, for a label c simply
 * `C = ln Σ_i exp(z_i) − z_c`.
 *
 * Softmax is part of the loss, so that large logits neither overflow nor lose digits: the network's last layer gives logits. The
 * gradient per example is softmax(z) − t. Guessing evenly among n classes costs ln n, 2.303 for ten.
 *
 * @param options  `reduction`: "mean" over the examples (default, as frameworks do), or "sum" (the lecture's total loss)
 * @returns        a loss over logits `[batch, classes]` and targets: int32 labels `[batch]`, or probabilities
 *                 `[batch, classes]` (one-hot rows are probabilities too)
 * @throws {ShapeError}    when used: outputs and targets do not fit
 * @throws {TrainingError} when training starts: the outputs have passed softmax
 * @example await train(net, digits.train, { loss: crossEntropy(), optimizer: adam(), epochs: 5 })
 * @see Goodfellow, Bengio, Courville, Deep Learning (2016), §6.2.2.3
 */
export function crossEntropy(options: LossOptions = {}): Loss {
  return defineLoss({ name: "crossEntropy", options, takes: "logits", perExample });
}

function perExample(logits: Tensor, target: Tensor): Tensor {
  if (logits.rank !== 2) {
    throw new ShapeError(
      `crossEntropy: needs logits [batch, classes]; got ${showShape(logits.shape)}. End the network with dense(classes).`,
      { operation: "crossEntropy", expected: "[batch, classes]", actual: showShape(logits.shape) },
    );
  }
  if (areLabels("crossEntropy", logits, target)) {
    const isLabel = oneHot(target, logits.shape[1]!, "bool"); // selecting leaves infinite logits of other classes out
    return logSumExp(logits, 1).sub(isLabel.select(logits, 0).sum(1));
  }
  const surprise = logSumExp(logits, 1).expand(1).sub(logits);
  return target.equal(0).select(0, target.mul(surprise)).sum(1);
}

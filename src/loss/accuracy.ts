/** The share of examples that are classified rightly. */

import { ShapeError } from "../base/errors.ts";
import { showShape } from "../base/shape.ts";
import { defineMetric, type Metric } from "./metric.ts";
import { areLabels } from "./targets.ts";

/**
 * Accuracy, 0 to 1: how often the largest output is the target's class. Among equal outputs the first counts.
 *
 * @returns a metric over outputs `[batch, classes]` and int32 labels `[batch]` or one-hot rows `[batch, classes]`
 * @throws {ShapeError} when used: the outputs are not `[batch, classes]` with at least two classes
 * @example await evaluate(net, digits.test, { loss: crossEntropy(), metrics: [accuracy()] })
 */
export function accuracy(): Metric {
  return defineMetric("accuracy", (output, target) => {
    if (output.rank !== 2 || output.shape[1]! < 2) {
      throw new ShapeError(
        `accuracy: needs outputs [batch, classes] with at least two classes; got ${showShape(output.shape)}. ` +
          "Give a function of your own as metric for other outputs.",
        { operation: "accuracy", expected: "[batch, classes]", actual: showShape(output.shape) },
      );
    }
    const labels = areLabels("accuracy", output, target) ? target : target.argMax(1);
    return output.argMax(1).equal(labels);
  });
}

/** The loss of regression. */

import { type Reader, reader } from "../base/call.ts";
import { sizeOf } from "../base/shape.ts";
import { defineLoss, type Loss, type LossOptions } from "./loss.ts";
import { asValues } from "./targets.ts";

/**
 * Mean squared error: `(1/n) Σ_i (y_i − t_i)²` over the n outputs of an example, then the mean over the examples, which is the
 * mean over all elements.
 *
 * With `reduction: "sum"` both means are sums: `Σ (y_i − t_i)²` over outputs and examples. Half of that is the lecture's
 * ½|y − t|², whose gradient is y − t. Class labels become one-hot rows.
 *
 * @param options  `reduction`: "mean" (default) or "sum"
 * @returns        a loss over outputs `[batch, ...out]` and targets of the same shape, or int32 labels `[batch]`
 * @throws {ShapeError} when used: outputs and targets do not fit
 * @example
 * const line = network([1], dense(1));
 * await train(line, points, { loss: meanSquaredError(), optimizer: sgd({ learningRate: 0.1 }), epochs: 100 })
 */
export function meanSquaredError(options: LossOptions = {}): Loss {
  const isMean = (options.reduction ?? "mean") === "mean";
  return defineLoss({
    name: "meanSquaredError",
    takes: "values",
    options,
    perExample: (output, target) => {
      const squares = output.sub(asValues("meanSquaredError", output, target)).square();
      const rows = squares.reshape([output.shape[0]!, sizeOf(output.shape.slice(1))]);
      return isMean ? rows.mean(1) : rows.sum(1);
    },
  });
}

export const meanSquaredErrorReader: Reader<Loss> = reader({
  name: "meanSquaredError",
  needs: {},
  takes: { reduction: "word" },
  make: (values) => meanSquaredError(values as LossOptions),
});

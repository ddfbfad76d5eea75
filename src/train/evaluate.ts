/** Asking how good a network is, and what it answers, over a whole data set. Changes nothing. */

import { DataError } from "../base/errors.ts";
import { showShape } from "../base/shape.ts";
import type { Dataset } from "../data/dataset.ts";
import { asLoss, checkLoss, type LossLike } from "../loss/loss.ts";
import type { MetricLike } from "../loss/metric.ts";
import type { Network } from "../network/network.ts";
import type { Numerics, TargetName } from "../targets/target.ts";
import { tensor } from "../tensor/create.ts";
import type { Scores } from "./events.ts";
import { checkData, checkPreparation, metricsOf } from "./options.ts";
import { targetFor } from "./place.ts";

export interface EvaluateOptions {
  readonly loss: LossLike;
  readonly metrics?: readonly MetricLike[];
  readonly target?: TargetName;
  readonly numerics?: Numerics;
  readonly threads?: number;
}

/**
 * Loss and metrics of a network over a data set: means over its examples, whatever the loss's reduction. Dropout is off.
 *
 * @returns `loss` and each metric under its name
 * @throws {ShapeError}    the network does not take the data's inputs
 * @throws {DataError}     the data is not normalized as the network's training data was
 * @throws {TrainingError} the network has no parameters yet
 * @example await evaluate(net, digits.test, { loss: crossEntropy(), metrics: [accuracy()] })  // { loss: …, accuracy: … }
 */
export async function evaluate(network: Network, data: Dataset, options: EvaluateOptions): Promise<Scores> {
  const loss = asLoss(options.loss);
  checkData("evaluate", network, data);
  checkLoss(network, loss);
  checkPreparation("evaluate", network, data);
  const metrics = metricsOf(options.metrics ?? []);
  const target = await targetFor(network, options);
  const { scoresOf } = await import("./evaluation.ts");
  return scoresOf({ network, loss, metrics }, data, target);
}

/** Examples per forward pass. */
const batchSize = 500;

/**
 * The class that the network gives each example: the index of its largest output.
 *
 * @returns one index per example, in order
 * @throws {ShapeError} the network does not take the data's inputs
 * @throws {DataError}  the outputs are not `[classes]` with at least two classes, or the data is not normalized as the
 *                      network's training data was
 * @example confusionMatrix(await predictClasses(net, digits.test), digits.test.targets, digits.test.classes!)
 */
export async function predictClasses(network: Network, data: Dataset): Promise<Int32Array> {
  checkData("predictClasses", network, data);
  checkPreparation("predictClasses", network, data);
  if (network.outputShape.length !== 1 || network.outputShape[0]! < 2) {
    throw new DataError(
      `predictClasses: needs outputs [classes] with at least two classes; got ${showShape(network.outputShape)}. ` +
        "Use net.predict(x).",
      {
        operation: "predictClasses",
        expected: "[classes]",
        actual: showShape(network.outputShape),
        hint: "net.predict(x)",
      },
    );
  }
  const classes = new Int32Array(data.length);
  const dtype = network.dtype as "float32" | "float64";
  for (let from = 0; from < data.length; from += batchSize) {
    const rows = data.skip(from).take(Math.min(batchSize, data.length - from));
    const x = tensor(rows.values(), { shape: [rows.length, ...data.inputShape] as [number, ...number[]] }).cast(dtype);
    classes.set(await network.forward(x).argMax(1).data(), from);
  }
  return classes;
}

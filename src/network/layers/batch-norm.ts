/** Batch normalization, with running statistics for the time after training. Refuses training batches of one value per channel. */

import { type Reader, reader } from "../../base/call.ts";
import { ShapeError, TrainingError } from "../../base/errors.ts";
import { showShape } from "../../base/shape.ts";
import { moments, batchNorm as normalized } from "../../functions/normalize.ts";
import { scaleAndAdd } from "../../functions/subnormal.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { ones, zeros } from "../initializers.ts";
import { type ApplyContext, type Layer, layer, type ShapeRule } from "../layer.ts";
import { affineOf, affineSpecs, checkOption, type NormOptions, normTakes, readOptions, settingsOf } from "./norm.ts";

interface BatchNormRule extends ShapeRule {
  readonly title: "batchNorm";
  readonly out: this["in"] extends readonly []
    ? "needs channels on the last axis; got []. Reshape the input to [n]."
    : this["in"];
}

export interface BatchNormOptions extends NormOptions {
  /** How much a training batch counts in the running statistics, in (0, 1]. Default 0.1, as in PyTorch; Keras writes 1 − 0.1. */
  readonly momentum?: number;
}

/**
 * Batch normalization: `y = (x − m) / √(v + ε) · weight + bias` for each channel, the last axis.
 *
 * In training m and v are mean and variance over the batch and all positions, `v = Σ (x − m)² / n`; otherwise running ones, which each
 * step of training moves: `r ← (1 − momentum) r + momentum m`, for the variance with `Σ (x − m)² / (n − 1)`.
 *
 * Parameters: `weight` and `bias` `[channels]`; buffers: `runningMean` and `runningVariance` `[channels]`.
 *
 * @param options  momentum; epsilon, 1e-5; `affine: false` leaves weight and bias out; initializer of the weight
 * @returns        a layer that keeps the shape `[...positions, channels]`
 * @throws {GradusError}   an option out of range; when the network is built, as ShapeError: the input has no channels
 * @throws {TrainingError} when a training program is made: its batches hold one value per channel
 * @example network([4], dense(8, { bias: false }), batchNorm(), relu(), dense(2))
 * @see Ioffe, Szegedy, Batch normalization (2015)
 */
export function batchNorm(options: BatchNormOptions = {}): Layer<BatchNormRule> {
  const settings = settingsOf("batchNorm", options, { epsilon: 1e-5, affine: true });
  const { momentum = 0.1 } = options;
  checkOption("batchNorm", "momentum", momentum, momentum > 0 && momentum <= 1, "in (0, 1]", "0.1");
  return layer({
    name: "batchNorm",
    takes: "any scale",
    options: { momentum: momentum === 0.1 ? undefined : momentum, ...settings.printed },
    given: options,
    shape: (input) => {
      if (input.length > 0) return input;
      throw new ShapeError("needs channels on the last axis; got []. Reshape the input to [n].", {
        expected: "[..., channels]",
        actual: "[]",
      });
    },
    parameters: (input) => affineSpecs(settings, input.slice(-1)),
    buffers: (input) => [
      { name: "runningMean", shape: input.slice(-1), initializer: zeros() },
      { name: "runningVariance", shape: input.slice(-1), initializer: ones() },
    ],
    apply: (x, own, context) => {
      const running = { mean: own.runningMean!, variance: own.runningVariance! };
      const { mean, variance } = context.training ? batchMoments(x, context) : running;
      if (context.training) {
        const count = x.size / x.shape.at(-1)!;
        const moved = (old: Tensor, value: Tensor): Tensor => scaleAndAdd(old, 1 - momentum, value.mul(momentum));
        context.update("runningMean", moved(running.mean, mean));
        context.update("runningVariance", moved(running.variance, variance.mul(count / (count - 1))));
      }
      return normalized(x, mean, variance, affineOf(settings, own));
    },
  });
}

function batchMoments(x: Tensor, { path }: ApplyContext): { readonly mean: Tensor; readonly variance: Tensor } {
  if (x.size > x.shape.at(-1)!) {
    return moments(
      x,
      x.shape.slice(0, -1).map((_, axis) => axis),
    );
  }
  const actual = showShape(x.shape);
  const hint = "Take larger batches; where one example is left for the last batch, another batchSize, or data.take(…).";
  throw new TrainingError(
    `batchNorm at layer ${path}: training needs more than one value per channel; got a batch ${actual}. ${hint}`,
    { operation: "batchNorm", layer: path, actual, hint },
  );
}

export const batchNormReader: Reader<Layer> = reader({
  name: "batchNorm",
  needs: {},
  takes: { momentum: "number", ...normTakes },
  make: ({ momentum, ...options }) =>
    batchNorm({ ...readOptions(options), ...(momentum === undefined ? {} : { momentum }) }),
});

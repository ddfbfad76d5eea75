/** Gradient descent, with momentum. */

import { type Reader, reader } from "../base/call.ts";
import { TrainingError } from "../base/errors.ts";
import { belowOne, checkOption, checkOptions, fromZero } from "./checks.ts";
import { learningRateAt, type Optimizer, printOptimizer, type UpdateOutput } from "./optimizer.ts";
import { checkRate, type LearningRate } from "./schedules/schedule.ts";
import { withRate } from "./schedules/strings.ts";
import { flushSubnormals, scaleAndAdd, withWeightDecay } from "./steady.ts";

export interface SgdOptions {
  /** η: how far a step goes. Default 0.01. */
  readonly learningRate?: LearningRate;
  /** λ in [0, 1): how much of the last step's direction is kept. Default 0, no momentum. */
  readonly momentum?: number;
  /** Nesterov's form: the gradient counts once more, as if taken after the step. Default false. */
  readonly nesterov?: boolean;
  /** Adds weightDecay · w to the gradient of weights, of no other parameters: an L2 penalty. Default 0. */
  readonly weightDecay?: number;
}

const defaults = { momentum: 0, nesterov: false, weightDecay: 0 };

/**
 * Stochastic gradient descent: `θ ← θ − η g`; with momentum `v ← λ v + g`, then `θ ← θ − η v`, or `θ ← θ − η (g + λ v)` in
 * Nesterov's form.
 *
 * This is PyTorch's form. The lecture's `v ← λ v − η g`, `θ ← θ + v` takes the same steps while η stays the same; when η changes,
 * here the kept direction takes the new η at once.
 *
 * @param options  learningRate (default 0.01), momentum, nesterov, weightDecay
 * @returns        an optimizer with one slot per parameter if there is momentum, else none
 * @throws {TrainingError} an option out of range, or nesterov without momentum
 * @example await train(net, data, { loss: crossEntropy(), optimizer: sgd({ learningRate: 0.1, momentum: 0.9 }), epochs: 5 })
 * @see Sutskever, Martens, Dahl, Hinton, On the importance of initialization and momentum in deep learning (2013)
 */
export function sgd(options: SgdOptions = {}): Optimizer {
  checkOptions("sgd", options, "sgd({ learningRate: 0.01 })");
  const { learningRate = 0.01, momentum = defaults.momentum } = options;
  const { nesterov = defaults.nesterov, weightDecay = defaults.weightDecay } = options;
  checkRate("sgd", "learningRate", learningRate);
  checkOption("sgd", "momentum", momentum, belowOne);
  checkOption("sgd", "weightDecay", weightDecay, fromZero);
  if (nesterov && momentum === 0) {
    throw new TrainingError("sgd: nesterov needs momentum; got 0. Give momentum: 0.9, for example.", {
      operation: "sgd",
      option: "nesterov",
    });
  }
  const settings = { momentum, nesterov, weightDecay };
  return {
    name: "sgd",
    options: { learningRate, ...settings },
    state: () => (momentum === 0 ? [] : ["velocity"]),
    scalars: (step, total) => ({ learningRate: learningRateAt("sgd", learningRate, step, total) }),
    update: ({ parameter, gradient, state, scalars, kind }): UpdateOutput => {
      const g = withWeightDecay(gradient, parameter, kind, weightDecay);
      const rate = scalars.learningRate!;
      if (momentum === 0) return { parameter: parameter.sub(flushSubnormals(g.mul(rate))), state: {} };
      const velocity = scaleAndAdd(state.velocity!, momentum, g);
      const direction = nesterov ? scaleAndAdd(velocity, momentum, g) : velocity;
      return { parameter: parameter.sub(flushSubnormals(direction.mul(rate))), state: { velocity } };
    },
    print: () => printOptimizer("sgd", learningRate, settings, defaults),
  };
}

export const sgdReader: Reader<Optimizer> = reader({
  name: "sgd",
  needs: {},
  takes: { learningRate: "numberOrCall", momentum: "number", nesterov: "flag", weightDecay: "number" },
  make: (values) => sgd(withRate(values)),
});

/** RMSProp: steps scaled by the running size of the gradient. */

import { type Reader, reader } from "../base/call.ts";
import { aboveZero, belowOne, checkOption, checkOptions, fromZero } from "./checks.ts";
import { learningRateAt, type Optimizer, printOptimizer, type UpdateOutput } from "./optimizer.ts";
import { checkRate, type LearningRate } from "./schedules/schedule.ts";
import { withRate } from "./schedules/strings.ts";
import { blend, flushSubnormals, scaleAndAdd, withWeightDecay } from "./steady.ts";

export interface RmspropOptions {
  /** η: about how far each parameter moves per step. Default 0.01. */
  readonly learningRate?: LearningRate;
  /** α: how much of the mean of squared gradients is kept per step, in [0, 1). Default 0.99. */
  readonly alpha?: number;
  /** Keeps the division finite, above 0. Default 1e-8. */
  readonly epsilon?: number;
  /** λ in [0, 1): how much of the last step's direction is kept. Default 0, no momentum. */
  readonly momentum?: number;
  /** Adds weightDecay · w to the gradient of weights, of no other parameters: an L2 penalty. Default 0. */
  readonly weightDecay?: number;
}

const defaults = { alpha: 0.99, epsilon: 1e-8, momentum: 0, weightDecay: 0 };

/**
 * RMSProp: `σ² ← α σ² + (1 − α) g²`, then `θ ← θ − η g / (σ + ε)`; with momentum `v ← λ v + g / (σ + ε)`, `θ ← θ − η v`.
 *
 * This is PyTorch's form, where σ² begins at 0, so that first steps are long: η / √(1 − α). The lecture begins with σ₀ = |g₀|.
 *
 * @param options  learningRate (default 0.01), alpha, epsilon, momentum, weightDecay
 * @returns        an optimizer with one slot per parameter, and another if there is momentum
 * @throws {TrainingError} an option out of range
 * @example await train(net, data, { loss: crossEntropy(), optimizer: rmsprop({ learningRate: 1e-3 }), epochs: 5 })
 * @see Tieleman, Hinton, Lecture 6.5, Neural networks for machine learning (2012)
 */
export function rmsprop(options: RmspropOptions = {}): Optimizer {
  checkOptions("rmsprop", options, "rmsprop({ learningRate: 0.01 })");
  const { learningRate = 0.01, alpha = defaults.alpha, epsilon = defaults.epsilon } = options;
  const { momentum = defaults.momentum, weightDecay = defaults.weightDecay } = options;
  checkRate("rmsprop", "learningRate", learningRate);
  checkOption("rmsprop", "alpha", alpha, belowOne);
  checkOption("rmsprop", "epsilon", epsilon, aboveZero);
  checkOption("rmsprop", "momentum", momentum, belowOne);
  checkOption("rmsprop", "weightDecay", weightDecay, fromZero);
  const settings = { alpha, epsilon, momentum, weightDecay };
  return {
    name: "rmsprop",
    options: { learningRate, ...settings },
    state: () => (momentum === 0 ? ["square"] : ["square", "velocity"]),
    scalars: (step, total) => ({ learningRate: learningRateAt("rmsprop", learningRate, step, total) }),
    update: ({ parameter, gradient, state, scalars, kind }): UpdateOutput => {
      const g = withWeightDecay(gradient, parameter, kind, weightDecay);
      const square = blend(state.square!, alpha, g.square());
      const scaled = flushSubnormals(g.div(square.sqrt().add(epsilon)));
      const direction = momentum === 0 ? scaled : scaleAndAdd(state.velocity!, momentum, scaled);
      const step = flushSubnormals(direction.mul(scalars.learningRate!));
      return {
        parameter: parameter.sub(step),
        state: momentum === 0 ? { square } : { square, velocity: direction },
      };
    },
    print: () => printOptimizer("rmsprop", learningRate, settings, defaults),
  };
}

export const rmspropReader: Reader<Optimizer> = reader({
  name: "rmsprop",
  needs: {},
  takes: {
    learningRate: "numberOrCall",
    alpha: "number",
    epsilon: "number",
    momentum: "number",
    weightDecay: "number",
  },
  make: (values) => rmsprop(withRate(values)),
});

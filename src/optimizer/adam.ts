/** Adam, and AdamW with decoupled weight decay: steps scaled by running moments of the gradient. */

import { type Reader, reader } from "../base/call.ts";
import { pow } from "../base/math.ts";
import { aboveZero, belowOne, checkOption, checkOptions, fromZero } from "./checks.ts";
import { learningRateAt, type Optimizer, printOptimizer } from "./optimizer.ts";
import { checkRate, type LearningRate } from "./schedules/schedule.ts";
import { withRate } from "./schedules/strings.ts";
import { blend, flushSubnormals, withWeightDecay } from "./steady.ts";

export interface AdamOptions {
  /** η: about how far each parameter moves per step. Default 0.001. */
  readonly learningRate?: LearningRate;
  /** How much of the mean of gradients is kept per step, in [0, 1). Default 0.9. */
  readonly beta1?: number;
  /** How much of the mean of squared gradients is kept per step, in [0, 1). Default 0.999. */
  readonly beta2?: number;
  /** Keeps the division finite, above 0. Default 1e-8. */
  readonly epsilon?: number;
  /** Weight decay, of weights and no other parameters. Default 0 for adam, 0.01 for adamw. */
  readonly weightDecay?: number;
}

const defaults = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };
const defaultsOfAdamW = { ...defaults, weightDecay: 0.01 };

/**
 * Adam: `m ← β₁ m + (1 − β₁) g`, `v ← β₂ v + (1 − β₂) g²`, then `θ ← θ − η m̂ / (√v̂ + ε)` with the moments corrected for having
 * begun at 0: `m̂ = m / (1 − β₁ᵗ)`, `v̂ = v / (1 − β₂ᵗ)` at step t = 1, 2, …
 *
 * @param options  learningRate (default 0.001), beta1, beta2, epsilon; weightDecay adds weightDecay · w to the gradient of weights
 * @returns        an optimizer with two slots per parameter
 * @throws {TrainingError} an option out of range
 * @example await train(net, data, { loss: crossEntropy(), optimizer: adam({ learningRate: 1e-3 }), epochs: 5 })
 * @see Kingma, Ba, Adam: a method for stochastic optimization (2015)
 */
export function adam(options: AdamOptions = {}): Optimizer {
  return make("adam", options, defaults, false);
}

/**
 * AdamW: {@link adam}, with weights shrunk by `w ← w − η · weightDecay · w` before each step instead of a penalty in the gradient,
 * which the division by √v̂ would distort.
 *
 * @param options  as for adam; weightDecay is 0.01 by default
 * @returns        an optimizer with two slots per parameter
 * @throws {TrainingError} an option out of range
 * @example await train(net, data, { loss: crossEntropy(), optimizer: adamw({ weightDecay: 0.05 }), epochs: 5 })
 * @see Loshchilov, Hutter, Decoupled weight decay regularization (2019)
 */
export function adamw(options: AdamOptions = {}): Optimizer {
  return make("adamw", options, defaultsOfAdamW, true);
}

function make(name: string, options: AdamOptions, ownDefaults: typeof defaults, decoupled: boolean): Optimizer {
  checkOptions(name, options, `${name}({ learningRate: 0.001 })`);
  const { learningRate = 0.001, beta1 = ownDefaults.beta1, beta2 = ownDefaults.beta2 } = options;
  const { epsilon = ownDefaults.epsilon, weightDecay = ownDefaults.weightDecay } = options;
  checkRate(name, "learningRate", learningRate);
  checkOption(name, "beta1", beta1, belowOne);
  checkOption(name, "beta2", beta2, belowOne);
  checkOption(name, "epsilon", epsilon, aboveZero);
  checkOption(name, "weightDecay", weightDecay, fromZero);
  const settings = { beta1, beta2, epsilon, weightDecay };
  return {
    name,
    options: { learningRate, ...settings },
    state: () => ["mean", "square"],
    scalars: (step, total) => {
      const rate = learningRateAt(name, learningRate, step, total);
      return {
        stepSize: rate / (1 - pow(beta1, step)),
        rootCorrection: 1 / Math.sqrt(1 - pow(beta2, step)),
        ...(decoupled ? { kept: 1 - rate * weightDecay } : {}),
      };
    },
    update: ({ parameter, gradient, state, scalars, kind }) => {
      const g = withWeightDecay(gradient, parameter, kind, decoupled ? 0 : weightDecay);
      const shrinks = decoupled && kind === "weight" && weightDecay !== 0;
      const from = shrinks ? flushSubnormals(parameter.mul(scalars.kept!)) : parameter;
      const mean = blend(state.mean!, beta1, g);
      const square = blend(state.square!, beta2, g.square());
      const root = square.sqrt().mul(scalars.rootCorrection!).add(epsilon);
      const step = flushSubnormals(flushSubnormals(mean.mul(scalars.stepSize!)).div(root));
      return { parameter: from.sub(step), state: { mean, square } };
    },
    print: () => printOptimizer(name, learningRate, settings, ownDefaults),
  };
}

const takes = {
  learningRate: "numberOrCall",
  beta1: "number",
  beta2: "number",
  epsilon: "number",
  weightDecay: "number",
} as const;

export const adamReader: Reader<Optimizer> = reader({
  name: "adam",
  needs: {},
  takes,
  make: (values) => adam(withRate(values)),
});
export const adamwReader: Reader<Optimizer> = reader({
  name: "adamw",
  needs: {},
  takes,
  make: (values) => adamw(withRate(values)),
});

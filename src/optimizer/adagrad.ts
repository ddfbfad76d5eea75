/** Adagrad: steps scaled by all that the gradient has been. */

import { type Reader, reader } from "../base/call.ts";
import { aboveZero, checkOption, checkOptions, fromZero } from "./checks.ts";
import { learningRateAt, type Optimizer, printOptimizer } from "./optimizer.ts";
import { checkRate, type LearningRate } from "./schedules/schedule.ts";
import { withRate } from "./schedules/strings.ts";
import { flushSubnormals, withWeightDecay } from "./steady.ts";

export interface AdagradOptions {
  /** η: how far the first step of each parameter goes. Default 0.01. */
  readonly learningRate?: LearningRate;
  /** Keeps the division finite, above 0. Default 1e-10. */
  readonly epsilon?: number;
  /** Adds weightDecay · w to the gradient of weights, of no other parameters: an L2 penalty. Default 0. */
  readonly weightDecay?: number;
}

const defaults = { epsilon: 1e-10, weightDecay: 0 };

/**
 * Adagrad: `s ← s + g²`, then `θ ← θ − η g / (√s + ε)`: parameters that have seen large gradients go slowly, and all of them ever
 * more so.
 *
 * @param options  learningRate (default 0.01), epsilon, weightDecay
 * @returns        an optimizer with one slot per parameter
 * @throws {TrainingError} an option out of range
 * @example await train(net, data, { loss: crossEntropy(), optimizer: adagrad({ learningRate: 0.1 }), epochs: 5 })
 * @see Duchi, Hazan, Singer, Adaptive subgradient methods for online learning and stochastic optimization (2011)
 */
export function adagrad(options: AdagradOptions = {}): Optimizer {
  checkOptions("adagrad", options, "adagrad({ learningRate: 0.01 })");
  const { learningRate = 0.01, epsilon = defaults.epsilon, weightDecay = defaults.weightDecay } = options;
  checkRate("adagrad", "learningRate", learningRate);
  checkOption("adagrad", "epsilon", epsilon, aboveZero);
  checkOption("adagrad", "weightDecay", weightDecay, fromZero);
  const settings = { epsilon, weightDecay };
  return {
    name: "adagrad",
    options: { learningRate, ...settings },
    state: () => ["sum"],
    scalars: (step, total) => ({ learningRate: learningRateAt("adagrad", learningRate, step, total) }),
    update: ({ parameter, gradient, state, scalars, kind }) => {
      const g = withWeightDecay(gradient, parameter, kind, weightDecay);
      const sum = state.sum!.add(flushSubnormals(g.square()));
      const scaled = flushSubnormals(g.div(sum.sqrt().add(epsilon)));
      return { parameter: parameter.sub(flushSubnormals(scaled.mul(scalars.learningRate!))), state: { sum } };
    },
    print: () => printOptimizer("adagrad", learningRate, settings, defaults),
  };
}

export const adagradReader: Reader<Optimizer> = reader({
  name: "adagrad",
  needs: {},
  takes: { learningRate: "numberOrCall", epsilon: "number", weightDecay: "number" },
  make: (values) => adagrad(withRate(values)),
});

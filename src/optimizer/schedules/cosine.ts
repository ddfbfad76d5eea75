/** The schedule that falls along half a cosine: slowly, fast, slowly. */

import { printCall, type Reader, reader } from "../../base/call.ts";
import { cos } from "../../base/math.ts";
import { checkOption, checkOptions, fromZero, positiveInteger } from "../checks.ts";
import { checkLength, type Schedule } from "./schedule.ts";

export interface CosineOptions {
  /** Where the rate falls to. Default 0. */
  readonly end?: number;
  /** How many steps it falls for. Default: all that the run has; another number than that is refused. */
  readonly steps?: number;
}

/**
 * Cosine decay: `η_t = end + (rate − end) · (1 + cos(π (t − 1) / T)) / 2` at step t = 1, 2, … T of a run. The first step has the full
 * rate; the last comes just short of `end`.
 *
 * @param rate     the rate of the first step
 * @param options  end (default 0), steps (default: the run's)
 * @throws {TrainingError} an option out of range; when training starts: the run has another number of steps
 * @example await train(net, data, { loss: crossEntropy(), optimizer: sgd({ learningRate: cosine(0.1), momentum: 0.9 }), epochs: 5 })
 * @see Loshchilov, Hutter, SGDR: stochastic gradient descent with warm restarts (2017)
 */
export function cosine(rate: number, options: CosineOptions = {}): Schedule {
  checkOptions("cosine", options, "cosine(0.1, { end: 0.001 })");
  const { end = 0, steps } = options;
  checkOption("cosine", "rate", rate, fromZero);
  checkOption("cosine", "end", end, fromZero);
  if (steps !== undefined) checkOption("cosine", "steps", steps, positiveInteger);
  return {
    name: "cosine",
    at: (step, total) => {
      checkLength("cosine", steps, total);
      return halfCosine(rate, end, (step - 1) / total);
    },
    print: () => printCall("cosine", [rate], { end: end === 0 ? undefined : end, steps }),
  };
}

/** From `from` to `to` along half a cosine, at a share of the way. */
export function halfCosine(from: number, to: number, share: number): number {
  return to + ((from - to) * (1 + cos(Math.PI * share))) / 2;
}

export const cosineReader: Reader<Schedule> = reader({
  name: "cosine",
  needs: { rate: "number" },
  takes: { end: "number", steps: "number" },
  make: ({ rate, ...options }) => cosine(rate, options),
});

/** The schedule that begins small, where the first steps of a deep network would go too far, and then hands over to another. */

import { type Call, printCall, type Reader, reader } from "../../base/call.ts";
import { TrainingError } from "../../base/errors.ts";
import { checkOption, checkOptions, positiveInteger } from "../checks.ts";
import { checkRate, type LearningRate, printRate, rateAt, type Schedule } from "./schedule.ts";

export interface WarmupOptions {
  /** For how many steps the rate rises. */
  readonly steps: number;
}

/**
 * Linear warm-up: in the first N steps `η_t = η · t / N` with the first rate η of what follows; then that begins, with the steps
 * that are left.
 *
 * @param rate     what follows: a number, a schedule or a function of the step
 * @param options  steps: N
 * @throws {TrainingError} an option out of range; when training starts: the run has no step more than the warm-up
 * @example warmup(cosine(0.1), { steps: 500 }).at(50, 10000)  // 0.01
 * @see Goyal et al., Accurate, large minibatch SGD (2017), §2.2
 */
export function warmup(rate: LearningRate, options: WarmupOptions): Schedule {
  checkOptions("warmup", options, "warmup(cosine(0.1), { steps: 500 })");
  const { steps } = options;
  checkRate("warmup", "rate", rate);
  checkOption("warmup", "steps", steps, positiveInteger);
  return {
    name: "warmup",
    at: (step, total) => {
      if (steps >= total) throw tooLong(steps, total);
      const left = total - steps;
      return step > steps ? rateAt(rate, step - steps, left) : (rateAt(rate, 1, left) * step) / steps;
    },
    print: () => printCall("warmup", [printRate(rate), steps]),
  };
}

function tooLong(steps: number, total: number): TrainingError {
  return new TrainingError(
    `warmup: must be shorter than the run; got a warm-up of ${steps} steps in ${total}. Warm up for fewer, or train longer.`,
    { operation: "warmup", expected: `below ${total}`, actual: String(steps) },
  );
}

/** @param read how what follows is read */
export const warmupReader = (read: (rate: number | Call) => LearningRate): Reader<Schedule> =>
  reader({
    name: "warmup",
    needs: { rate: "numberOrCall", steps: "number" },
    takes: {},
    make: ({ rate, steps }) => warmup(read(rate), { steps }),
  });

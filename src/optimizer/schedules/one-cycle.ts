/** The schedule that rises far and then falls to almost nothing, within one run. */

import { printCall, type Reader, reader } from "../../base/call.ts";
import { aboveZero, belowOne, checkOption, checkOptions, fromZero, positiveInteger } from "../checks.ts";
import { halfCosine } from "./cosine.ts";
import { checkLength, type Schedule } from "./schedule.ts";

export interface OneCycleOptions {
  /** The share of the steps in which the rate rises, in [0, 1). Default 0.3. */
  readonly pctStart?: number;
  /** The first rate is `rate / divFactor`. Default 25. */
  readonly divFactor?: number;
  /** The last rate is the first one divided by this. Default 10,000. */
  readonly finalDivFactor?: number;
  /** How many steps the cycle has. Default: all that the run has; another number than that is refused. */
  readonly steps?: number;
}

const defaults = { pctStart: 0.3, divFactor: 25, finalDivFactor: 1e4 };

/**
 * One cycle: the rate rises along half a cosine from `rate / divFactor` to `rate`, and falls along another to
 * `rate / divFactor / finalDivFactor` at the last step. Momentum stays what it is.
 *
 * @param rate     the largest rate
 * @param options  pctStart (default 0.3), divFactor (25), finalDivFactor (10,000), steps (default: the run's)
 * @throws {TrainingError} an option out of range; when training starts: the run has another number of steps
 * @example oneCycle(0.5).at(30, 100)  // 0.5
 * @see Smith, Topin, Super-convergence: very fast training of neural networks using large learning rates (2019)
 */
export function oneCycle(rate: number, options: OneCycleOptions = {}): Schedule {
  checkOptions("oneCycle", options, "oneCycle(0.1, { pctStart: 0.3 })");
  const { pctStart = defaults.pctStart, divFactor = defaults.divFactor } = options;
  const { finalDivFactor = defaults.finalDivFactor, steps } = options;
  checkOption("oneCycle", "rate", rate, fromZero);
  checkOption("oneCycle", "pctStart", pctStart, belowOne);
  checkOption("oneCycle", "divFactor", divFactor, aboveZero);
  checkOption("oneCycle", "finalDivFactor", finalDivFactor, aboveZero);
  if (steps !== undefined) checkOption("oneCycle", "steps", steps, positiveInteger);
  const first = rate / divFactor;
  const settings = { pctStart, divFactor, finalDivFactor };
  return {
    name: "oneCycle",
    at: (step, total) => {
      checkLength("oneCycle", steps, total);
      const done = step - 1;
      const peak = pctStart * total - 1;
      if (done < peak) return halfCosine(first, rate, done / peak);
      return halfCosine(rate, first / finalDivFactor, (done - peak) / (total - 1 - peak));
    },
    print: () => {
      const changed = Object.entries(settings).filter(
        ([key, value]) => value !== defaults[key as keyof typeof defaults],
      );
      return printCall("oneCycle", [rate], { ...Object.fromEntries(changed), steps });
    },
  };
}

export const oneCycleReader: Reader<Schedule> = reader({
  name: "oneCycle",
  needs: { rate: "number" },
  takes: { pctStart: "number", divFactor: "number", finalDivFactor: "number", steps: "number" },
  make: ({ rate, ...options }) => oneCycle(rate, options),
});

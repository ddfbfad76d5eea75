/** The schedule that falls in steps, as residual networks were first trained. */

import { printCall, type Reader, reader } from "../../base/call.ts";
import { TrainingError } from "../../base/errors.ts";
import { pow } from "../../base/math.ts";
import { aboveZero, checkOption, checkOptions, fromZero, positiveInteger } from "../checks.ts";
import type { Schedule } from "./schedule.ts";

export interface StepDecayOptions {
  /** The rate drops after each so many steps. Either this or `at` is needed. */
  readonly every?: number;
  /** The rate drops after each of these steps. */
  readonly at?: readonly number[];
  /** What the rate is multiplied by at each drop. Default 0.1. */
  readonly factor?: number;
}

/**
 * Step decay: `η_t = rate · factorᵏ` after k drops, which come after every so many steps or after steps that are listed.
 *
 * @param rate     the rate before the first drop
 * @param options  every or at, in steps; factor (default 0.1)
 * @throws {TrainingError} an option out of range; when training starts: a drop that the run is too short for
 * @example stepDecay(0.1, { at: [32000, 48000] }).at(32001, 64000)  // 0.01
 * @see He, Zhang, Ren, Sun, Deep residual learning for image recognition (2016), §4.2
 */
export function stepDecay(rate: number, options: StepDecayOptions): Schedule {
  const usage = "stepDecay(0.1, { every: 1000 })";
  checkOptions("stepDecay", options, usage);
  const { every, at, factor = 0.1 } = options;
  checkOption("stepDecay", "rate", rate, fromZero);
  checkOption("stepDecay", "factor", factor, aboveZero);
  if ((every === undefined) === (at === undefined)) {
    const actual = every === undefined ? "neither" : "both";
    throw new TrainingError(`stepDecay: needs every or at; got ${actual}. Write ${usage}.`, {
      operation: "stepDecay",
      actual,
    });
  }
  if (every !== undefined) checkOption("stepDecay", "every", every, positiveInteger);
  else for (const drop of checkList(at)) checkOption("stepDecay", "each step in at", drop, positiveInteger);
  const last = every ?? Math.max(...at!);
  const drops = (done: number): number =>
    every === undefined ? at!.filter((drop) => done >= drop).length : Math.floor(done / every);
  return {
    name: "stepDecay",
    at: (step, total) => {
      if (last >= total) throw dropsTooLate(last, total);
      return rate * pow(factor, drops(step - 1));
    },
    print: () => printCall("stepDecay", [rate], { every, at, factor: factor === 0.1 ? undefined : factor }),
  };
}

function checkList(at: unknown): readonly unknown[] {
  if (Array.isArray(at) && at.length > 0) return at;
  throw new TrainingError("stepDecay: at must be a list of steps, and not empty. Write at: [32000, 48000].", {
    operation: "stepDecay",
    option: "at",
  });
}

function dropsTooLate(drop: number, total: number): TrainingError {
  return new TrainingError(
    `stepDecay: every drop must come before the last of the ${total} steps that the run has for it; got a drop after step ` +
      `${drop}. Drop earlier, or train longer.`,
    { operation: "stepDecay", expected: `below ${total}`, actual: String(drop) },
  );
}

export const stepDecayReader: Reader<Schedule> = reader({
  name: "stepDecay",
  needs: { rate: "number" },
  takes: { every: "number", at: "shape", factor: "number" },
  make: ({ rate, ...options }) => stepDecay(rate, options),
});

/**
 * Learning rates that change from step to step. A schedule knows the run's length when it is asked, so that one written once fits
 * runs of any length; one that was given a length of its own refuses runs of another. A number is the constant schedule.
 */

import { TrainingError } from "../../base/errors.ts";
import { showValue } from "../../base/show.ts";
import { checkOption, fromZero } from "../checks.ts";

export interface Schedule {
  readonly name: string;
  /**
   * The learning rate of a step.
   *
   * @param step   counts from 1
   * @param total  steps that the schedule has: those of the run, without those of a warm-up before it
   * @throws {TrainingError} the schedule was made for another number of steps
   */
  at(step: number, total: number): number;
  /** As it stands in an optimizer string: `cosine(0.1)`. */
  print(): string;
}

/**
 * A number, a schedule, or a function of the step, which counts from 1, and of the run's number of steps: computed on the host from
 * basic operations or base/math.
 */
export type LearningRate = number | Schedule | ((step: number, total: number) => number);

/** The learning rate of a step out of `total`. */
export function rateAt(rate: LearningRate, step: number, total: number): number {
  if (typeof rate === "number") return rate;
  return typeof rate === "function" ? rate(step, total) : rate.at(step, total);
}

/** A number and a schedule as they are read; a function as its name. */
export function printRate(rate: LearningRate): string {
  if (typeof rate === "number") return String(rate);
  return typeof rate === "function" ? rate.name || "schedule" : rate.print();
}

/** Throws where JavaScript, which knows no types, passes something else than a learning rate. */
export function checkRate(operation: string, option: string, rate: unknown): void {
  if (typeof rate === "function" || isSchedule(rate)) return;
  if (typeof rate !== "object") return checkOption(operation, option, rate, fromZero);
  throw new TrainingError(
    `${operation}: ${option} must be a number, a schedule or a function of the step; got ${showValue(rate)}. ` +
      "Write cosine(0.1), for example.",
    { operation, option, actual: showValue(rate) },
  );
}

function isSchedule(rate: unknown): rate is Schedule {
  const { at, print } = (rate ?? {}) as Partial<Schedule>;
  return typeof at === "function" && typeof print === "function";
}

/** Throws where a schedule that was given a number of steps has another number in the run. */
export function checkLength(schedule: string, steps: number | undefined, total: number): void {
  if (steps === undefined || steps === total) return;
  throw new TrainingError(
    `${schedule}: steps must be as many as the run has for it, ${total}; got ${steps}. Leave steps out: it then takes as many ` +
      "as there are.",
    { operation: schedule, expected: String(total), actual: String(steps), hint: "Leave steps out." },
  );
}

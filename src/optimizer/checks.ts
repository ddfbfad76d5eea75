/** What options of optimizers and schedules must be: each refusal is a sentence with the option's name, the rule and the value. */

import { TrainingError } from "../base/errors.ts";
import { showValue } from "../base/show.ts";

/** What an option must be, in words and as a test. */
interface Range {
  readonly words: string;
  readonly holds: (value: number) => boolean;
}

export const fromZero: Range = { words: "a finite number from 0", holds: (x) => x >= 0 && x < Infinity };
export const aboveZero: Range = { words: "a finite number above 0", holds: (x) => x > 0 && x < Infinity };
export const belowOne: Range = { words: "in [0, 1)", holds: (x) => x >= 0 && x < 1 };
export const positiveInteger: Range = {
  words: "a positive integer",
  holds: (x) => Number.isSafeInteger(x) && x > 0,
};

/** Throws a sentence with the option's name where the value is out of range. */
export function checkOption(operation: string, option: string, value: unknown, range: Range): void {
  if (typeof value === "number" && range.holds(value)) return;
  throw new TrainingError(`${operation}: ${option} must be ${range.words}; got ${String(value)}.`, {
    operation,
    option,
    expected: range.words,
    actual: String(value),
  });
}

/** Throws where JavaScript, which knows no types, passes something else than options. `usage` is a call that works. */
export function checkOptions(operation: string, options: unknown, usage: string): void {
  if (typeof options === "object" && options !== null) return;
  const actual = showValue(options);
  throw new TrainingError(`${operation}: takes options; got ${actual}. Write ${usage}.`, { operation, actual });
}

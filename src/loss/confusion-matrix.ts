/** Which classes are taken for which. Refuses classes out of range, lists of different length, and more classes than a table holds. */

import { DataError } from "../base/errors.ts";

export interface ConfusionMatrix {
  /** Class names, or their indices. */
  readonly classes: readonly string[];
  /** `counts[t][p]`: examples of class t that were taken for p. */
  readonly counts: readonly (readonly number[])[];
  /** All examples. */
  readonly total: number;
  /** The share on the diagonal; 0 where there are no examples. */
  readonly accuracy: number;
  /** The counts as text: a row per true class, a column per prediction. */
  toString(): string;
}

/** 25 million counts. */
const mostClasses = 5000;

/**
 * Counts how often each class was taken for each.
 *
 * @param predictions  predicted class indices, one per example
 * @param labels       true class indices, as many
 * @param classes      names of the classes, or their number
 * @throws {DataError} an index is no class, there are more than 5000 classes, or there are more predictions than labels or fewer
 * @example confusionMatrix([0, 1, 1], [0, 1, 0], 2).counts  // [[1, 1], [0, 1]]
 */
export function confusionMatrix(
  predictions: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number | readonly string[],
): ConfusionMatrix {
  checkCount(typeof classes === "number" ? classes : classes.length);
  const names = typeof classes === "number" ? Array.from({ length: classes }, (_, index) => String(index)) : classes;
  if (predictions.length !== labels.length) {
    throw new DataError(
      `confusionMatrix: needs as many predictions as labels; got ${predictions.length} and ${labels.length}.`,
      { operation: "confusionMatrix", expected: String(labels.length), actual: String(predictions.length) },
    );
  }
  const counts = names.map(() => names.map(() => 0));
  for (let i = 0; i < labels.length; i++) {
    checkClass("label", i, labels[i]!, names.length);
    checkClass("prediction", i, predictions[i]!, names.length);
    counts[labels[i]!]![predictions[i]!]!++;
  }
  const right = counts.reduce((sum, row, index) => sum + row[index]!, 0);
  return {
    classes: names,
    counts,
    total: labels.length,
    accuracy: labels.length === 0 ? 0 : right / labels.length,
    toString: () => layOut(names, counts),
  };
}

function checkCount(classes: number): void {
  if (Number.isInteger(classes) && classes >= 0 && classes <= mostClasses) return;
  throw new DataError(
    `confusionMatrix: needs a number of classes up to ${mostClasses}; got ${classes}. ` +
      "Compare predictions and labels directly, or count groups of classes.",
    { operation: "confusionMatrix", expected: `at most ${mostClasses}`, actual: String(classes) },
  );
}

function checkClass(what: string, index: number, value: number, classes: number): void {
  if (Number.isInteger(value) && value >= 0 && value < classes) return;
  throw new DataError(`confusionMatrix: ${what} ${index} must be a class from 0 to ${classes - 1}; got ${value}.`, {
    operation: "confusionMatrix",
    index,
    actual: String(value),
  });
}

function layOut(names: readonly string[], counts: readonly (readonly number[])[]): string {
  const rows = [["", ...names], ...counts.map((row, index) => [names[index]!, ...row.map(String)])];
  const width = rows.reduce((most, row) => row.reduce((length, cell) => Math.max(length, cell.length), most), 0);
  return rows.map((row) => row.map((cell) => cell.padStart(width)).join(" ")).join("\n");
}

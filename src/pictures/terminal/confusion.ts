/**
 * A confusion matrix in the terminal: a row per true class, a column per answer. What is right stands on the diagonal; what
 * is wrong is coloured by how often it happened.
 */

import { percent } from "./numbers.ts";
import { padEnd, padStart, type Style } from "./style.ts";

/** `counts[truth][answer]`, one line per class and two of heading. Long labels are cut, above the columns to their width. */
export function drawConfusion(
  counts: readonly (readonly number[])[],
  classes: readonly string[],
  style: Style,
): string[] {
  const labels = classes.map((label) => label.slice(0, 12));
  const largest = Math.max(0, ...counts.flat());
  const narrow = labels.every((label) => label.length <= 3) ? 4 : 5;
  const width = Math.max(narrow, String(largest).length + 1);
  const labelWidth = Math.max("true".length, ...labels.map((label) => label.length));
  const heading = padStart("", labelWidth) + labels.map((label) => padStart(label.slice(0, width - 1), width)).join("");
  const lines = counts.map((row, truth) => {
    const total = row.reduce((sum, value) => sum + value, 0);
    const cells = row.map((value, answer) => padStart(cell(value, truth === answer, total, style), width));
    const right = total === 0 ? "–" : percent(row[truth]! / total);
    return `${style.bold(padEnd(labels[truth]!, labelWidth))}${cells.join("")}  ${style.dim(padStart(right, 7))}`;
  });
  return [
    style.dim(`${padEnd("true", labelWidth)}  answered`),
    `${style.bold(heading)}  ${style.dim(padStart("right", 7))}`,
    ...lines,
  ];
}

function cell(value: number, right: boolean, total: number, style: Style): string {
  if (value === 0) return style.dim("·");
  if (right) return style.green(String(value));
  // A class that is missed one time in twenty by the same other class deserves a look.
  return value >= total / 20 ? style.red(String(value)) : style.yellow(String(value));
}

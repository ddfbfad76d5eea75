/** A table of numbers in the terminal; the largest of each row stands out. */

import type { Matrix } from "../picture.ts";
import { significant } from "../terminal/numbers.ts";
import { padEnd, padStart } from "../terminal/style.ts";
import type { Room } from "./chart.ts";

export function matrixLines(
  { rows, columns, values, rowLabel, columnLabel }: Matrix,
  { width, style }: Room,
): string[] {
  const text = (value: number): string => (Number.isInteger(value) ? String(value) : significant(value, 3));
  const cells = values.map((line) => line.map((value) => (value === 0 ? "·" : text(value))));
  const left = Math.min(14, Math.max(rowLabel.length, ...rows.map((name) => name.length)));
  const cell = Math.max(4, ...cells.flat().map((each) => each.length + 1));
  const shown = Math.max(1, Math.min(columns.length, Math.floor((width - left) / cell)));
  const head = columns.slice(0, shown).map((name) => padStart(name.slice(0, cell - 1), cell));
  const lines = cells.map((line, row) => {
    const largest = values[row]!.indexOf(Math.max(...values[row]!));
    const drawn = line.slice(0, shown).map((value, column) => {
      const padded = padStart(value, cell);
      return column === largest ? style.bold(padded) : value === "·" ? style.dim(padded) : padded;
    });
    return `${padEnd((rows[row] ?? "").slice(0, left), left)}${drawn.join("")}`;
  });
  const cut = shown < columns.length ? [style.dim(`… and ${columns.length - shown} more columns`)] : [];
  return [
    style.dim(`${padEnd(rowLabel, left)}  ${columnLabel}`),
    `${" ".repeat(left)}${style.bold(head.join(""))}`,
    ...lines,
    ...cut,
  ];
}

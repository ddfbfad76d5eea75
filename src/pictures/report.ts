/**
 * What an experiment gives back: tables, pictures and figures as plain data, and an honest verdict. Here they become lines of text and
 * Markdown; nothing is computed.
 */

import { showValue } from "../base/show.ts";
import type { Picture } from "./picture.ts";
import { significant } from "./terminal/numbers.ts";
import { alignColumns, type Style } from "./terminal/style.ts";

/** Figures in rows; numbers are shown with four significant digits. */
export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** Whether what was measured is what was said. */
export type Agreement = "yes" | "partly" | "no";

export interface Verdict {
  /** What the lecture says, with its figures, as a clause: "a plain net of 56 layers learns worse than one of 20". */
  readonly says: string;
  /** What was found, with figures, as a clause. */
  readonly measured: string;
  readonly agrees: Agreement;
  /** Why not, or what it depends on: a sentence. Required where they do not agree wholly. */
  readonly because?: string;
}

export interface Report {
  readonly tables: readonly Table[];
  readonly pictures: readonly Picture[];
  /** Everything measured, as plain data with the same bits at each run: no times. */
  readonly figures: Readonly<Record<string, unknown>>;
  readonly verdict: Verdict;
}

const words: Readonly<Record<Agreement, string>> = {
  yes: "They agree.",
  partly: "They agree in part.",
  no: "They do not agree.",
};

/**
 * The honest sentence at the end: what the lecture says, what was measured, whether they agree.
 *
 * @example sentence({ says: "two is even", measured: "it is", agrees: "yes" })
 * // "The lecture says that two is even; measured here: it is. They agree."
 */
export function sentence({ says, measured, agrees, because }: Verdict): string {
  const reason = because === undefined ? "" : ` ${because}`;
  return `The lecture says that ${says}; measured here: ${measured}. ${words[agrees]}${reason}`;
}

/** A figure as it stands in a table. */
export function cellText(value: string | number): string {
  if (typeof value === "string") return value;
  if (typeof value !== "number") return showValue(value);
  return Number.isInteger(value) && Math.abs(value) < 1e15 ? String(value) : significant(value);
}

/** The table as lines of text: its columns as wide as they need to be, figures to the right. Nothing is cut. */
export function tableLines({ title, columns, rows }: Table, style: Style): string[] {
  const isFigure = columns.map((_, index) => rows.every((row) => typeof row[index] === "number"));
  const [head, ...lines] = alignColumns(
    [columns, ...rows.map((row) => row.map(cellText))],
    (column) => isFigure[column]!,
  );
  return [style.bold(title), style.dim(head!), ...lines];
}

/** The table in Markdown. */
export function tableMarkdown({ columns, rows }: Pick<Table, "columns" | "rows">): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(columns), line(columns.map(() => "---")), ...rows.map((row) => line(row.map(cellText)))].join("\n");
}

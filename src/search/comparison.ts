/** What a comparison tells: means with intervals, differences seed by seed, a table, charts, and a sentence for each budget. */

import type { Chart, Point, Series } from "../pictures/picture.ts";
import type { Table } from "../pictures/report.ts";
import { percent, significant, thousands } from "../pictures/terminal/numbers.ts";
import type { Family } from "./family.ts";
import { type Interval, intervalOf } from "./student.ts";
import type { Outcome } from "./trial.ts";

/** A family at a budget. */
export interface Cell {
  readonly family: string;
  readonly budget: number;
  readonly width: number;
  readonly parameters: number;
  readonly steps: number;
  /** The test error, 1 − accuracy, or the test loss where targets are no classes; null for fewer than two seeds. */
  readonly error: Interval | null;
}

/** A family's error minus that of the first, with the same seeds. */
export interface Difference {
  readonly family: string;
  readonly against: string;
  readonly budget: number;
  /** Below 0 the family is better; null for fewer than two seeds that both have. */
  readonly difference: Interval | null;
}

export interface Comparison {
  readonly match: "parameters" | "operations" | "time";
  readonly outcomes: readonly Outcome[];
  readonly cells: readonly Cell[];
  readonly differences: readonly Difference[];
  /** What can be said for each budget. */
  readonly sentences: readonly string[];
}

export function summarize(
  families: readonly Family[],
  budgets: readonly number[],
  outcomes: readonly Outcome[],
  match: Comparison["match"],
): Comparison {
  const of = (family: string, budget: number): Outcome[] =>
    outcomes.filter((outcome) => outcome.family === family && outcome.budget === budget);
  const cells = budgets.flatMap((budget) =>
    families.flatMap(({ name }): Cell[] => {
      const found = of(name, budget);
      const [first] = found;
      if (first === undefined) return [];
      const { width, parameters, steps } = first;
      const error = found.length < 2 ? null : intervalOf(found.map(errorOf));
      return [{ family: name, budget, width, parameters, steps, error }];
    }),
  );
  const [base, ...others] = families;
  const differences = budgets.flatMap((budget) =>
    others.map(({ name }): Difference => {
      const pairs = pairsOf(of(name, budget), of(base!.name, budget));
      const difference = pairs.length < 2 ? null : intervalOf(pairs);
      return { family: name, against: base!.name, budget, difference };
    }),
  );
  const isShare = outcomes.every(({ accuracy }) => accuracy !== null);
  return { match, outcomes, cells, differences, sentences: differences.map((each) => sentenceOf(each, isShare)) };
}

function errorOf({ accuracy, loss }: Outcome): number {
  return accuracy === null ? loss : 1 - accuracy;
}

/** Differences of errors, seed by seed. */
function pairsOf(a: readonly Outcome[], b: readonly Outcome[]): number[] {
  return a.flatMap((one) => {
    const other = b.find(({ seed }) => seed === one.seed);
    return other ? [errorOf(one) - errorOf(other)] : [];
  });
}

function sentenceOf({ family, against, budget, difference }: Difference, isShare: boolean): string {
  const where = `With ${thousands(budget)} parameters`;
  if (difference === null) return `${where} ${family} and ${against} have too few seeds in common to be compared.`;
  const { mean, low, high, count } = difference;
  const unit = isShare ? " points" : "";
  const shown = (value: number): string => (isShare ? (100 * value).toFixed(2) : significant(value, 3));
  const between = (from: number, to: number): string =>
    `${shown(from)} to ${shown(to)}${unit} at 95 %, ${count} paired seeds`;
  if (low <= 0 && high >= 0) {
    return `${where} no difference between ${family} and ${against} can be told: ${shown(mean)}${unit} of error (${between(low, high)}).`;
  }
  const [size, least, most] = mean < 0 ? [-mean, -high, -low] : [mean, low, high];
  const side = mean < 0 ? "lower" : "higher";
  return `${where} the error of ${family} is ${side} than that of ${against} by ${shown(size)}${unit} (${between(least, most)}).`;
}

/**
 * The cells of a comparison as a table.
 *
 * @example comparisonTable({ match: "parameters", outcomes: [], cells: [], differences: [], sentences: [] }).columns.length  // 7
 */
export function comparisonTable({ cells, differences, outcomes, match }: Comparison): Table {
  const isShare = outcomes.every(({ accuracy }) => accuracy !== null);
  const shown = (value: number): string => (isShare ? percent(value) : significant(value, 3));
  const seeds = new Set(outcomes.map(({ seed }) => seed)).size;
  return {
    title: `${isShare ? "Test error" : "Test loss"} with equal ${match}, ${seeds} paired seeds, 95 % intervals`,
    columns: ["budget", "family", "width", "parameters", "steps", "error", "against the first"],
    rows: cells.map(({ family, budget, width, parameters, steps, error }) => {
      const found = differences.find((each) => each.family === family && each.budget === budget)?.difference;
      const points = (value: number): string =>
        isShare ? `${value > 0 ? "+" : ""}${(100 * value).toFixed(2)}` : significant(value, 3);
      return [
        thousands(budget),
        family,
        width,
        parameters,
        steps,
        error === null ? "–" : `${shown(error.mean)} (${shown(Math.max(0, error.low))} to ${shown(error.high)})`,
        found ? `${points(found.mean)} (${points(found.low)} to ${points(found.high)})` : "",
      ];
    }),
  };
}

/**
 * Errors over the budgets with their intervals, and the paired differences to the first family.
 *
 * @example comparisonCharts({ match: "parameters", outcomes: [], cells: [], differences: [], sentences: [] }).length  // 2
 */
export function comparisonCharts({ cells, differences, outcomes }: Comparison): Chart[] {
  const isShare = outcomes.every(({ accuracy }) => accuracy !== null);
  const x = { label: "parameters", log: true };
  const label = isShare ? "test error" : "test loss";
  const against = differences[0]?.against ?? "the first";
  return [
    { kind: "chart", title: `${label} over parameters`, x, y: { label }, series: linesOf(cells, ({ error }) => error) },
    {
      kind: "chart",
      title: `Difference to ${against}, seed by seed; below 0 is better`,
      x,
      y: { label: `${label}, difference` },
      series: linesOf(differences, ({ difference }) => difference),
    },
  ];
}

function linesOf<T extends { readonly family: string; readonly budget: number }>(
  items: readonly T[],
  read: (item: T) => Interval | null,
): Series[] {
  return [...new Set(items.map(({ family }) => family))].map((name) => ({
    name,
    points: items
      .filter(({ family }) => family === name)
      .flatMap((item): Point[] => {
        const found = read(item);
        return found ? [{ x: item.budget, y: found.mean, low: found.low, high: found.high }] : [];
      })
      .sort((a, b) => a.x - b.x),
  }));
}

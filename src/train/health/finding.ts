/**
 * What can ail a network, by name, and how it is said: what was measured, the limit, the fix. The limits of what a run is
 * warned of stand here, each with its reason; those of checks that only `diagnose` makes stand at the checks.
 */

/** Every finding there is. */
export type FindingName =
  | "vanishing-gradients"
  | "exploding-gradients"
  | "dead-relus"
  | "saturated-units"
  | "inputs-not-normalized"
  | "loss-mismatch"
  | "labels-shuffled"
  | "labels-unbalanced"
  | "learning-rate-too-high"
  | "learning-rate-too-low"
  | "batch-not-overfitted"
  | "test-leakage"
  | "overfitting";

export interface Finding {
  readonly name: FindingName;
  /** What was measured, the limit, and what to do: one or two sentences. */
  readonly sentence: string;
  /** Path of the layer that it is about; null where it is about the whole. */
  readonly layer: string | null;
  /** What was measured, for programs. */
  readonly figures: Readonly<Record<string, number>>;
}

/** Beyond these something is found. */
export const limits = {
  /**
   * How much smaller the first layer's gradient may be than the last's, both of their weights: where it is, the first layers stand still
   * while the last learn (Glorot, Bengio 2010). A factor of 4 per sigmoid layer makes 1000 of five.
   */
  vanishing: 1e-3,
  /** How large a gradient may be of its weights: beyond it a rate of 0.01 moves them by a third of their size in a step. */
  exploding: 30,
  /** Share of a layer's units that may answer 0 to everything; trained networks have some (Lu and others 2019). */
  dead: 0.6,
  /** Share of a layer's outputs near their bounds, where slopes are below 4 % of the steepest (LeCun and others 1998). */
  saturated: 0.8,
  /** Inputs should be of the order of 1 (LeCun and others 1998): root mean square from 0.01 to 10. */
  inputsLow: 0.01,
  inputsHigh: 10,
  /** … and their mean not farther from 0 than this many deviations. */
  inputsShift: 10,
  /** How often the largest class may come for one example of the smallest. */
  unbalanced: 10,
  /** The mean loss of the last steps over that of the first. */
  rising: 1.2,
  /** A run in which the loss falls by less than this share, steadily to the end, could have gone faster. */
  slow: 0.1,
  /** Validation loss at the end over its best, with training loss below it. */
  overfitted: 1.25,
  /** … and how much better training examples are known: the difference of accuracies. */
  gap: 0.03,
  wideGap: 0.15,
} as const;

/** A number as sentences show it. */
export function shown(value: number): string {
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e6) return String(value);
  return size !== 0 && (size < 1e-3 || size >= 1e6) ? value.toExponential(1) : String(Number(value.toPrecision(3)));
}

/** A share as sentences show it: `97 %`. */
export function shownShare(share: number): string {
  return `${shown(Number((100 * share).toPrecision(3)))} %`;
}

/**
 * What the course of the losses tells: a learning rate that is too high or too low, and learning by heart. Judges only what is long
 * enough to have a course.
 */

import type { EpochEvent } from "../events.ts";
import { type Finding, limits, shown, shownShare } from "./finding.ts";

/** What is known of a run so far. */
export interface Course {
  /** The loss of every step, in order; or of every few steps their mean. */
  readonly losses: ArrayLike<number>;
  readonly epochs: readonly Pick<EpochEvent, "training" | "validation">[];
}

export function judgeCourse(course: Course): Finding[] {
  return [tooHigh(course), tooLow(course), overfitting(course)].filter((each) => each !== null);
}

/** Shorter courses tell nothing. */
const fewestSteps = 50;

function tooHigh({ losses }: Course): Finding | null {
  if (losses.length < fewestSteps) return null;
  const few = Math.max(5, Math.min(20, Math.floor(losses.length / 20)));
  const first = meanOf(losses, 0, few);
  const last = meanOf(losses, losses.length - Math.max(few, Math.floor(losses.length / 10)), losses.length);
  if (!(last > limits.rising * first) && Number.isFinite(last)) return null;
  return {
    name: "learning-rate-too-high",
    layer: null,
    sentence:
      `The loss has risen from ${shown(first)} in the first steps to ${shown(last)} in the last (limit ${limits.rising} times). ` +
      "Take a tenth of the learning rate, warm it up (warmup(…)), or clip gradients (clipNorm: 1).",
    figures: { first, last },
  };
}

/** The loss falls little, and as fast at the end as at the beginning. */
function tooLow({ losses }: Course): Finding | null {
  if (losses.length < 4 * fewestSteps) return null;
  const quarter = Math.floor(losses.length / 4);
  const parts = [0, 1, 2, 3].map((part) => meanOf(losses, part * quarter, (part + 1) * quarter));
  const [a, b, c, d] = parts as [number, number, number, number];
  const fallen = (a - d) / Math.abs(a);
  const isSteady = a > b && b > c && c > d && c - d > 0.5 * (a - b);
  const noise = deviationOf(losses, 0, quarter) / Math.sqrt(quarter);
  if (!isSteady || !(fallen < limits.slow) || a - d < 6 * noise) return null;
  return {
    name: "learning-rate-too-low",
    layer: null,
    sentence:
      `The loss has fallen by ${shownShare(fallen)}, from ${shown(a)} to ${shown(d)}, as fast in the end as in the ` +
      `beginning (limit ${shownShare(limits.slow)}). Take ten times the learning rate; gradus diagnose looks for a good one.`,
    figures: { first: a, last: d, fallen },
  };
}

function overfitting({ epochs }: Course): Finding | null {
  const judged = epochs.filter(({ validation }) => validation !== null);
  const last = judged.at(-1);
  if (judged.length < 3 || !last?.validation) return null;
  const scores = judged.map(({ validation }) => validation!.loss);
  const best = Math.min(...scores);
  const bestEpoch = scores.indexOf(best) + 1;
  const { training, validation } = last;
  const gap = (training.accuracy ?? Number.NaN) - (validation.accuracy ?? Number.NaN);
  const rises = validation.loss > limits.overfitted * best && training.loss < best && !(gap < limits.gap);
  if (!rises && !(gap > limits.wideGap)) return null;
  const course = rises
    ? `Validation loss was best in epoch ${bestEpoch}, ${shown(best)}, and is ${shown(validation.loss)} in the last (limit ${limits.overfitted} ` +
      `times), while training loss is ${shown(training.loss)}`
    : `Training examples are known to ${shownShare(training.accuracy!)}, validation examples to ${shownShare(validation.accuracy!)} (limit ` +
      `${shownShare(limits.wideGap)} apart)`;
  return {
    name: "overfitting",
    layer: null,
    sentence:
      `${course}: it learns by heart. Stop early (earlyStopping: { patience: 3 }), vary the examples (augment), add dropout(0.5) or ` +
      "weight decay (adamw()), or find more data.",
    figures: { best, bestEpoch, validation: validation.loss, training: training.loss, ...(gap > 0 ? { gap } : {}) },
  };
}

/** The mean of the values from a place to before another. */
export function meanOf(values: ArrayLike<number>, from: number, to: number): number {
  let sum = 0;
  for (let index = from; index < to; index++) sum += values[index]!;
  return sum / (to - from);
}

function deviationOf(values: ArrayLike<number>, from: number, to: number): number {
  const mean = meanOf(values, from, to);
  let squares = 0;
  for (let index = from; index < to; index++) squares += (values[index]! - mean) * (values[index]! - mean);
  return Math.sqrt(squares / (to - from));
}

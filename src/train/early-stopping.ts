/**
 * Ending a run when it no longer gets better, and going back to its best epoch. A score of the validation set is watched; the
 * parameters of the best epoch are kept aside until the end.
 */

import type { Data } from "../base/dtype.ts";
import { TrainingError } from "../base/errors.ts";
import { checkOption, checkOptions, fromZero, positiveInteger } from "../optimizer/checks.ts";
import type { EpochEvent, StopEvent } from "./events.ts";
import type { RunState } from "./state.ts";

export interface EarlyStoppingOptions {
  /** Which score of the validation set is watched: "loss" (default), or a metric's name. */
  readonly metric?: string;
  /** Whether a small or a large score is good. Default "min" for loss and "max" for accuracy; other metrics need it. */
  readonly mode?: "min" | "max";
  /** The run ends after so many epochs in a row that were no better than the best before. Default 5. */
  readonly patience?: number;
  /** By how much an epoch must be better, to count as better. Default 0. */
  readonly minDelta?: number;
  /**
   * Whether the run ends with the parameters of its best epoch, also where it took all its steps or was aborted; only an error leaves
   * those of the last finished step. A run folder holds the best epoch's model from that epoch on. Default true.
   */
  readonly restoreBest?: boolean;
}

/** The options with defaults. */
export type EarlyStopping = Required<EarlyStoppingOptions>;

/** What is asked for, checked against the scores that there will be. */
export function earlyStoppingOf(
  options: EarlyStoppingOptions,
  scores: readonly string[],
  hasValidation: boolean,
): EarlyStopping {
  checkOptions("earlyStopping", options, "earlyStopping: { patience: 5 }");
  const { metric = "loss", patience = 5, minDelta = 0, restoreBest = true } = options;
  checkOption("earlyStopping", "patience", patience, positiveInteger);
  checkOption("earlyStopping", "minDelta", minDelta, fromZero);
  if (!hasValidation) {
    throw new TrainingError(
      "earlyStopping: watches the validation set's scores; got no validation. Give validation: data.test, for example.",
      { operation: "earlyStopping", hint: "validation" },
    );
  }
  if (!scores.includes(metric)) {
    throw new TrainingError(
      `earlyStopping: metric must be one of the run's scores, ${scores.join(", ")}; got ${metric}. Add it to metrics.`,
      { operation: "earlyStopping", option: "metric", actual: metric, hint: "metrics" },
    );
  }
  const mode = options.mode ?? usualModes[metric];
  if (mode === "min" || mode === "max") return { metric, mode, patience, minDelta, restoreBest };
  throw new TrainingError(
    `earlyStopping: mode must be "min" or "max", to say whether a small or a large ${metric} is good; got ${mode}.`,
    { operation: "earlyStopping", option: "mode", expected: '"min" or "max"', actual: String(mode) },
  );
}

const usualModes: Readonly<Record<string, "min" | "max">> = { loss: "min", accuracy: "max" };

/** Watches a run, epoch by epoch. */
export class Watch {
  readonly #rule: EarlyStopping;
  #best: EpochEvent | null = null;
  #values: readonly Data[] = [];
  /** Epochs since the best. */
  #waited = 0;

  constructor(rule: EarlyStopping) {
    this.#rule = rule;
  }

  /** Whether the run has had its chances. */
  get isOver(): boolean {
    return this.#waited >= this.#rule.patience;
  }

  /** The epoch that the run will go back to, so far. */
  get kept(): EpochEvent | null {
    return this.#rule.restoreBest ? this.#best : null;
  }

  /** Looks at an epoch that has just ended, and keeps its parameters if it is the best; says whether the model is worth saving. */
  async judge(event: EpochEvent, state: RunState): Promise<boolean> {
    const { restoreBest } = this.#rule;
    if (this.#isBetter(event)) {
      this.#best = event;
      this.#waited = 0;
      if (restoreBest) this.#values = await state.read();
      return true;
    }
    this.#waited++;
    return this.kept === null;
  }

  #isBetter(event: EpochEvent): boolean {
    const { mode, minDelta } = this.#rule;
    const score = this.#scoreOf(event);
    if (this.#best === null) return Number.isFinite(score);
    const best = this.#scoreOf(this.#best);
    return mode === "min" ? score < best - minDelta : score > best + minDelta;
  }

  #scoreOf({ validation }: EpochEvent): number {
    return validation![this.#rule.metric]!;
  }

  /** Gives the network the best epoch's parameters; gives that epoch, or null where there is none to go back to. */
  async restore(state: RunState): Promise<EpochEvent | null> {
    if (this.kept !== null) await state.write(this.#values);
    return this.kept;
  }

  /** What is told where the run ends early. */
  event({ epoch, step }: EpochEvent): StopEvent {
    const { metric, patience } = this.#rule;
    const best = this.#best;
    return {
      event: "stop",
      epoch,
      step,
      metric,
      patience,
      bestEpoch: best?.epoch ?? null,
      best: best === null ? null : this.#scoreOf(best),
      restored: this.kept !== null,
    };
  }
}

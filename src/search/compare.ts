/**
 * The laboratory for "deep or wide?": families of networks, each given the same number of parameters or the same work or time, are
 * trained from the same seeds on the same data and compared seed by seed. Refuses what could not tell anything.
 */

import { GradusError } from "../base/errors.ts";
import { checkOptionNames } from "../base/options.ts";
import { show, showValue } from "../base/show.ts";
import type { Split } from "../data/dataset.ts";
import { crossEntropy } from "../loss/cross-entropy.ts";
import { asLoss, type LossLike } from "../loss/loss.ts";
import { meanSquaredError } from "../loss/mean-squared-error.ts";
import { adam } from "../optimizer/adam.ts";
import type { Optimizer } from "../optimizer/optimizer.ts";
import { checkData } from "../train/options.ts";
import { type Place, placeOf, targetFor } from "../train/place.ts";
import { type Comparison, summarize } from "./comparison.ts";
import { type Family, memberFor } from "./family.ts";
import { Ledger } from "./ledger.ts";
import { attempt, type Bench, type Effort, fingerprintOf, keyOf, type Outcome, type Trial } from "./trial.ts";
import { multiplyAdds } from "./work.ts";

export interface CompareOptions extends Place {
  readonly data: Split;
  /** At least two; the first is what the others are compared with. */
  readonly families: readonly Family[];
  /** Numbers of parameters: each family has a network for each. */
  readonly budgets: readonly number[];
  /**
   * What else is equal. "parameters" (default): all take the same steps. "operations": all multiply and add as often, so that cheaper
   * networks take more steps; the first family takes the steps that were asked for. "time": all learn for so many seconds, which differs from machine to
   * machine and from run to run.
   */
  readonly match?: "parameters" | "operations" | "time";
  /** How many seeds, from 1 on; at least 2. Default 5. */
  readonly seeds?: number;
  /** Passes over the data; or steps, or for `match: "time"` seconds. Default 5 epochs, or 5 seconds. */
  readonly epochs?: number;
  readonly steps?: number;
  readonly seconds?: number;
  /** Default: cross entropy for classes, squared error else. */
  readonly loss?: LossLike;
  /** Default Adam. */
  readonly optimizer?: Optimizer;
  /** Default 32. */
  readonly batchSize?: number;
  /** A folder that keeps every outcome: what is there is not trained again. Default: nothing is kept. */
  readonly out?: string;
  /** Ends the comparison after the present training; what is done is kept. */
  readonly signal?: AbortSignal;
  /** Called after each training, also one that was done before. */
  readonly onOutcome?: (outcome: Outcome, done: number, all: number, known: boolean) => void;
}

const names: Readonly<Record<keyof CompareOptions, true>> = {
  data: true,
  families: true,
  budgets: true,
  match: true,
  seeds: true,
  epochs: true,
  steps: true,
  seconds: true,
  loss: true,
  optimizer: true,
  batchSize: true,
  out: true,
  signal: true,
  onOutcome: true,
  target: true,
  numerics: true,
  threads: true,
};

/**
 * Compares families of networks with matched parameters: each member is trained from the same seeds, which decide first values and the
 * order of the data, and tested on the same examples; differences are taken seed by seed.
 *
 * @returns every outcome, means with 95 % intervals (Student's t), paired differences to the first family, and a sentence for each budget
 * @throws {GradusError} fewer than two families or seeds, names that come twice, a budget that a family cannot have
 * @throws {FileError}   the folder cannot be written, or holds something else
 * @example
 * const { sentences } = await compare({
 *   data: await ink({ train: 500, test: 100 }),
 *   families: [deep(1, [16, 16], 10), deep(2, [16, 16], 10)],
 *   budgets: [5000],
 *   seeds: 2,
 *   epochs: 1,
 * });
 */
export async function compare(options: CompareOptions): Promise<Comparison> {
  checkOptionNames("compare", options, Object.keys(names));
  const { data, families, budgets, seeds = 5, signal, onOutcome } = options;
  checkFamilies(families);
  checkNumbers("budgets", budgets, 1);
  checkNumbers("seeds", [seeds], 2);
  checkOnce(budgets);
  checkMatch(options.match);
  const trials = plan(options, seeds);
  for (const { network } of trials) for (const set of [data.train, data.test]) checkData("compare", network, set);
  const bench = await benchOf(options, trials[0]!);
  const ledger = await Ledger.open(options.out);
  const outcomes: Outcome[] = [];
  for (const trial of trials) {
    if (signal?.aborted) break;
    const key = await keyOf(bench, trial);
    const known = ledger.get(key);
    const outcome = known
      ? { ...known, family: trial.family, budget: trial.budget }
      : await attempt(bench, trial, signal);
    if (outcome === null) break;
    if (!known) await ledger.add(key, outcome);
    outcomes.push(outcome);
    onOutcome?.(outcome, outcomes.length, trials.length, known !== undefined);
  }
  return summarize(families, budgets, outcomes, options.match ?? "parameters");
}

/** All trainings; seed by seed, so that what is there after an interruption can be compared. */
function plan(options: CompareOptions, seeds: number): Trial[] {
  const { data, families, budgets, match = "parameters" } = options;
  const input = data.train.inputShape;
  const trials: Trial[] = [];
  for (const budget of budgets) {
    const members = families.map((each) => memberFor(each, input, budget));
    const work = match === "operations" ? members.map(({ network }) => multiplyAdds(network)) : null;
    for (let seed = 1; seed <= seeds; seed++) {
      for (const [index, { name }] of families.entries()) {
        const { width, parameters, network } = members[index]!;
        const share = work === null ? 1 : work[0]! / work[index]!;
        const effort = effortOf(options, share);
        trials.push({ family: name, budget, width, parameters, seed, effort, network });
      }
    }
  }
  return trials;
}

function effortOf(
  { match = "parameters", epochs, steps, seconds, batchSize = 32, data }: CompareOptions,
  share: number,
): Effort {
  if (match === "time") {
    checkSeconds(seconds ?? 5);
    return { seconds: seconds ?? 5 };
  }
  if (seconds !== undefined) {
    throw new GradusError(`compare: seconds need match "time"; got match "${match}". Give epochs or steps.`, {
      operation: "compare",
      option: "seconds",
    });
  }
  if (match === "parameters") return steps === undefined ? { epochs: epochs ?? 5 } : { steps };
  const whole = steps ?? (epochs ?? 5) * Math.ceil(data.train.length / batchSize);
  return { steps: Math.max(1, Math.round(whole * share)) };
}

function checkMatch(match: unknown): void {
  if (match === undefined || ["parameters", "operations", "time"].includes(match as string)) return;
  throw new GradusError(`compare: match must be "parameters", "operations" or "time"; got ${showValue(match)}.`, {
    operation: "compare",
    option: "match",
    actual: showValue(match),
  });
}

/** A budget that came twice would count each seed twice. */
function checkOnce(budgets: readonly number[]): void {
  const twice = budgets.find((budget, index) => budgets.indexOf(budget) !== index);
  if (twice === undefined) return;
  throw new GradusError(`compare: each budget is compared once; got ${twice} twice. Leave one out.`, {
    operation: "compare",
    option: "budgets",
    actual: String(twice),
  });
}

function checkSeconds(seconds: number): void {
  if (Number.isFinite(seconds) && seconds > 0) return;
  throw new GradusError(`compare: seconds must be a number above 0; got ${seconds}. Give 5, for example.`, {
    operation: "compare",
    option: "seconds",
    actual: String(seconds),
  });
}

async function benchOf(options: CompareOptions, { network }: Trial): Promise<Bench> {
  const { data, optimizer = adam(), batchSize = 32 } = options;
  const loss = asLoss(options.loss ?? (data.train.classes === null ? meanSquaredError() : crossEntropy()));
  const place = placeOf(options);
  const chosen = await targetFor(network, place);
  const fingerprint = await fingerprintOf(data);
  return { data, fingerprint, loss, optimizer, batchSize, numerics: chosen.numerics, place };
}

function checkFamilies(families: readonly Family[]): void {
  if (!Array.isArray(families) || families.length < 2) {
    const actual = Array.isArray(families) ? String(families.length) : "none";
    throw new GradusError(`compare: needs two families at least; got ${actual}. Write [deep(1, …), deep(2, …)].`, {
      operation: "compare",
      actual,
    });
  }
  const all = families.map(({ name }) => name);
  const twice = all.find((name, index) => all.indexOf(name) !== index);
  if (twice === undefined) return;
  throw new GradusError(`compare: families need names of their own; got ${show(twice)} twice. Rename one.`, {
    operation: "compare",
    actual: twice,
  });
}

function checkNumbers(option: "budgets" | "seeds", values: readonly number[], least: number): void {
  const wrong = Array.isArray(values) ? values.find((value) => !Number.isSafeInteger(value) || value < least) : values;
  if (Array.isArray(values) && values.length > 0 && wrong === undefined) return;
  const why = option === "seeds" ? ": an interval needs two values" : "";
  throw new GradusError(
    `compare: ${option} must be integers from ${least}${why}; got ${wrong === undefined ? "none" : String(wrong)}. ` +
      `Give ${option === "seeds" ? "5" : "[10000, 100000]"}, for example.`,
    { operation: "compare", option, actual: String(wrong) },
  );
}

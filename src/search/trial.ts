/**
 * A trial: one network of a family, trained from one seed. What decides its outcome is hashed into a key, so that a trial that was done
 * before need not be done again; the outcome itself has the same bits each time, unless time decided when it ended.
 */

import { TrainingError } from "../base/errors.ts";
import { sha256 } from "../base/hash.ts";
import type { Split } from "../data/dataset.ts";
import { accuracy } from "../loss/accuracy.ts";
import type { Loss } from "../loss/loss.ts";
import type { Network } from "../network/network.ts";
import { version } from "../network/version.ts";
import type { Optimizer } from "../optimizer/optimizer.ts";
import type { Numerics } from "../targets/target.ts";
import { evaluate } from "../train/evaluate.ts";
import type { Place } from "../train/place.ts";
import { train } from "../train/train.ts";

/** How long each network learns. */
export type Effort = { readonly steps: number } | { readonly epochs: number } | { readonly seconds: number };

/** What all trials of a comparison have in common. */
export interface Bench {
  readonly data: Split;
  /** Of both sets' bytes. */
  readonly fingerprint: string;
  readonly loss: Loss;
  readonly optimizer: Optimizer;
  readonly batchSize: number;
  readonly numerics: Numerics;
  readonly place: Place;
}

/** One training that is to be done. */
export interface Trial {
  readonly family: string;
  readonly budget: number;
  readonly width: number;
  readonly parameters: number;
  readonly seed: number;
  readonly effort: Effort;
  readonly network: Network;
}

/** What came of it. */
export interface Outcome {
  readonly family: string;
  readonly budget: number;
  readonly width: number;
  readonly parameters: number;
  readonly seed: number;
  readonly steps: number;
  /** Mean loss of the last epoch in training; null for a training that failed. */
  readonly trainingLoss: number | null;
  /** Of the test set; the largest number there is where it is not finite. */
  readonly loss: number;
  /** Share of right answers on the test set; null where targets are no classes. */
  readonly accuracy: number | null;
  /** The step whose loss or gradient was not finite; the network is then that before it. Null where all went well. */
  readonly failedAt: number | null;
}

/** Everything that decides the outcome, hashed. */
export function keyOf(bench: Bench, { network, seed, effort }: Trial): Promise<string> {
  const { fingerprint, loss, optimizer, batchSize, numerics } = bench;
  const layers = network.toString();
  const decides = { version, fingerprint, layers, loss: loss.print(), optimizer: optimizer.print() };
  return hashOf(JSON.stringify({ ...decides, batchSize, numerics, seed, effort }));
}

/** SHA-256 over the bytes of both sets. */
export async function fingerprintOf({ train: learned, test }: Split): Promise<string> {
  const parts: string[] = [];
  for (const { inputs, targets, scale, inputShape } of [learned, test]) {
    const bytes = (values: Uint8Array | Float32Array | Int32Array): Uint8Array =>
      new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    parts.push(await sha256("compare", bytes(inputs)), await sha256("compare", bytes(targets)));
    parts.push(JSON.stringify({ scale, inputShape }));
  }
  return hashOf(parts.join());
}

function hashOf(text: string): Promise<string> {
  return sha256("compare", new TextEncoder().encode(text));
}

/** Trains and tests; null where the signal ended it. A training that diverges is an outcome like others: the network as it then is. */
export async function attempt(bench: Bench, trial: Trial, signal: AbortSignal | undefined): Promise<Outcome | null> {
  const { data, loss, place } = bench;
  const { family, budget, width, parameters, seed } = trial;
  const network = trial.network.untrained();
  const { steps, trainingLoss, failedAt } = await learn(network, bench, trial, signal);
  if (signal?.aborted) return null;
  const metrics = data.test.classes === null ? [] : [accuracy()];
  const scores = await evaluate(network, data.test, { loss, metrics, ...place });
  const tested = Number.isFinite(scores.loss) ? scores.loss : Number.MAX_VALUE;
  const facts = { family, budget, width, parameters, seed, steps, trainingLoss };
  return { ...facts, loss: tested, accuracy: scores.accuracy ?? null, failedAt };
}

type Learned = Pick<Outcome, "steps" | "trainingLoss" | "failedAt">;

async function learn(network: Network, bench: Bench, trial: Trial, signal: AbortSignal | undefined): Promise<Learned> {
  const { data, loss, optimizer, batchSize, place } = bench;
  const { seed, effort } = trial;
  const clock = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  // As many passes as nobody reaches, where time ends the run.
  const length = "seconds" in effort ? { epochs: 1_000_000 } : effort;
  const run = train(network, data.train, {
    ...length,
    loss,
    optimizer,
    batchSize,
    seed,
    metrics: data.train.classes === null ? [] : [accuracy()],
    warnings: false,
    signal: signal ? AbortSignal.any([signal, clock.signal]) : clock.signal,
    callbacks: [
      ({ event }) => {
        // From the first step on: compiling is no learning.
        if ("seconds" in effort && event === "step") timer ??= setTimeout(() => clock.abort(), 1000 * effort.seconds);
      },
    ],
    ...place,
  });
  try {
    const { steps, loss: trainingLoss } = await run;
    return { steps, trainingLoss, failedAt: null };
  } catch (error) {
    const step = error instanceof TrainingError ? error.details.step : undefined;
    if (typeof step !== "number" || !network.initialized) throw error;
    return { steps: step - 1, trainingLoss: null, failedAt: step };
  } finally {
    clearTimeout(timer);
  }
}

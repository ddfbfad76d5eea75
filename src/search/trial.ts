/**
 * A trial: one network of a family, trained from one seed. What decides its outcome is hashed into a key, so that a trial that was done
 * before need not be done again; the outcome itself has the same bits each time, unless time decided when it ended.
 */

import { sha256 } from "../base/hash.ts";
import type { Split } from "../data/dataset.ts";
import { accuracy } from "../loss/accuracy.ts";
import type { Loss } from "../loss/loss.ts";
import type { Network } from "../network/network.ts";
import { version } from "../network/version.ts";
import type { Optimizer } from "../optimizer/optimizer.ts";
import type { Numerics, TargetName } from "../targets/target.ts";
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
  readonly place: { readonly target?: TargetName; readonly numerics?: Numerics; readonly threads?: number };
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
  /** Mean losses of the last epoch in training, and of the test set. */
  readonly trainingLoss: number;
  readonly loss: number;
  /** Share of right answers on the test set; null where targets are no classes. */
  readonly accuracy: number | null;
  readonly hash: string;
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

/** Trains and tests; null where the signal ended it. */
export async function attempt(bench: Bench, trial: Trial, signal: AbortSignal | undefined): Promise<Outcome | null> {
  const { data, loss, optimizer, batchSize, place } = bench;
  const { family, budget, width, parameters, seed, effort, network } = trial;
  const clock = "seconds" in effort ? AbortSignal.timeout(1000 * effort.seconds) : null;
  const ends = [signal, clock].filter((each) => each !== undefined && each !== null);
  // As many passes as nobody reaches, where time ends the run.
  const length = "seconds" in effort ? { epochs: 1_000_000 } : effort;
  const result = await train(network, data.train, {
    ...length,
    loss,
    optimizer,
    batchSize,
    seed,
    metrics: data.train.classes === null ? [] : [accuracy()],
    warnings: false,
    ...(ends.length > 0 ? { signal: AbortSignal.any(ends) } : {}),
    ...place,
  });
  if (signal?.aborted) return null;
  const { evaluate } = await import("../train/evaluate.ts");
  const metrics = data.test.classes === null ? [] : [accuracy()];
  const scores = await evaluate(network, data.test, { loss, metrics, ...place });
  const { steps, hash } = result;
  const facts = { family, budget, width, parameters, seed, steps, hash };
  return { ...facts, trainingLoss: result.loss, loss: scores.loss, accuracy: scores.accuracy ?? null };
}

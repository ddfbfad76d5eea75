/**
 * Proves early stopping: which epoch counts as the best, when the run ends, whose parameters the network, the result and the run folder
 * then have, and every sentence for what cannot be watched.
 */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { fromArrays } from "../data/from-arrays.ts";
import { accuracy } from "../loss/accuracy.ts";
import { crossEntropy } from "../loss/cross-entropy.ts";
import { relu } from "../network/layers/activations.ts";
import { batchNorm } from "../network/layers/batch-norm.ts";
import { dense } from "../network/layers/dense.ts";
import { load } from "../network/model.ts";
import { network } from "../network/network.ts";
import { ema } from "../optimizer/averaging.ts";
import { sgd } from "../optimizer/sgd.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { type EarlyStoppingOptions, earlyStoppingOf } from "./early-stopping.ts";
import { evaluate } from "./evaluate.ts";
import type { TrainingEvent } from "./events.ts";
import type { TrainOptions } from "./options.ts";
import { byHand, eventsOf, line, sides, slope, weightOf } from "./testing.ts";
import { train } from "./train.ts";

const folder = mkdtempSync(join(tmpdir(), "gradus-early-"));
afterAll(() => rmSync(folder, { recursive: true }));

const one = fromArrays({ inputs: [[1]], targets: [[-5]], inputShape: [1] });

/** Falls with the weight, whose gradient is 1: with a learning rate of 1 the weight is −1, −2, −3, … after each epoch. */
const falling = (output: Tensor): Tensor => output.sum(1) as Tensor;
/** How far the weight is from −5: 4, 3, 2, 1, 0, 1, 2, … */
function far(output: Tensor, target: Tensor): Tensor {
  return output.sub(target).abs().sum(1) as Tensor;
}

const watching = (earlyStopping: EarlyStoppingOptions, changes: Partial<TrainOptions> = {}): TrainOptions => ({
  ...byHand,
  loss: falling,
  metrics: [far],
  optimizer: sgd({ learningRate: 1 }),
  epochs: 20,
  validation: one,
  earlyStopping: { metric: "far", mode: "min", patience: 2, ...earlyStopping },
  ...changes,
});

describe("a run that gets no better", () => {
  test("ends after its patience, with the parameters and scores of the best epoch", async () => {
    const net = slope();
    const run = train(net, one, watching({}));
    const events = await eventsOf(run);
    const result = await run;
    expect(result).toMatchObject({ steps: 7, epochs: 7, stoppedEarly: true, aborted: false, bestEpoch: 5 });
    expect(result).toMatchObject({ loss: -5, far: 0 });
    expect(result.history.map(({ validation }) => validation!.far)).toEqual([4, 3, 2, 1, 0, 1, 2]);
    expect(await weightOf(net)).toBe(-5);
    expect(await evaluate(net, one, { loss: falling, metrics: [far] })).toEqual({ loss: -5, far: 0 });
    expect(events.at(-2)).toEqual({
      event: "stop",
      epoch: 7,
      step: 7,
      metric: "far",
      patience: 2,
      bestEpoch: 5,
      best: 0,
      restored: true,
    });
    const { hash } = await train(slope(), one, watching({}, { epochs: 5 }));
    expect(result.hash).toBe(hash);
  });

  test("keeps the last parameters where the best are not asked for", async () => {
    const net = slope();
    const result = await train(net, one, watching({ restoreBest: false }));
    expect(result).toMatchObject({ steps: 7, stoppedEarly: true, bestEpoch: null, far: 2 });
    expect(await weightOf(net)).toBe(-7);
  });

  test.each([
    [{ minDelta: 1.5 }, 5, 7],
    [{ minDelta: 2.5 }, 1, 3],
    [{ mode: "max", patience: 3 }, 1, 4],
    [{ metric: "loss", patience: 1 }, 20, 20],
    [{ patience: 30 }, 5, 20],
  ] as const)("%o goes back to epoch %d after %d", async (changes, best, steps) => {
    const result = await train(slope(), one, watching(changes));
    expect([result.bestEpoch, result.steps, result.stoppedEarly]).toEqual([best, steps, steps < 20]);
  });

  test("has no best epoch where the score is never a number", async () => {
    const root = (output: Tensor): Tensor => output.sqrt().sum(1) as Tensor;
    const net = slope();
    const run = train(net, one, watching({ metric: "root" }, { metrics: [root] }));
    const events = await eventsOf(run);
    expect(events.at(-2)).toMatchObject({ event: "stop", bestEpoch: null, best: null, restored: false });
    expect([await weightOf(net), (await run).steps]).toEqual([-2, 2]);
  });
});

describe("the best epoch", () => {
  test("is what an aborted run ends with", async () => {
    const control = new AbortController();
    const callbacks = [(event: TrainingEvent) => event.event === "epoch" && event.epoch === 6 && control.abort()];
    const net = slope();
    const result = await train(net, one, watching({}, { callbacks, signal: control.signal }));
    expect(result).toMatchObject({ steps: 6, aborted: true, stoppedEarly: false, bestEpoch: 5, far: 0 });
    expect(await weightOf(net)).toBe(-5);
  });

  test("is in the run folder from then on, also when the run fails later", async () => {
    const out = join(folder, "best");
    const saved = async (): Promise<number> => weightOf((await load(join(out, "model.safetensors"))) as never);
    const { hash } = await train(slope(), one, watching({}, { out }));
    expect(await saved()).toBe(-5);
    const lines = readFileSync(join(out, "events.jsonl"), "utf8").trimEnd().split("\n");
    const events = lines.map((text) => JSON.parse(text) as TrainingEvent);
    const steps = events.flatMap((event) => (event.event === "checkpoint" ? [event.step] : []));
    expect(steps).toEqual([1, 2, 3, 4, 5]);
    expect(events.at(-1)).toMatchObject({ event: "end", hash, bestEpoch: 5 });

    const fails = (event: TrainingEvent): void => {
      if (event.event === "epoch" && event.epoch === 6) throw new Error("mine");
    };
    const net = slope();
    await expect(train(net, one, watching({}, { out, callbacks: [fails] }))).rejects.toThrow("mine");
    expect([await saved(), await weightOf(net)]).toEqual([-5, -6]);
  });

  test("brings its running statistics with it, and its averages", async () => {
    const net = network([2], dense(4), batchNorm(), relu(), dense(2));
    const options = { loss: crossEntropy(), metrics: [accuracy()], validation: sides(40) };
    const { bestEpoch, epochs, ...result } = await train(net, sides(64), {
      ...options,
      optimizer: sgd({ learningRate: 0.5 }),
      averaging: ema({ decay: 0.9 }),
      clipNorm: 1,
      batchSize: 8,
      epochs: 60,
      earlyStopping: { patience: 3 },
    });
    expect(bestEpoch).toBe(epochs - 3);
    expect(await evaluate(net, sides(40), options)).toEqual({ loss: result.loss, accuracy: result.accuracy });
  });

  test("counts whole epochs only: an aborted run without one keeps what it has", async () => {
    const control = new AbortController();
    const callbacks = [(event: TrainingEvent) => event.event === "step" && control.abort()];
    const changes = { callbacks, signal: control.signal, batchSize: 1, validation: line };
    const result = await train(slope(), line, watching({}, changes));
    expect(result).toMatchObject({ aborted: true, bestEpoch: null });
  });
});

describe("what is watched", () => {
  test("has defaults", () => {
    const defaults = { metric: "loss", mode: "min", patience: 5, minDelta: 0, restoreBest: true };
    expect(earlyStoppingOf({}, ["loss"], true)).toEqual(defaults);
    const scores = ["loss", accuracy().name];
    expect(earlyStoppingOf({ metric: "accuracy" }, scores, true)).toEqual({
      ...defaults,
      metric: "accuracy",
      mode: "max",
    });
  });

  test("and what cannot be", () => {
    const of =
      (given: unknown, scores = ["loss", "far"], hasValidation = true) =>
      () =>
        earlyStoppingOf(given as EarlyStoppingOptions, scores, hasValidation);
    expect(of({}, ["loss"], false)).toThrowErrorMatchingInlineSnapshot(
      `[TrainingError: earlyStopping: watches the validation set's scores; got no validation. Give validation: data.test, for example.]`,
    );
    expect(of({ metric: "accuracy" })).toThrowErrorMatchingInlineSnapshot(
      `[TrainingError: earlyStopping: metric must be one of the run's scores, loss, far; got accuracy. Add it to metrics.]`,
    );
    expect(of({ metric: "far" })).toThrowErrorMatchingInlineSnapshot(
      `[TrainingError: earlyStopping: mode must be "min" or "max", to say whether a small or a large far is good; got undefined.]`,
    );
    expect(of({ mode: "least" })).toThrowErrorMatchingInlineSnapshot(
      `[TrainingError: earlyStopping: mode must be "min" or "max", to say whether a small or a large loss is good; got least.]`,
    );
    expect(of({ patience: 0 })).toThrowErrorMatchingInlineSnapshot(
      `[TrainingError: earlyStopping: patience must be a positive integer; got 0.]`,
    );
    expect(of({ minDelta: -1 })).toThrowErrorMatchingInlineSnapshot(
      `[TrainingError: earlyStopping: minDelta must be a finite number from 0; got -1.]`,
    );
    expect(of(5)).toThrowErrorMatchingInlineSnapshot(
      `[TrainingError: earlyStopping: takes options; got 5. Write earlyStopping: { patience: 5 }.]`,
    );
  });
});

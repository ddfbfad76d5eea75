/** Proves that warnings come once, in time and into the log, that healthy runs have none, and that no result depends on them. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Split } from "../../data/dataset.ts";
import { ink } from "../../data/ink.ts";
import { accuracy, adam, crossEntropy, meanSquaredError, Network, sgd, type TrainOptions, train } from "../../index.ts";
import { target as targetOf } from "../../targets/registry.ts";
import type { WarningEvent } from "../events.ts";
import { Holdings } from "../holdings.ts";
import { planOf } from "../options.ts";
import { readRun } from "../read-run.ts";
import { placeState } from "../state.ts";
import { judgeCourse } from "./curves.ts";
import { Warnings } from "./warnings.ts";

let digits: Split<[16, 16]>;
const folder = mkdtempSync(join(tmpdir(), "gradus-warnings-"));
beforeAll(async () => {
  digits = await ink({ train: 500, test: 100 });
});
afterAll(() => rmSync(folder, { recursive: true }));

const layers = "flatten dense(32) relu dense(10)";

async function warningsOf(network: string, options: Partial<TrainOptions> = {}): Promise<WarningEvent[]> {
  const run = train(Network.from([16, 16], network), digits.train, {
    loss: crossEntropy(),
    optimizer: adam(),
    epochs: 3,
    validation: digits.test,
    metrics: [accuracy()],
    ...options,
  });
  const found: WarningEvent[] = [];
  for await (const event of run) if (event.event === "warning") found.push(event);
  return found;
}

test("a healthy run has none", async () => {
  expect(await warningsOf(layers)).toEqual([]);
});

test("a loss that does not match comes before the first step, once, and into the folder's log", async () => {
  const out = join(folder, "run");
  const [only, ...more] = await warningsOf(`${layers} sigmoid`, { out });
  expect(only).toMatchObject({ finding: "loss-mismatch", layer: "4", step: 0, epoch: 1 });
  expect(more).toEqual([]);
  const { events } = await readRun(out);
  expect(events.map(({ event }) => event).slice(0, 2)).toEqual(["start", "warning"]);
  expect(events.filter(({ event }) => event === "warning")).toEqual([only]);
});

test("no result depends on them", async () => {
  const train_ = (warnings: boolean) =>
    train(Network.from([16, 16], layers), digits.train, {
      loss: meanSquaredError(),
      optimizer: sgd(),
      epochs: 3,
      seed: 5,
      warnings,
    });
  expect((await train_(true)).hash).toBe((await train_(false)).hash);
  expect(await warningsOf(`${layers} sigmoid`, { warnings: false })).toEqual([]);
});

test("layers are looked at only when the time so far allows it, and each finding is told once", async () => {
  const network = Network.from([16, 16], `flatten ${"dense(16) sigmoid ".repeat(9)}dense(10)`).initialize({ seed: 1 });
  const plan = planOf(network, digits.train, { loss: crossEntropy(), optimizer: sgd() });
  const target = await targetOf(undefined, {});
  const holdings = new Holdings(target);
  const values = await placeState(network, holdings);
  const warnings = new Warnings(plan, target, 0.1);
  const losses = Float32Array.of(2.3);
  expect(await warnings.step(losses, { epoch: 1, step: 1, seconds: 0.5 }, values)).toEqual([]);
  const found = await warnings.step(losses, { epoch: 1, step: 2, seconds: 100 }, values);
  expect(found.map(({ finding, step }) => [finding, step])).toEqual([["vanishing-gradients", 2]]);
  expect(await warnings.step(losses, { epoch: 1, step: 3, seconds: 1000 }, values)).toEqual([]);
  warnings.release();
  holdings.release();
});

test.each([
  ["learning-rate-too-high", Array.from({ length: 200 }, (_, step) => (step < 20 ? 2.3 : 5 + (step % 3)))],
  ["learning-rate-too-low", Array.from({ length: 400 }, (_, step) => 2.3 - 0.0003 * step)],
  [undefined, Array.from({ length: 400 }, (_, step) => 2.3 / (1 + step / 20))],
  [undefined, Array.from({ length: 400 }, (_, step) => 2.3 + 0.1 * ((step * 37) % 7))],
  [undefined, [1, 5, 9]],
])("a course of losses: %s", (name, losses) => {
  expect(judgeCourse({ losses, epochs: [] }).map((finding) => finding.name)).toEqual(name === undefined ? [] : [name]);
});

test("a validation loss that rises while training goes on is learning by heart; one that stays is not", () => {
  const epochs = (validation: readonly number[], known: number) =>
    validation.map((loss, index) => ({
      training: { loss: 1 / (index + 1), accuracy: 0.99 },
      validation: { loss, accuracy: known },
    }));
  const names = (validation: readonly number[], known: number) =>
    judgeCourse({ losses: [], epochs: epochs(validation, known) }).map(({ name }) => name);
  expect(names([1, 0.6, 0.7, 0.9], 0.9)).toEqual(["overfitting"]);
  expect(names([1, 0.6, 0.6, 0.61], 0.9)).toEqual([]);
  expect(names([1, 0.6, 0.7, 0.9], 0.98)).toEqual([]);
  expect(names([1, 0.9, 0.9, 0.9], 0.7)).toEqual(["overfitting"]);
});

/**
 * Proves that each planted fault is found by name, and that three healthy runs have none. Faults are planted in what people do: the data
 * they prepare, the network they write, the options they train with.
 */

import { beforeAll, expect, test } from "vitest";
import type { Dataset, Split } from "../data/dataset.ts";
import { fromArrays } from "../data/from-arrays.ts";
import { ink } from "../data/ink.ts";
import {
  accuracy,
  adam,
  crossEntropy,
  type EpochEvent,
  type LossLike,
  layer,
  Network,
  type Optimizer,
  parseOptimizer,
  sgd,
  train,
} from "../index.ts";
import { normal } from "../network/initializers.ts";
import { relu } from "../network/layers/activations.ts";
import { dense } from "../network/layers/dense.ts";
import { flatten } from "../network/layers/flatten.ts";
import type { FindingName } from "../train/health/finding.ts";
import { diagnose } from "./diagnose.ts";

let digits: Split<[16, 16]>;
beforeAll(async () => {
  digits = await ink({ train: 1000, test: 300, seed: 1 });
});

const healthy = "flatten dense(64) relu dense(10)";

interface Planted {
  readonly network?: Network | string;
  readonly data?: Dataset;
  readonly test?: Dataset;
  readonly loss?: LossLike;
  readonly optimizer?: string;
  readonly epochs?: number;
  readonly batchSize?: number;
}

/** Trains as somebody would, and names what the doctor finds. */
async function findingsOf(planted: Planted): Promise<FindingName[]> {
  const { data = digits.train, test: tested = digits.test, loss = crossEntropy(), optimizer = "adam" } = planted;
  const { network = healthy, epochs = 3, batchSize = 32 } = planted;
  const net = typeof network === "string" ? Network.from(data.inputShape, network) : network;
  const losses: number[] = [];
  const history: EpochEvent[] = [];
  const made: Optimizer = parseOptimizer(optimizer);
  const run = train(net, data, {
    loss,
    optimizer: made,
    epochs,
    batchSize,
    seed: 1,
    validation: tested,
    metrics: [accuracy()],
  });
  for await (const event of run) {
    if (event.event === "step") losses.push(...event.losses);
    if (event.event === "epoch") history.push(event);
  }
  const { findings } = await diagnose(net, data, {
    loss,
    test: tested,
    optimizer: (learningRate) => (made.name === "sgd" ? sgd({ learningRate }) : adam({ learningRate })),
    learningRate: made.options.learningRate as number,
    course: { losses, epochs: history },
  });
  for (const { sentence } of findings) expect(sentence).toMatch(/^[A-Z\d][\s\S]+\.$/);
  for (const { sentence } of findings) expect(sentence).not.toMatch(/NaN|undefined|null/);
  return findings.map(({ name }) => name);
}

const deep = (activation: string, count: number): string =>
  `flatten ${`dense(32) ${activation} `.repeat(count)}dense(10)`;

test("three healthy runs have no findings", async () => {
  expect(await findingsOf({ epochs: 6 })).toEqual([]);
  const filters = "reshape([16, 16, 1]) conv2d(8, 3) relu maxPool2d(2) conv2d(16, 3) relu flatten dense(10)";
  expect(await findingsOf({ network: filters, epochs: 4 })).toEqual([]);
  const normalized = digits.train.normalize();
  const tested = digits.test.normalize(normalized.normalization);
  const stacked = "flatten dense(48) batchNorm relu residual(dense(48) batchNorm relu) dense(10)";
  expect(
    await findingsOf({
      network: stacked,
      data: normalized,
      test: tested,
      optimizer: "sgd(0.05, momentum=0.9)",
      epochs: 4,
    }),
  ).toEqual([]);
});

test("vanishing gradients", async () => {
  expect(await findingsOf({ network: deep("sigmoid", 9), optimizer: "sgd(0.1)" })).toContain("vanishing-gradients");
});

test("exploding gradients", async () => {
  const wild = { initializer: normal(0.6) };
  const layers = Array.from({ length: 8 }, () => [dense(32, wild), relu()]).flat();
  const net = new Network([16, 16], [flatten(), ...layers, dense(10, wild)]);
  expect(await findingsOf({ network: net as Network, optimizer: "sgd(1e-12)", epochs: 1 })).toContain(
    "exploding-gradients",
  );
});

test("dead relus", async () => {
  expect(await findingsOf({ optimizer: "sgd(30)", epochs: 1 })).toContain("dead-relus");
});

test("saturated sigmoids", async () => {
  const net = new Network(
    [16, 16],
    [
      flatten(),
      dense(32, { initializer: normal(5) }),
      ...Network.from([32], "sigmoid dense(10)").layers.map((placed) => placed.layer),
    ],
  );
  expect(await findingsOf({ network: net as Network })).toContain("saturated-units");
});

test("inputs that are not normalized", async () => {
  const inputs = digits.train.values().map((value) => value * 255);
  const data = fromArrays({
    inputs,
    targets: Array.from(digits.train.targets),
    classes: digits.train.classes!,
    inputShape: [16, 16],
  });
  const others = digits.test.values().map((value) => value * 255);
  const tested = fromArrays({
    inputs: others,
    targets: Array.from(digits.test.targets),
    classes: digits.test.classes!,
    inputShape: [16, 16],
  });
  expect(await findingsOf({ data, test: tested })).toContain("inputs-not-normalized");
});

test("a loss that does not match the last layer", async () => {
  expect(await findingsOf({ network: `${healthy} sigmoid` })).toContain("loss-mismatch");
  expect(await findingsOf({ network: `${healthy} relu` })).toContain("loss-mismatch");
});

test("shuffled labels", async () => {
  const order = Array.from(digits.train.shuffle(3).targets);
  const data = fromArrays({
    inputs: digits.train.values(),
    targets: order,
    classes: digits.train.classes!,
    inputShape: [16, 16],
  });
  expect(await findingsOf({ data })).toContain("labels-shuffled");
});

test("labels out of balance", async () => {
  const { targets } = digits.train;
  const seen = new Map<number, number>();
  const kept = Array.from(targets.keys()).filter((index) => {
    const label = targets[index]!;
    seen.set(label, (seen.get(label) ?? 0) + 1);
    return label !== 7 || seen.get(label)! <= 4;
  });
  expect(await findingsOf({ data: digits.train.select(kept) })).toContain("labels-unbalanced");
});

test("a learning rate that is too high", async () => {
  expect(await findingsOf({ optimizer: "adam(1)" })).toContain("learning-rate-too-high");
});

test("a learning rate that is too low", async () => {
  expect(await findingsOf({ optimizer: "sgd(0.0001)", epochs: 8 })).toContain("learning-rate-too-low");
});

test("a batch that cannot be overfitted", async () => {
  const rounds = layer({ name: "cut", shape: () => [1], apply: (x) => x.mean([1, 2]).expand(1).floor() });
  const net = new Network([16, 16], [rounds, dense(16), relu(), dense(10)]);
  expect(await findingsOf({ network: net as Network })).toContain("batch-not-overfitted");
});

test("test examples among the training examples", async () => {
  const leaked = digits.train.take(300);
  expect(await findingsOf({ test: leaked })).toContain("test-leakage");
});

test("overfitting", async () => {
  const few = digits.train.take(60);
  expect(
    await findingsOf({ data: few, network: "flatten dense(256) relu dense(10)", epochs: 80, batchSize: 10 }),
  ).toContain("overfitting");
});

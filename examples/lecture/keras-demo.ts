/** The lecture's demonstration with Keras, row by row: one network for digits, and what goes wrong until it reads them. */

import {
  accuracy,
  adam,
  crossEntropy,
  dense,
  dropout,
  evaluate,
  flatten,
  type Loss,
  meanSquaredError,
  Network,
  normal,
  type Optimizer,
  predictClasses,
  relu,
  type Shape,
  sgd,
  sigmoid,
  softmax,
  TrainingError,
  train,
} from "gradus";
import { type Dataset, fromArrays, type Split } from "gradus/data";
import { glorotUniform } from "gradus/initializers";
import type { Experiment, Report, Setting, Verdict } from "./experiment.ts";

interface Row {
  readonly name: string;
  /** Accuracies on the lecture's screen. */
  readonly said: readonly [train: number, test: number];
  readonly hidden: number;
  readonly width: number;
  readonly activation: typeof relu | typeof sigmoid;
  readonly loss: "mse" | "cross entropy";
  readonly optimizer: () => Optimizer;
  readonly batchSize: number;
  readonly dropout: number;
  /** Whether pixels go from 0 to 255. */
  readonly raw: boolean;
  /** Whether noise of deviation 1 is added to the test images. */
  readonly noisy: boolean;
}

const begin: Omit<Row, "name" | "said"> = {
  hidden: 3,
  width: 689,
  activation: sigmoid,
  loss: "mse",
  optimizer: () => sgd({ learningRate: 0.1 }),
  batchSize: 100,
  dropout: 0,
  raw: false,
  noisy: false,
};
const entropic = { ...begin, loss: "cross entropy" as const };
const rectified = { ...entropic, activation: relu };
const adaptive = { ...rectified, optimizer: () => adam() };

/** Every row of the demonstration; from the raw pixels on the ten extra layers are gone again. */
const rows: readonly Row[] = [
  { ...begin, name: "3×633 sigmoid, squared error", said: [0.128, 0.1135], width: 633 },
  { ...begin, name: "3×689 sigmoid, squared error", said: [0.127, 0.2166] },
  { ...entropic, name: "cross entropy", said: [0.8734, 0.8582] },
  { ...entropic, name: "batch of 10,000", said: [0.1127, 0.1135], batchSize: 10_000 },
  { ...entropic, name: "10 more sigmoid layers", said: [0.1127, 0.1135], hidden: 13 },
  { ...rectified, name: "the same deep net with relu", said: [0.9978, 0.9564], hidden: 13 },
  { ...rectified, name: "relu, pixels from 0 to 255", said: [0.107, 0.1028], raw: true },
  { ...adaptive, name: "relu, adam", said: [0.9993, 0.9627] },
  { ...adaptive, name: "adam, noise on the test images", said: [1, 0.475], noisy: true },
  { ...adaptive, name: "dropout 0.7, noise on the test images", said: [0.9907, 0.612], noisy: true, dropout: 0.7 },
];

/** Softmax and squared error over its outputs, as Keras has them; cross entropy takes the logits. */
function build({ hidden, width, activation, loss, dropout: share }: Row, shrink: number): { net: Network; loss: Loss } {
  const weights = { initializer: glorotUniform() };
  const layers = Array.from({ length: hidden }, () => [
    dense(Math.round(width / shrink), weights),
    activation(),
    ...(share > 0 ? [dropout(share)] : []),
  ]);
  const last = loss === "mse" ? [softmax()] : [];
  const net = new Network([28, 28] as Shape, [flatten(), ...layers.flat(), dense(10, weights), ...last]);
  return { net, loss: loss === "mse" ? meanSquaredError() : crossEntropy() };
}

interface Found {
  readonly train: number;
  readonly test: number;
  /** The class that is answered to every test image; null where there are several. */
  readonly constant: number | null;
  /** The step at which numbers were no longer finite. */
  readonly broken: number | null;
}

async function measure(row: Row, digits: Split, epochs: number, shrink: number): Promise<Found> {
  const { net, loss } = build(row, shrink);
  const scaled = (data: Dataset): Dataset => (row.raw ? data.normalize({ multiply: 255, add: 0 }) : data);
  const [training, test] = [scaled(digits.train), scaled(row.noisy ? await withNoise(digits.test) : digits.test)];
  const settings = {
    loss,
    optimizer: row.optimizer(),
    epochs,
    batchSize: Math.min(row.batchSize, training.length),
    seed: 1,
  };
  let broken: number | null = null;
  try {
    await train(net, training, { ...settings, warnings: false });
  } catch (error) {
    if (!(error instanceof TrainingError)) throw error;
    broken = error.details.step as number;
  }
  const scores = async (data: Dataset): Promise<number> =>
    (await evaluate(net, data, { loss, metrics: [accuracy()] })).accuracy!;
  const answers = await predictClasses(net, test);
  const constant = answers.every((answer) => answer === answers[0]) ? answers[0]! : null;
  return { train: await scores(training), test: await scores(test), constant, broken };
}

async function withNoise(data: Dataset): Promise<Dataset> {
  const noise = await normal([data.values().length], { seed: 7 }).data();
  const inputs = data.values().map((value, place) => value + noise[place]!);
  return fromArrays({
    inputs,
    targets: data.targets as Int32Array,
    classes: data.classes!,
    inputShape: data.inputShape,
  });
}

/** Below this a network has not learned to read: constant answers get 0.11. */
const failed = 0.3;

/** Both fail, or both figures are within five points; with noise on the test images within fifteen. */
function agrees({ said: [train, test], noisy }: Row, found: Found): boolean {
  if (test < failed) return found.test < failed;
  return Math.abs(found.train - train) <= 0.05 && Math.abs(found.test - test) <= (noisy ? 0.15 : 0.05);
}

async function run({ short, tell, data }: Setting): Promise<Report> {
  const mnist = await data("mnist");
  const digits = { train: mnist.train.take(short ? 1000 : 10_000), test: short ? mnist.test.take(500) : mnist.test };
  const measured: { row: Row; found: Found }[] = [];
  for (const row of rows) {
    tell(row.name);
    measured.push({ row, found: await measure(row, digits, short ? 2 : 20, short ? 16 : 1) });
  }
  return {
    tables: [
      {
        title: "Accuracy after 20 epochs, first 10,000 digits, SGD 0.1 unless it says adam",
        columns: ["setting", "lecture train", "lecture test", "train", "test", "constant answer", "agrees"],
        rows: measured.map(({ row, found }) => [
          row.name,
          ...row.said,
          found.train,
          found.test,
          found.constant === null ? "" : `always ${found.constant}`,
          agrees(row, found) ? "yes" : "no",
        ]),
      },
    ],
    pictures: [
      {
        kind: "chart",
        title: "Test accuracy, lecture and measured",
        x: { label: "setting", names: rows.map(({ name }) => name) },
        y: { label: "test accuracy" },
        series: [
          { name: "lecture", as: "bars", points: rows.map(({ said }, x) => ({ x, y: said[1] })) },
          { name: "measured", as: "bars", points: measured.map(({ found }, x) => ({ x, y: found.test })) },
        ],
      },
    ],
    figures: { rows: measured.map(({ row, found }) => ({ name: row.name, ...plain(found) })) },
    verdict: verdictOf(measured),
  };
}

function plain({ train, test, constant, broken }: Found): Record<string, number | boolean> {
  return { train, test, constant: constant ?? -1, brokenAtStep: broken ?? 0 };
}

function verdictOf(measured: readonly { row: Row; found: Found }[]): Verdict {
  const others = measured.filter(({ row, found }) => !agrees(row, found));
  const constants = measured.filter(({ found }) => found.constant !== null);
  const of = (name: string): Found => measured.find(({ row }) => row.name.startsWith(name))!.found;
  const shown = (value: number): string => value.toFixed(4);
  const broken = measured.find(({ found }) => found.broken !== null);
  const stopped = broken
    ? ` (${broken.row.name}: no finite number after step ${broken.found.broken! - 1}, where Gradus stops)`
    : "";
  return {
    says:
      "squared error does not learn to read digits and cross entropy does (0.8582), a batch of 10,000, ten more sigmoid layers and raw pixels " +
      "fail with constant answers, relu makes the deep net learn (0.9564), adam is best (0.9627), and noise on the test images costs half, which " +
      "dropout wins back in part (0.4750 to 0.6120)",
    measured:
      `squared error ${shown(of("3×689").test)}, cross entropy ${shown(of("cross").test)}, deep sigmoid ${shown(of("10 more").test)}, deep relu ` +
      `${shown(of("the same").test)}, adam ${shown(of("relu, adam").test)}, with noise ${shown(of("adam, noise").test)}, with dropout ` +
      `${shown(of("dropout").test)}; ${constants.length} of ${measured.length} settings give one answer to everything${stopped}; ` +
      `${measured.length - others.length} of ${measured.length} rows agree`,
    agrees: others.length === 0 ? "yes" : others.length <= measured.length / 2 ? "partly" : "no",
    ...(others.length > 0 && {
      because:
        "Another outcome where " +
        others
          .map(({ row, found }) => `"${row.name}" gives ${shown(found.train)} and ${shown(found.test)}`)
          .join(", ") +
        "; the lecture shows single runs without seeds, with another order and other first weights.",
    }),
  };
}

export const kerasDemoExperiment: Experiment = {
  name: "keras-demo",
  question: "What must be right before a network reads digits?",
  needs: ["mnist"],
  run,
};

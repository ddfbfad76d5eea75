/** XOR: what one logistic unit cannot separate, and the two hidden units that make it separable. */

import { accuracy, adam, crossEntropy, dense, network, sigmoid, tensor, train } from "gradus";
import { fromArrays } from "gradus/data";
import type { Series } from "gradus/pictures";
import { xor } from "../xor.ts";
import type { Experiment, Report, Setting, Verdict } from "./experiment.ts";
import { range } from "./numbers.ts";
import { withWeights } from "./weights.ts";

const inputs: readonly [number, number][] = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
];
const different = [0, 1, 1, 0];

/** The lecture's two hidden units: z = −2x₁ + 2x₂ − 1 and z = 2x₁ − 2x₂ − 1. */
async function hiddenFeatures(): Promise<[number, number][]> {
  const units = withWeights(network([2], dense(2), sigmoid()), [-2, 2, 2, -2], [-1, -1]);
  return (await units.predict(tensor(inputs.flat(), { shape: [4, 2] }))) as [number, number][];
}

interface Fit {
  /** The share of the points that it gets right. */
  readonly right: number;
  readonly loss: number;
  /** Where it changes its answer: w₁x₁ + w₂x₂ + b = 0. */
  readonly line: { readonly w1: number; readonly w2: number; readonly b: number };
}

/** What one logistic unit learns of four points. */
async function oneUnit(
  points: readonly (readonly [number, number])[],
  targets: readonly number[],
  seed: number,
): Promise<Fit> {
  const net = network([2], dense(2)); // Two outputs under softmax are one logistic unit: only their difference counts.
  const data = fromArrays({ inputs: points, targets, classes: ["same", "different"], inputShape: [2] });
  const options = { loss: crossEntropy(), optimizer: adam({ learningRate: 0.1 }), epochs: 1000, batchSize: 4, seed };
  const result = await train(net, data, { ...options, validation: data, metrics: [accuracy()] });
  const [weight, bias] = [...net.parameters.values()];
  const [[a, b], [c, d]] = (await weight!.array()) as [[number, number], [number, number]];
  const [e, f] = (await bias!.array()) as [number, number];
  return { right: result.accuracy!, loss: result.loss, line: { w1: c - a, w2: d - b, b: f - e } };
}

interface Found {
  readonly hidden: readonly (readonly [number, number])[];
  /** One unit on XOR, from several starts. */
  readonly single: readonly Fit[];
  /** One unit on the hidden features. */
  readonly onHidden: Fit;
  /** The labelings of the four points that one unit does not learn, as bits in the order of the points. */
  readonly failed: readonly string[];
  readonly learned: readonly { readonly hidden: number; readonly learned: number; readonly seeds: number }[];
}

async function measure({ short, tell }: Setting): Promise<Found> {
  const hidden = await hiddenFeatures();
  const seeds = range(1, short ? 2 : 10);
  const single: Fit[] = [];
  for (const seed of seeds) single.push(await oneUnit(inputs, different, seed));
  tell("all 16 ways to label four points");
  const failed: string[] = [];
  for (const code of range(0, 15)) {
    const labels = inputs.map((_, place) => (code >> place) & 1);
    if ((await oneUnit(inputs, labels, 1)).right < 1) failed.push(labels.join(""));
  }
  const learned: { hidden: number; learned: number; seeds: number }[] = [];
  for (const width of short ? [2, 8] : [2, 3, 4, 8]) {
    tell(`${width} hidden units`);
    let count = 0;
    for (const seed of seeds) count += (await xor(width, seed)) === 1 ? 1 : 0;
    learned.push({ hidden: width, learned: count, seeds: seeds.length });
  }
  return { hidden, single, onHidden: await oneUnit(hidden, different, 1), failed, learned };
}

async function run(setting: Setting): Promise<Report> {
  const found = await measure(setting);
  const { hidden, single, onHidden, failed, learned } = found;
  return {
    tables: [
      {
        title: "Hidden features with the lecture's weights",
        columns: ["x₁, x₂", "a₁", "a₂", "XOR"],
        rows: inputs.map((input, i) => [input.join(", "), ...hidden[i]!, different[i]!]),
      },
      {
        title: "One logistic unit on the four points",
        columns: ["points", "right at most", "least loss"],
        rows: [
          [`XOR, ${single.length} starts`, bestOf(single).right, bestOf(single).loss],
          ["XOR, hidden features", onHidden.right, onHidden.loss],
          ["all 16 labelings", `all but ${failed.length}: ${failed.join(", ")}`, "—"],
        ],
      },
      {
        title: "Networks that learn it themselves (tanh)",
        columns: ["hidden units", "starts that learn all four"],
        rows: learned.map(({ hidden, learned, seeds }) => [hidden, `${learned} of ${seeds}`]),
      },
    ],
    pictures: [
      {
        kind: "chart",
        title: "XOR before and after two hidden units",
        x: { label: "x₁ or a₁" },
        y: { label: "x₂ or a₂" },
        series: [...dots("inputs", inputs), ...dots("hidden features", hidden), separating(onHidden.line)],
      },
    ],
    figures: { ...found },
    verdict: verdictOf(found),
  };
}

function bestOf(fits: readonly Fit[]): { right: number; loss: number } {
  return { right: Math.max(...fits.map(({ right }) => right)), loss: Math.min(...fits.map(({ loss }) => loss)) };
}

/** The features in the order of the inputs, as the slide rounds them. */
const slide = [0.27, 0.27, 0.73, 0.05, 0.05, 0.73, 0.27, 0.27];

function verdictOf({ hidden, single, onHidden, failed }: Found): Verdict {
  const { right, loss } = bestOf(single);
  const asOnSlide = hidden.flat().every((value, i) => Math.abs(value - slide[i]!) < 0.005);
  const agrees = asOnSlide && right < 1 && onHidden.right === 1;
  return {
    says: "no logistic unit separates XOR, and after two hidden units, with features 0.27, 0.05 and 0.73, one does",
    measured:
      `one unit gets at most ${4 * right} of 4 right in ${single.length} starts, and its loss ends at ${loss.toFixed(4)} (ln 2 is 0.6931); of the ` +
      `16 ways to label the points it fails at ${failed.length}, ${failed.join(" and ")}; on the hidden features ` +
      `(${hidden[0]![0].toFixed(2)}, ${hidden[1]![1].toFixed(2)}, ${hidden[1]![0].toFixed(2)}) it gets ${4 * onHidden.right}`,
    agrees: agrees ? "yes" : "no",
    ...(!agrees && { because: asOnSlide ? "Training ended elsewhere." : "The features are others than on the slide." }),
  };
}

function dots(panel: string, points: readonly (readonly [number, number])[]): Series[] {
  return ["same", "different"].map((name, label) => ({
    name,
    panel,
    as: "dots",
    points: points.filter((_, i) => different[i] === label).map(([x, y]) => ({ x, y })),
  }));
}

/** Where the unit on the hidden features changes its answer. */
function separating({ w1, w2, b }: { w1: number; w2: number; b: number }): Series {
  const [crossesY, crossesX] = [-b / w2, -b / w1];
  return {
    name: "one unit",
    panel: "hidden features",
    points: [
      { x: 0, y: crossesY },
      { x: crossesX, y: 0 },
    ],
  };
}

export const xorExperiment: Experiment = {
  name: "xor",
  question: "Why is one logistic unit not enough?",
  needs: [],
  run,
};

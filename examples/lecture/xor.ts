/** XOR: what one logistic unit cannot separate, and the two hidden units that make it separable. */

import { accuracy, adam, crossEntropy, dense, network, sigmoid, tensor, train } from "gradus";
import { fromArrays } from "gradus/data";
import type { Series } from "gradus/pictures";
import { xor } from "../xor.ts";
import type { Experiment, Report, Setting } from "./experiment.ts";
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

/** What one logistic unit learns of four points: the share that it gets right, its loss, and its line w₁x₁ + w₂x₂ + b = 0. */
async function oneUnit(points: readonly (readonly [number, number])[], targets: readonly number[], seed: number) {
  const net = network([2], dense(2)); // Two outputs under softmax are one logistic unit: only their difference counts.
  const data = fromArrays({ inputs: points, targets, classes: ["same", "different"], inputShape: [2] });
  const options = { loss: crossEntropy(), optimizer: adam({ learningRate: 0.1 }), epochs: 1000, batchSize: 4, seed };
  const result = await train(net, data, { ...options, validation: data, metrics: [accuracy()] });
  const [weight, bias] = [...net.parameters.values()];
  const [[a, b], [c, d]] = (await weight!.array()) as [[number, number], [number, number]];
  const [e, f] = (await bias!.array()) as [number, number];
  return { right: result.accuracy!, loss: result.loss, line: { w1: c - a, w2: d - b, b: f - e } };
}

async function run({ short, tell }: Setting): Promise<Report> {
  const hidden = await hiddenFeatures();
  const seeds = range(1, short ? 2 : 10);
  const single: { right: number; loss: number }[] = [];
  for (const seed of seeds) single.push(await oneUnit(inputs, different, seed));
  const onHidden = await oneUnit(hidden, different, 1);
  tell("all 16 ways to label four points");
  const labelings = range(0, 15).map((code) => inputs.map((_, place) => (code >> place) & 1));
  const failed: string[] = [];
  for (const labels of labelings) {
    if ((await oneUnit(inputs, labels, 1)).right < 1) failed.push(labels.join(""));
  }
  const widths = short ? [2, 8] : [2, 3, 4, 8];
  const learned: { hidden: number; learned: number; seeds: number }[] = [];
  for (const width of widths) {
    tell(`${width} hidden units`);
    let count = 0;
    for (const seed of seeds) count += (await xor(width, seed)) === 1 ? 1 : 0;
    learned.push({ hidden: width, learned: count, seeds: seeds.length });
  }
  const best = Math.max(...single.map(({ right }) => right));
  const loss = Math.min(...single.map(({ loss }) => loss));
  const slide = [0.27, 0.27, 0.73, 0.05, 0.05, 0.73, 0.27, 0.27];
  const off = Math.max(...hidden.flat().map((value, i) => Math.abs(value - slide[i]!)));
  const agrees = off < 0.005 && best < 1 && onHidden.right === 1;
  return {
    tables: [
      {
        title: "Hidden features with the lecture's weights",
        columns: ["x₁, x₂", "a₁", "a₂", "XOR"],
        rows: inputs.map((input, i) => [input.join(", "), hidden[i]![0], hidden[i]![1], different[i]!]),
      },
      {
        title: "One logistic unit on the four points",
        columns: ["points", "right at most", "least loss"],
        rows: [
          [`XOR, ${seeds.length} starts`, best, loss],
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
    figures: { hidden, single, onHidden, failed, learned },
    verdict: {
      says: "no logistic unit separates XOR, and after two hidden units, with features 0.27, 0.05 and 0.73, one does",
      measured:
        `one unit gets at most ${4 * best} of 4 right in ${seeds.length} starts, and its loss ends at ${loss.toFixed(4)} (ln 2 is 0.6931); of ` +
        `the 16 ways to label the points it fails at ${failed.length}, XOR and its opposite; on the hidden features ` +
        `(${hidden[0]![0].toFixed(2)}, ${hidden[1]![1].toFixed(2)}, ${hidden[1]![0].toFixed(2)}) it gets ${4 * onHidden.right}`,
      agrees: agrees ? "yes" : "no",
      ...(!agrees && { because: "The weights or the training are not the lecture's." }),
    },
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

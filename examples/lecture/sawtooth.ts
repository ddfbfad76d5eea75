/**
 * Telgarsky's sawtooth: a tent folded k times has 2ᵏ straight pieces. A deep network makes it with two units per fold; one hidden layer
 * needs about as many units as there are pieces, for each unit bends its line once.
 */

import { adam, full, meanSquaredError, mlp, type Network, oneCycle, type Tensor, tensor, train, uniform } from "gradus";
import { fromArrays } from "gradus/data";
import type { Experiment, Report, Setting } from "./experiment.ts";
import { mean, median, range, spaced } from "./numbers.ts";
import { countPieces } from "./pieces.ts";
import { withWeights } from "./weights.ts";

type OneToOne = Network<[1], [1]>;

/** The tent 2·relu(x) − 4·relu(x − ½), k times: each hidden layer has the two units, and takes the tent of the one before. */
function deep(folds: number): OneToOne {
  const fold = [
    [2, -4, 2, -4],
    [0, -0.5],
  ];
  const layers = range(1, folds).flatMap((i) =>
    i === 1
      ? [
          [1, 1],
          [0, -0.5],
        ]
      : fold,
  );
  return withWeights(mlp([1], Array(folds).fill(2), 1), ...layers, [2, -4], [0]);
}

/** The same function with one hidden layer: a unit at 0 that sets out, and one at each of the 2ᵏ − 1 bends. */
function wide(folds: number): OneToOne {
  const n = 2 ** folds;
  const bends = range(0, n - 1).map((i) => (i === 0 ? n : i % 2 === 1 ? -2 * n : 2 * n));
  return withWeights(
    mlp([1], [n], 1),
    Array(n).fill(1),
    range(0, n - 1).map((i) => -i / n),
    bends,
    [0],
  );
}

const predict = async (net: OneToOne, xs: readonly number[]): Promise<number[]> =>
  ((await net.predict(tensor(xs).expand(1))) as number[][]).map(([y]) => y!);

/** A network's pieces, and its largest difference from another at eight places per tooth. */
async function built(folds: number): Promise<{ folds: number; deep: number; wide: number; difference: number }> {
  const [tall, flat] = [deep(folds), wide(folds)];
  const xs = spaced(0, 1, 8 * 2 ** folds + 1);
  const [a, b] = [await predict(tall, xs), await predict(flat, xs)];
  const difference = Math.max(...a.map((y, i) => Math.abs(y - b[i]!)));
  return { folds, deep: await countPieces(tall, 0, 1), wide: await countPieces(flat, 0, 1), difference };
}

/** So many folds are to be learned. */
const folds = 3;
const points = spaced(0, 1, 513);

/** Learns the sawtooth; the bends of the first layer begin at random places, as steep as a tooth. */
async function learn(
  hidden: readonly number[],
  seed: number,
  epochs: number,
): Promise<{ rms: number; pieces: number }> {
  const net = mlp([1], hidden, 1).initialize({ seed }) as OneToOne;
  const [n, steep] = [hidden[0]!, 2 ** folds];
  const bends: [string, Tensor][] = [
    ["0.weight", full([n, 1], steep)],
    ["0.bias", uniform([n], { low: -steep, high: 0, seed })],
  ];
  net.setParameters(new Map([...net.state, ...bends]));
  const teeth = await predict(deep(folds), points);
  const data = fromArrays({ inputs: points.map((x) => [x]), targets: teeth.map((y) => [y]), inputShape: [1] });
  const optimizer = adam({ learningRate: oneCycle(0.02) });
  await train(net, data, { loss: meanSquaredError(), optimizer, epochs, batchSize: points.length, seed });
  const y = await predict(net, points);
  return {
    rms: Math.sqrt(mean(y.map((value, i) => (value - teeth[i]!) * (value - teeth[i]!)))),
    pieces: await countPieces(net, 0, 1),
  };
}

interface Learned {
  readonly layers: string;
  readonly units: number;
  readonly pieces: number;
  readonly rms: number;
  readonly best: number;
}

async function run({ short, tell }: Setting): Promise<Report> {
  const shown = [];
  for (const k of range(1, short ? 5 : 10)) shown.push(await built(k));
  const seeds = range(1, short ? 1 : 5);
  const shallow = (short ? [4, 64] : [2, 4, 8, 16, 32, 64, 128]).map((n) => [n]);
  const deeper = short
    ? [[2, 2, 2]]
    : [
        [2, 2, 2],
        [8, 8, 8],
        [16, 16, 16],
      ];
  const learned: Learned[] = [];
  for (const hidden of [...shallow, ...deeper]) {
    tell(`training hidden layers of ${hidden.join(", ")}`);
    const all = [];
    for (const seed of seeds) all.push(await learn(hidden, seed, short ? 500 : 10_000));
    learned.push({
      layers: hidden.join("-"),
      units: hidden.reduce((sum, n) => sum + n, 0),
      pieces: median(all.map(({ pieces }) => pieces)),
      rms: median(all.map(({ rms }) => rms)),
      best: Math.min(...all.map(({ rms }) => rms)),
    });
  }
  const exact = shown.every(
    ({ folds, deep, wide, difference }) => deep === 2 ** folds && wide === deep && difference === 0,
  );
  const enough = learned.slice(0, shallow.length).find(({ rms }) => rms < 0.01);
  const found = learned.find(({ layers }) => layers === "2-2-2")!;
  const last = shown.at(-1)!;
  return {
    tables: [
      {
        title: "Built by hand, pieces counted exactly",
        columns: ["folds k", "deep units", "its pieces", "one-layer units", "its pieces", "difference"],
        rows: shown.map(({ folds, deep, wide, difference }) => [folds, 2 * folds, deep, 2 ** folds, wide, difference]),
      },
      {
        title: `Trained on ${folds} folds (${2 ** folds} pieces), ${seeds.length} seeds; a constant is off by 0.2887`,
        columns: ["hidden layers", "units", "pieces (median)", "rms error (median)", "best seed"],
        rows: learned.map(({ layers, units, pieces, rms, best }) => [layers, units, pieces, rms, best]),
      },
    ],
    pictures: [
      {
        kind: "chart",
        title: "Pieces by units",
        x: { label: "units" },
        y: { label: "pieces", log: true },
        series: [
          { name: "deep, two units a layer", points: shown.map(({ folds, deep }) => ({ x: 2 * folds, y: deep })) },
          { name: "one layer, at most", points: range(1, 2 * last.folds).map((n) => ({ x: n, y: n + 1 })) },
        ],
      },
      {
        kind: "chart",
        title: `Error of trained networks on ${2 ** folds} pieces`,
        x: { label: "units", log: true },
        y: { label: "rms error", log: true },
        series: [
          {
            name: "one layer",
            points: learned.slice(0, shallow.length).map(({ units, rms }) => ({ x: units, y: rms })),
          },
          {
            name: "three layers",
            as: "dots",
            points: learned.slice(shallow.length).map(({ units, rms }) => ({ x: units, y: rms })),
          },
        ],
      },
    ],
    figures: { built: shown, learned },
    verdict: {
      says: "the tent folded k times has 2^k pieces and is a network of 2k units, while one hidden layer needs at least 2^k − 1",
      measured:
        `built by hand, ${2 * last.folds} units in ${last.folds} layers make exactly ${last.deep} pieces, the same function as ${2 ** last.folds} units ` +
        `in one layer to the last bit; trained on ${2 ** folds} pieces, one layer needs ` +
        `${enough ? `${enough.units} of the widths tried` : "more units than tried"} for an error below 0.01; the deep network of ` +
        `${found.units} units is there, but training ${found.best < 0.01 ? "finds" : "does not find"} it (best of ${seeds.length} seeds: ${found.best.toFixed(3)})`,
      agrees: exact ? "yes" : "no",
      ...(!exact && { because: "A built network has other pieces than it should." }),
    },
  };
}

export const sawtoothExperiment: Experiment = {
  name: "sawtooth",
  question: "Is there a function that few deep units make, and only very many shallow ones?",
  needs: [],
  run,
};

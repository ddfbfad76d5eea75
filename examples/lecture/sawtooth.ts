/**
 * Telgarsky's sawtooth: a tent folded k times has 2ᵏ straight pieces. A deep network makes it with two units per fold; one hidden layer
 * needs about as many units as there are pieces, for each unit bends its line once.
 */

import { adam, full, meanSquaredError, mlp, type Network, oneCycle, type Tensor, tensor, train, uniform } from "gradus";
import { fromArrays } from "gradus/data";
import type { Point } from "gradus/pictures";
import type { Experiment, Report, Setting, Verdict } from "./experiment.ts";
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

/** The pieces of both networks, and their largest difference at eight places per tooth. */
interface Built {
  readonly folds: number;
  readonly deep: number;
  readonly wide: number;
  readonly difference: number;
}

async function built(folds: number): Promise<Built> {
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

/** Networks of one shape, trained with several seeds. */
interface Learned {
  readonly hidden: readonly number[];
  readonly units: number;
  /** Medians, and the least error of a seed. */
  readonly pieces: number;
  readonly rms: number;
  readonly best: number;
}

async function learnAll(hidden: readonly number[], seeds: readonly number[], epochs: number): Promise<Learned> {
  const all: { rms: number; pieces: number }[] = [];
  for (const seed of seeds) all.push(await learn(hidden, seed, epochs));
  return {
    hidden,
    units: hidden.reduce((sum, n) => sum + n, 0),
    pieces: median(all.map(({ pieces }) => pieces)),
    rms: median(all.map(({ rms }) => rms)),
    best: Math.min(...all.map(({ rms }) => rms)),
  };
}

interface Found {
  readonly built: readonly Built[];
  readonly learned: readonly Learned[];
  readonly seeds: number;
}

async function measure({ short, tell }: Setting): Promise<Found> {
  const teeth: Built[] = [];
  for (const k of range(1, short ? 5 : 10)) teeth.push(await built(k));
  const seeds = range(1, short ? 1 : 5);
  const widths = short ? [4, 64] : [2, 4, 8, 16, 32, 64, 128];
  const deeper = short ? [2] : [2, 8, 16];
  const learned: Learned[] = [];
  for (const hidden of [...widths.map((n) => [n]), ...deeper.map((n) => Array<number>(folds).fill(n))]) {
    tell(`training hidden layers of ${hidden.join(", ")}`);
    learned.push(await learnAll(hidden, seeds, short ? 500 : 10_000));
  }
  return { built: teeth, learned, seeds: seeds.length };
}

async function run(setting: Setting): Promise<Report> {
  const found = await measure(setting);
  const { built, learned, seeds } = found;
  const most = 2 * built.at(-1)!.folds;
  const errors = (layers: number): Point[] =>
    learned.filter(({ hidden }) => hidden.length === layers).map(({ units, rms }) => ({ x: units, y: rms }));
  return {
    tables: [
      {
        title: "Built by hand, pieces counted exactly",
        columns: ["folds k", "deep units", "its pieces", "one-layer units", "its pieces", "difference"],
        rows: built.map(({ folds, deep, wide, difference }) => [folds, 2 * folds, deep, 2 ** folds, wide, difference]),
      },
      {
        title: `Trained on ${folds} folds (${2 ** folds} pieces), ${seeds} seeds; a constant is off by 0.2887`,
        columns: ["hidden layers", "units", "pieces (median)", "rms error (median)", "best seed"],
        rows: learned.map(({ hidden, units, pieces, rms, best }) => [hidden.join("-"), units, pieces, rms, best]),
      },
    ],
    pictures: [
      {
        kind: "chart",
        title: "Pieces by units",
        x: { label: "units" },
        y: { label: "pieces", log: true },
        series: [
          { name: "deep, two units a layer", points: built.map(({ folds, deep }) => ({ x: 2 * folds, y: deep })) },
          { name: "one layer, at most", points: range(1, most).map((n) => ({ x: n, y: n + 1 })) },
        ],
      },
      {
        kind: "chart",
        title: `Error of trained networks on ${2 ** folds} pieces`,
        x: { label: "units", log: true },
        y: { label: "rms error", log: true },
        series: [
          { name: "one layer", points: errors(1) },
          { name: "three layers", as: "dots", points: errors(folds) },
        ],
      },
    ],
    figures: { built, learned },
    verdict: verdictOf(found),
  };
}

function verdictOf({ built, learned, seeds }: Found): Verdict {
  const exact = built.every(
    ({ folds, deep, wide, difference }) => deep === 2 ** folds && wide === deep && difference === 0,
  );
  const { folds: most, deep: pieces } = built.at(-1)!;
  const enough = learned.find(({ hidden, rms }) => hidden.length === 1 && rms < 0.01);
  const narrow = learned.find(({ units }) => units === 2 * folds)!;
  return {
    says: "the tent folded k times has 2^k pieces and is a network of 2k units, while one hidden layer needs at least 2^k − 1",
    measured:
      `built by hand, ${2 * most} units in ${most} layers make exactly ${pieces} pieces, the same function as ${2 ** most} units in one layer to the ` +
      `last bit; trained on ${2 ** folds} pieces, one layer needs ${enough ? `${enough.units} of the widths tried` : "more units than tried"} for an ` +
      `error below 0.01; the deep network of ${narrow.units} units is there, but training ${narrow.best < 0.01 ? "finds" : "does not find"} it ` +
      `(best of ${seeds} seeds: ${narrow.best.toFixed(3)})`,
    agrees: exact ? "yes" : "no",
    ...(!exact && { because: "A built network has other pieces than it should." }),
  };
}

export const sawtoothExperiment: Experiment = {
  name: "sawtooth",
  question: "Is there a function that few deep units make, and only very many shallow ones?",
  needs: [],
  run,
};

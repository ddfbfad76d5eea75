/** One hidden layer, wide enough, comes as near to any continuous function as is wanted: by construction, and by training. */

import {
  adam,
  dense,
  meanSquaredError,
  type Network,
  network,
  oneCycle,
  ones,
  relu,
  type Tensor,
  tensor,
  train,
  uniform,
} from "gradus";
import { fromArrays } from "gradus/data";
import type { Series } from "gradus/pictures";
import type { Experiment, Report, Setting, Verdict } from "./experiment.ts";
import { median, range, slope, spaced } from "./numbers.ts";
import { withWeights } from "./weights.ts";

type Curve = (x: number) => number;

/** Functions on [0, 1]: a smooth one, and one that is infinitely steep at a point. */
const curves: Readonly<Record<string, Curve>> = {
  wave: (x) => Math.sin(4 * Math.PI * x) * (1 - x / 2),
  root: (x) => Math.sqrt(Math.abs(x - 0.3)),
};
const xs = spaced(0, 1, 1001);
const widths = [2, 4, 8, 16, 32, 64, 128];

/** dense(n), relu, dense(1). */
const shallow = (n: number): Network<[1], [1]> => network([1], dense(n), relu(), dense(1));

/** A network that goes through the curve at n + 1 equal distances: each unit adds a change of slope. */
function interpolating(f: Curve, n: number): Network<[1], [1]> {
  const knots = spaced(0, 1, n + 1);
  const slopes = range(0, n - 1).map((i) => (f(knots[i + 1]!) - f(knots[i]!)) * n);
  const bends = slopes.map((s, i) => s - (slopes[i - 1] ?? 0));
  return withWeights(
    shallow(n),
    Array(n).fill(1),
    knots.slice(0, n).map((x) => -x),
    bends,
    [f(0)],
  );
}

/** The same network with bends at random places, trained. With all bends at 0, where biases usually begin, they would hardly spread. */
async function trained(f: Curve, n: number, seed: number, epochs: number): Promise<Network<[1], [1]>> {
  const net = shallow(n).initialize({ seed });
  const points = spaced(0, 1, 257);
  const data = fromArrays({ inputs: points.map((x) => [x]), targets: points.map((x) => [f(x)]), inputShape: [1] });
  net.setParameters(
    new Map<string, Tensor>([
      ...net.state,
      ["0.weight", ones([n, 1])],
      ["0.bias", uniform([n], { low: -1, high: 0, seed })],
    ]),
  );
  const optimizer = adam({ learningRate: oneCycle(0.03) });
  await train(net, data, { loss: meanSquaredError(), optimizer, epochs, batchSize: points.length, seed });
  return net;
}

interface Errors {
  readonly most: number;
  readonly rms: number;
  readonly y: readonly number[];
}

/** The largest difference, and the root of the mean square, at a thousand places. */
async function errorsOf(net: Network<[1], [1]>, f: Curve): Promise<Errors> {
  const y = ((await net.predict(tensor(xs).expand(1))) as number[][]).map(([value]) => value!);
  const errors = y.map((value, i) => Math.abs(value - f(xs[i]!)));
  const square = errors.reduce((sum, error) => sum + error * error, 0) / errors.length;
  return { most: Math.max(...errors), rms: Math.sqrt(square), y };
}

interface Row {
  readonly curve: string;
  readonly width: number;
  readonly built: number;
  readonly builtRms: number;
  /** The median over the seeds. */
  readonly trainedRms: number;
}

interface Found {
  readonly rows: readonly Row[];
  readonly seeds: number;
  /** What the first seed's networks give for the wave, by width. */
  readonly drawn: Readonly<Record<number, readonly number[]>>;
}

async function measure({ short, tell }: Setting): Promise<Found> {
  const seeds = range(1, short ? 1 : 5);
  const rows: Row[] = [];
  const drawn: Record<number, readonly number[]> = {};
  for (const [curve, f] of Object.entries(curves)) {
    for (const width of short ? [4, 16, 64] : widths) {
      tell(`${curve}, ${width} hidden units`);
      const built = await errorsOf(interpolating(f, width), f);
      const learned: Errors[] = [];
      for (const seed of seeds) learned.push(await errorsOf(await trained(f, width, seed, short ? 500 : 5000), f));
      if (curve === "wave") drawn[width] = learned[0]!.y;
      const trainedRms = median(learned.map(({ rms }) => rms));
      rows.push({ curve, width, built: built.most, builtRms: built.rms, trainedRms });
    }
  }
  return { rows, seeds: seeds.length, drawn };
}

const rowsOf = ({ rows }: Found, curve: string): Row[] => rows.filter((row) => row.curve === curve);

/** By which power of the width the error of the built networks falls, from 16 units on. */
function powerOf(found: Found, curve: string): number {
  const wide = rowsOf(found, curve).filter(({ width }) => width >= 16);
  return slope(wide.map(({ width, built }) => [Math.log(width), Math.log(built)]));
}

async function run(setting: Setting): Promise<Report> {
  const found = await measure(setting);
  const names = Object.keys(curves);
  const line = (name: string, pick: (row: Row) => number): Series[] =>
    names.map((curve) => ({
      name: `${curve}, ${name}`,
      points: rowsOf(found, curve).map((row) => ({ x: row.width, y: pick(row) })),
    }));
  const drawing = (name: string, y: readonly number[]): Series => ({
    name,
    points: xs.map((x, i) => ({ x, y: y[i]! })).filter((_, i) => i % 5 === 0),
  });
  return {
    tables: names.map((curve) => ({
      title: `${curve}: one hidden layer of relu on [0, 1], trained with ${found.seeds} seeds`,
      columns: ["hidden units", "built, largest error", "built, rms", "trained, rms (median)"],
      rows: rowsOf(found, curve).map(({ width, built, builtRms, trainedRms }) => [width, built, builtRms, trainedRms]),
    })),
    pictures: [
      {
        kind: "chart",
        title: "Error over the number of hidden units",
        x: { label: "hidden units", log: true },
        y: { label: "rms error", log: true },
        series: [...line("built", ({ builtRms }) => builtRms), ...line("trained", ({ trainedRms }) => trainedRms)],
      },
      {
        kind: "chart",
        title: "The wave, learned",
        x: { label: "x" },
        y: { label: "y" },
        series: [
          drawing("wave", xs.map(curves.wave!)),
          drawing("4 units", found.drawn[4]!),
          drawing("16 units", found.drawn[16]!),
        ],
      },
    ],
    figures: { rows: found.rows, exponents: { wave: powerOf(found, "wave"), root: powerOf(found, "root") } },
    verdict: verdictOf(found),
  };
}

function verdictOf(found: Found): Verdict {
  const [wave, root] = [powerOf(found, "wave"), powerOf(found, "root")];
  const widest = (curve: string): Row => rowsOf(found, curve).at(-1)!;
  const nearer = Object.keys(curves).every(
    (curve) => widest(curve).trainedRms < rowsOf(found, curve)[0]!.trainedRms / 5,
  );
  const asTheory = Math.abs(wave + 2) < 0.1 && Math.abs(root + 0.5) < 0.1;
  return {
    says: "a network with one hidden layer comes as near to any continuous function as is wanted, given enough hidden neurons",
    measured:
      `with ${widest("wave").width} units the built network is off by at most ${widest("wave").built.toExponential(1)} (wave) and ` +
      `${widest("root").built.toExponential(1)} (root), and its error falls like n^${wave.toFixed(2)} where the function is smooth ` +
      `(straight pieces promise n^-2) and n^${root.toFixed(2)} at a point of infinite slope (n^-0.5); trained ones come ` +
      `${nearer ? "nearer too" : "hardly nearer"}, to rms ${widest("wave").trainedRms.toExponential(1)} and ` +
      `${widest("root").trainedRms.toExponential(1)}, where training and not the structure sets the limit`,
    agrees: nearer && asTheory ? "yes" : nearer || asTheory ? "partly" : "no",
    ...(!nearer && { because: "Training does not find the functions that are there, as the built networks show." }),
    ...(!asTheory && { because: "The error of the built networks does not fall as theory says." }),
  };
}

export const universalityExperiment: Experiment = {
  name: "universality",
  question: "Can one hidden layer come near to any function?",
  needs: [],
  run,
};

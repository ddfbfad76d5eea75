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
import type { Experiment, Report, Setting } from "./experiment.ts";
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

/** The largest difference, and the root of the mean square, at a thousand places. */
async function errorsOf(net: Network<[1], [1]>, f: Curve): Promise<{ most: number; rms: number; y: number[] }> {
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
  readonly trainedRms: number;
}

async function run({ short, tell }: Setting): Promise<Report> {
  const chosen = short ? [4, 16, 64] : widths;
  const seeds = range(1, short ? 1 : 5);
  const rows: Row[] = [];
  const drawn: number[][] = [];
  for (const [curve, f] of Object.entries(curves)) {
    for (const width of chosen) {
      tell(`${curve}, ${width} hidden units`);
      const built = await errorsOf(interpolating(f, width), f);
      const learned = [];
      for (const seed of seeds) learned.push(await errorsOf(await trained(f, width, seed, short ? 500 : 5000), f));
      const trainedRms = median(learned.map(({ rms }) => rms));
      if (curve === "wave" && (width === 4 || width === 16)) drawn.push(learned[0]!.y);
      rows.push({ curve, width, built: built.most, builtRms: built.rms, trainedRms });
    }
  }
  const of = (curve: string): Row[] => rows.filter((row) => row.curve === curve);
  const power = (curve: string): number =>
    slope(
      of(curve)
        .filter(({ width }) => width >= 16)
        .map(({ width, built }) => [Math.log(width), Math.log(built)]),
    );
  const exponents = { wave: power("wave"), root: power("root") };
  const nearer = Object.keys(curves).every((curve) => of(curve).at(-1)!.trainedRms < of(curve)[0]!.trainedRms / 5);
  const asTheory = Math.abs(exponents.wave + 2) < 0.1 && Math.abs(exponents.root + 0.5) < 0.1;
  const widest = (curve: string): Row => of(curve).at(-1)!;
  const line = (name: string, y: readonly number[]) => ({
    name,
    points: xs.map((x, i) => ({ x, y: y[i]! })).filter((_, i) => i % 5 === 0),
  });
  return {
    tables: Object.keys(curves).map((curve) => ({
      title: `${curve}: one hidden layer of relu on [0, 1], trained with ${seeds.length} seeds`,
      columns: ["hidden units", "built, largest error", "built, rms", "trained, rms (median)"],
      rows: of(curve).map(({ width, built, builtRms, trainedRms }) => [width, built, builtRms, trainedRms]),
    })),
    pictures: [
      {
        kind: "chart",
        title: "Error over the number of hidden units",
        x: { label: "hidden units", log: true },
        y: { label: "rms error", log: true },
        series: Object.keys(curves).flatMap((curve) => [
          { name: `${curve}, built`, points: of(curve).map(({ width, builtRms }) => ({ x: width, y: builtRms })) },
          {
            name: `${curve}, trained`,
            points: of(curve).map(({ width, trainedRms }) => ({ x: width, y: trainedRms })),
          },
        ]),
      },
      {
        kind: "chart",
        title: "The wave, learned",
        x: { label: "x" },
        y: { label: "y" },
        series: [line("wave", xs.map(curves.wave!)), line("4 units", drawn[0]!), line("16 units", drawn[1]!)],
      },
    ],
    figures: { rows, exponents },
    verdict: {
      says: "a network with one hidden layer comes as near to any continuous function as is wanted, given enough hidden neurons",
      measured:
        `with ${widest("wave").width} units the built network is off by at most ${widest("wave").built.toExponential(1)} (wave) and ` +
        `${widest("root").built.toExponential(1)} (root), and its error falls like n^${exponents.wave.toFixed(2)} where the function is smooth ` +
        `(straight pieces promise n^-2) and n^${exponents.root.toFixed(2)} at a point of infinite slope (n^-0.5); trained ones ` +
        `come nearer too, to rms ${widest("wave").trainedRms.toExponential(1)} and ${widest("root").trainedRms.toExponential(1)}, where training and not the ` +
        `structure sets the limit`,
      agrees: nearer && asTheory ? "yes" : nearer || asTheory ? "partly" : "no",
      ...(!nearer && { because: "Training does not find the functions that are there, as the built networks show." }),
      ...(!asTheory && { because: "So few widths do not show the power." }),
    },
  };
}

export const universalityExperiment: Experiment = {
  name: "universality",
  question: "Can one hidden layer come near to any function?",
  needs: [],
  run,
};

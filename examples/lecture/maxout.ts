/** Maxout: the slide's figures, relu as one of its cases, and which activations a unit learns: those that are convex. */

import { adam, dense, maxout as maxoutLayer, meanSquaredError, network, oneCycle, tensor, train } from "gradus";
import { fromArrays } from "gradus/data";
import { maxout } from "gradus/functions";
import type { Experiment, Report, Setting, Verdict } from "./experiment.ts";
import { median, range, spaced } from "./numbers.ts";
import { withWeights } from "./weights.ts";

interface Target {
  readonly name: string;
  readonly f: (x: number) => number;
  readonly pieces: readonly number[];
  /** The least root mean squared error that a convex function of so many straight pieces can have. */
  readonly least: (pieces: number) => number;
}

/** Functions that a maxout unit is to learn on [−1, 1]; its own are convex. */
const targets: readonly Target[] = [
  { name: "relu", f: (x) => Math.max(0, x), pieces: [2], least: () => 0 },
  { name: "|x|", f: Math.abs, pieces: [2], least: () => 0 },
  // The best line on a piece of length h = 2 / n is off by h² √(1/80 − 1/144).
  { name: "x²", f: (x) => x * x, pieces: [2, 4, 8], least: (n) => (4 / (n * n)) * Math.sqrt(1 / 80 - 1 / 144) },
  { name: "−|x|, not convex", f: (x) => -Math.abs(x), pieces: [2, 8], least: () => Math.sqrt(1 / 12) },
];
const xs = spaced(-1, 1, 101);

/** What one seed has learned. */
interface Fit {
  readonly rms: number;
  readonly y: readonly number[];
}

/** One maxout unit, trained on a function: the root of its mean squared error, and what it gives. */
async function learn(f: (x: number) => number, pieces: number, seed: number, epochs: number): Promise<Fit> {
  const net = network([1], dense(pieces), maxoutLayer(pieces));
  const data = fromArrays({ inputs: xs.map((x) => [x]), targets: xs.map((x) => [f(x)]), inputShape: [1] });
  const options = {
    loss: meanSquaredError(),
    optimizer: adam({ learningRate: oneCycle(0.02) }),
    epochs,
    batchSize: xs.length,
  };
  await train(net, data, { ...options, seed });
  const y = ((await net.predict(tensor(xs).expand(1))) as number[][]).map(([value]) => value!);
  const squares = y.map((value, i) => (value - f(xs[i]!)) * (value - f(xs[i]!)));
  return { rms: Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / xs.length), y };
}

/** Whether a unit of the pieces x and 0 is relu, to the last bit. */
async function isRelu(): Promise<boolean> {
  const unit = withWeights(network([1], dense(2), maxoutLayer(2)), [1, 0], [0, 0]);
  const y = (await unit.predict(tensor(xs).expand(1))) as number[][];
  return y.every(([value], i) => value === Math.max(0, Math.fround(xs[i]!)));
}

interface Learned {
  readonly name: string;
  readonly pieces: number;
  /** The median over the seeds. */
  readonly rms: number;
  readonly least: number;
}

interface Found {
  readonly groups: readonly number[];
  readonly relu: boolean;
  readonly learned: readonly Learned[];
  /** What the median seed gives, with the most pieces tried. */
  readonly curves: Readonly<Record<string, readonly number[]>>;
  readonly seeds: number;
}

async function measure({ short, tell }: Setting): Promise<Found> {
  const seeds = range(1, short ? 1 : 5);
  const learned: Learned[] = [];
  const curves: Record<string, readonly number[]> = {};
  for (const { name, f, pieces, least } of targets) {
    for (const count of pieces) {
      tell(`${name} with ${count} pieces`);
      const fits: Fit[] = [];
      for (const seed of seeds) fits.push(await learn(f, count, seed, short ? 2000 : 3000));
      const rms = median(fits.map(({ rms }) => rms));
      curves[name] = fits.find((fit) => fit.rms === rms)!.y;
      learned.push({ name, pieces: count, rms, least: least(count) });
    }
  }
  const groups = await maxout(tensor([5, 7, -1, 1, 1, 2, 4, 3]), 2).array();
  return { groups, relu: await isRelu(), learned, curves, seeds: seeds.length };
}

async function run(setting: Setting): Promise<Report> {
  const found = await measure(setting);
  const { groups, relu, learned, curves, seeds } = found;
  return {
    tables: [
      {
        title: "Groups of two, as on the slide",
        columns: ["group", "maxout"],
        rows: ["5, 7", "−1, 1", "1, 2", "4, 3"].map((group, i) => [group, groups[i]!]),
      },
      {
        title: `One maxout unit learns a function on [−1, 1], median of ${seeds} starts`,
        columns: ["function", "pieces", "root mean squared error", "least possible"],
        rows: learned.map(({ name, pieces, rms, least }) => [name, pieces, rms, least]),
      },
    ],
    pictures: [
      {
        kind: "chart",
        title: "What maxout units have learned",
        x: { label: "x" },
        y: { label: "y" },
        series: targets.map(({ name }) => ({ name, points: curves[name]!.map((y, i) => ({ x: xs[i]!, y })) })),
      },
    ],
    figures: { groups, relu, learned },
    verdict: verdictOf(found),
  };
}

function verdictOf({ groups, relu, learned }: Found): Verdict {
  const exact = groups.join() === "7,1,2,4" && relu;
  const isLearned = learned.every(({ rms, least }) => rms <= 1.5 * least + 0.001);
  const off = (name: string): string => learned.findLast((one) => one.name === name)!.rms.toExponential(1);
  return {
    says:
      "maxout makes 7 and 1 of the groups (5, 7) and (−1, 1), and 2 and 4 of (1, 2) and (4, 3); relu is a case of it, and it can learn any " +
      "piecewise linear convex activation",
    measured:
      `${groups.join(", ")}; a unit of the pieces x and 0 ${relu ? "is" : "is not"} relu; trained ones are off by ${off("relu")} (relu), ` +
      `${off("|x|")} (|x|) and, with 8 pieces, ${off("x²")} (x²), but by ${off("−|x|, not convex")} where the function is not convex`,
    agrees: exact && isLearned ? "yes" : exact ? "partly" : "no",
    ...(!(exact && isLearned) && {
      because: exact ? "Training stopped before each unit fitted as well as it can." : "A figure is another one.",
    }),
  };
}

export const maxoutExperiment: Experiment = {
  name: "maxout",
  question: "Which activations can a maxout unit learn?",
  needs: [],
  run,
};

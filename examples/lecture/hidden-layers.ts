/** What hidden layers make of digits: projected to a plane, their classes lie apart layer by layer. */

import { adam, crossEntropy, mlp, type Network, type Shape, type Tensor, tensor, train } from "gradus";
import type { Dataset } from "gradus/data";
import type { Series } from "gradus/pictures";
import { percent } from "../report.ts";
import type { Experiment, Report, Setting, Verdict } from "./experiment.ts";
import { range } from "./numbers.ts";
import { principalPlane } from "./pca.ts";

const layerNames = ["input", "layer 1", "layer 2", "layer 3", "layer 4"];

/** A digit net with four hidden layers. */
const digitNet = (): Network<Shape, Shape> => mlp([28, 28], [128, 128, 128, 128], 10) as Network<Shape, Shape>;

/** The digits as they are, and as each hidden layer gives them: `[digits · values]` per layer. */
async function featuresOf(net: Network<Shape, Shape>, digits: Dataset): Promise<Float32Array[]> {
  const outputs: Tensor[] = [];
  const x = tensor(digits.values(), { shape: [digits.length, ...digits.inputShape] });
  net.apply(net.state, x as Tensor, {
    training: false,
    random: null,
    observe: ({ layer }, output) => {
      if (layer.name === "relu") outputs.push(output);
    },
  });
  return [digits.values(), ...(await Promise.all(outputs.map(async (one) => (await one.data()) as Float32Array)))];
}

/** The mean of each class, and of all. */
function meansOf(values: Float32Array, labels: ArrayLike<number>): { classes: Float64Array[]; all: Float64Array } {
  const d = values.length / labels.length;
  const [sums, counts] = [range(0, 9).map(() => new Float64Array(d)), new Array<number>(10).fill(0)];
  const all = new Float64Array(d);
  for (let i = 0; i < labels.length; i++) {
    counts[labels[i]!]!++;
    for (let j = 0; j < d; j++) sums[labels[i]!]![j]! += values[i * d + j]!;
  }
  for (const sum of sums) for (let j = 0; j < d; j++) all[j]! += sum[j]! / labels.length;
  return { classes: sums.map((sum, c) => sum.map((value) => value / counts[c]!)), all };
}

/** The squared distance of example i to a mean. */
function distance(values: Float32Array, i: number, center: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < center.length; j++) {
    const difference = values[i * center.length + j]! - center[j]!;
    sum += difference * difference;
  }
  return sum;
}

/** The share of examples nearest to the mean of their own class; the means are those of other examples, or the same. */
function nearestMean(values: Float32Array, labels: ArrayLike<number>, means: readonly Float64Array[]): number {
  let right = 0;
  for (let i = 0; i < labels.length; i++) {
    const distances = means.map((center) => distance(values, i, center));
    if (distances.indexOf(Math.min(...distances)) === labels[i]) right++;
  }
  return right / labels.length;
}

/** How far classes lie from each other against how wide they are: the variance of their means over that around them. */
function separation(values: Float32Array, labels: ArrayLike<number>): number {
  const { classes, all } = meansOf(values, labels);
  let [between, within] = [0, 0];
  for (let i = 0; i < labels.length; i++) {
    const center = classes[labels[i]!]!;
    within += distance(values, i, center);
    for (let j = 0; j < all.length; j++) between += (center[j]! - all[j]!) * (center[j]! - all[j]!);
  }
  return between / within;
}

interface Measured {
  readonly nearest: number;
  readonly ratio: number;
  readonly inPlane: number;
  readonly share: number;
}

interface Seen extends Measured {
  readonly points: readonly (readonly [number, number])[];
}

/** Every layer measured: class means from training digits, all else from test digits. */
async function measure(net: Network<Shape, Shape>, training: Dataset, test: Dataset): Promise<Seen[]> {
  const [known, asked] = [await featuresOf(net, training), await featuresOf(net, test)];
  const seen: Seen[] = [];
  for (const [layer, values] of asked.entries()) {
    const { points, share } = await principalPlane(values, test.length);
    const flat = Float32Array.from(points.flat());
    seen.push({
      nearest: nearestMean(values, test.targets, meansOf(known[layer]!, training.targets).classes),
      ratio: separation(values, test.targets),
      inPlane: nearestMean(flat, test.targets, meansOf(flat, test.targets).classes),
      share,
      points,
    });
  }
  return seen;
}

async function run({ short, tell, data }: Setting): Promise<Report> {
  const digits = await data("mnist");
  const [training, test] = [digits.train.take(short ? 4000 : 20_000), digits.test.take(short ? 300 : 2000)];
  const means = training.take(2000);
  const net = digitNet().initialize({ seed: 1 });
  tell("before training");
  const before = await measure(net, means, test);
  tell("training");
  const options = { loss: crossEntropy(), optimizer: adam(), epochs: short ? 3 : 5, batchSize: 100, seed: 1 };
  await train(net, training, options);
  tell("after training");
  const after = await measure(net, means, test);
  const figures = (seen: readonly Seen[]): Measured[] =>
    seen.map(({ nearest, ratio, inPlane, share }) => ({ nearest, ratio, inPlane, share }));
  const table = (title: string, seen: readonly Seen[]) => ({
    title,
    columns: ["", "nearest mean", "between/within", "nearest, plane", "variance in it"],
    rows: seen.map(({ nearest, ratio, inPlane, share }, i) => [layerNames[i]!, nearest, ratio, inPlane, share]),
  });
  const line = (name: string, seen: readonly Seen[]): Series => ({
    name,
    points: seen.map(({ ratio }, i) => ({ x: i, y: ratio })),
  });
  return {
    tables: [table(`After training, ${test.length} test digits`, after), table("Before training", before)],
    pictures: [
      {
        kind: "chart",
        title: "Test digits in the plane of their first two principal components",
        x: { label: "first" },
        y: { label: "second" },
        series: after.flatMap(({ points }, layer) => clouds(layerNames[layer]!, points.slice(0, 500), test.targets)),
      },
      {
        kind: "chart",
        title: "Variance between classes over variance within",
        x: { label: "layer", names: layerNames },
        y: { label: "ratio" },
        series: [line("trained", after), line("not trained", before)],
      },
    ],
    figures: { before: figures(before), after: figures(after) },
    verdict: verdictOf(before, after),
  };
}

function verdictOf(before: readonly Seen[], after: readonly Seen[]): Verdict {
  const [first, last] = [after[0]!, after.at(-1)!];
  const rising = after.every(({ ratio }, i) => i === 0 || ratio > after[i - 1]!.ratio);
  const apart = last.inPlane > first.inPlane + 0.1 && last.nearest > first.nearest;
  const ratios = (seen: readonly Seen[]): string => seen.map(({ ratio }) => ratio.toFixed(2)).join(", ");
  return {
    says: "digits that are mixed up in the plane of the input come apart hidden layer by hidden layer",
    measured:
      `from the input to the last of four hidden layers the variance between classes over that within goes ${ratios(after)} (before ` +
      `training ${ratios(before)}); in the plane ${percent(first.inPlane)} of the digits are nearest to their own class, and ` +
      `${percent(last.inPlane)} at the end; with all values ${percent(first.nearest)} and ${percent(last.nearest)}`,
    agrees: rising && apart ? "yes" : rising || apart ? "partly" : "no",
    ...(!(rising && apart) && {
      because: rising ? "In the plane they hardly come apart." : "Not every layer adds to it.",
    }),
  };
}

/** Six of the digits are drawn: more colours are hard to tell apart. */
const drawn = [0, 1, 3, 4, 7, 9];

function clouds(panel: string, points: Seen["points"], labels: ArrayLike<number>): Series[] {
  return drawn.map((digit) => ({
    name: String(digit),
    panel,
    as: "dots",
    points: points.filter((_, i) => labels[i] === digit).map(([x, y]) => ({ x, y })),
  }));
}

export const hiddenLayersExperiment: Experiment = {
  name: "hidden-layers",
  question: "What do hidden layers make of their inputs?",
  needs: ["mnist"],
  run,
};

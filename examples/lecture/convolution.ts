/** Convolution, pooling and maxout in the lecture's figures, how few parameters they need, and which activations maxout can learn. */

import {
  adam,
  dense,
  lectureCnn,
  maxout as maxoutLayer,
  meanSquaredError,
  network,
  oneCycle,
  type Tensor,
  tensor,
  train,
} from "gradus";
import { fromArrays } from "gradus/data";
import { conv2d, maxout, maxPool2d } from "gradus/functions";
import type { Image } from "gradus/pictures";
import type { Experiment, Report, Setting } from "./experiment.ts";
import { median, range, spaced } from "./numbers.ts";
import { withWeights } from "./weights.ts";

type Rows = readonly (readonly number[])[];

/** The slide's image, its two filters, and what it says comes of them. */
const image = ["100001", "010010", "001100", "100010", "010010", "001010"].map((row) => [...row].map(Number));
const filters: readonly { readonly filter: Rows; readonly map: Rows; readonly pooled: Rows }[] = [
  {
    filter: [
      [1, -1, -1],
      [-1, 1, -1],
      [-1, -1, 1],
    ],
    map: [
      [3, -1, -3, -1],
      [-3, 1, 0, -3],
      [-3, -3, 0, 1],
      [3, -2, -2, -1],
    ],
    pooled: [
      [3, 0],
      [3, 1],
    ],
  },
  {
    filter: [
      [-1, 1, -1],
      [-1, 1, -1],
      [-1, 1, -1],
    ],
    map: [
      [-1, -1, -1, -1],
      [-1, -1, -2, 1],
      [-1, -1, -2, 1],
      [-1, 0, -4, 3],
    ],
    pooled: [
      [-1, 1],
      [0, 3],
    ],
  },
];

/** Both feature maps and what pooling leaves of them. */
async function convolve(): Promise<{ map: Rows; pooled: Rows }[]> {
  const x = tensor(image.flat(), { shape: [1, 6, 6, 1] });
  const weight = tensor(
    filters.flatMap(({ filter }) => filter.flat()),
    { shape: [2, 1, 3, 3] },
  );
  const maps = conv2d(x, weight);
  const channel = async (all: Tensor, index: number): Promise<Rows> => {
    const [, rows, columns] = all.shape as [number, number, number, number];
    const one = all.slice([0, 0, 0, index], [1, rows, columns, index + 1]).reshape([rows, columns]);
    return (await one.array()) as number[][];
  };
  const pooled = maxPool2d(maps, 2);
  return Promise.all(filters.map(async (_, i) => ({ map: await channel(maps, i), pooled: await channel(pooled, i) })));
}

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

interface Learned {
  readonly rms: number;
  readonly y: readonly number[];
}

/** One maxout unit, trained on a function: the root of its mean squared error, and what it gives. */
async function learn(f: (x: number) => number, pieces: number, seed: number, epochs: number): Promise<Learned> {
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

async function run({ short, tell }: Setting): Promise<Report> {
  const found = await convolve();
  const same = (a: Rows, b: Rows): boolean => JSON.stringify(a) === JSON.stringify(b);
  const exact = found.every(({ map, pooled }, i) => same(map, filters[i]!.map) && same(pooled, filters[i]!.pooled));
  const groups = await maxout(tensor([5, 7, -1, 1, 1, 2, 4, 3]), 2).array();
  const relu = withWeights(network([1], dense(2), maxoutLayer(2)), [1, 0], [0, 0]);
  const asRelu = ((await relu.predict(tensor(xs).expand(1))) as number[][]).every(
    ([y], i) => y === Math.max(0, Math.fround(xs[i]!)),
  );
  const cnn = lectureCnn();
  const parameters = cnn.layers.map(({ layer, parameters }) => ({
    layer: layer.title,
    count: parameters.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0),
  }));
  const seeds = range(1, short ? 1 : 5);
  const learned: { name: string; pieces: number; rms: number; least: number }[] = [];
  const curves: Record<string, readonly number[]> = {};
  for (const { name, f, pieces, least } of targets) {
    for (const count of pieces) {
      tell(`${name} with ${count} pieces`);
      const all: Learned[] = [];
      for (const seed of seeds) all.push(await learn(f, count, seed, short ? 500 : 3000));
      const rms = median(all.map(({ rms }) => rms));
      curves[name] = all.find((one) => one.rms === rms)!.y;
      learned.push({ name, pieces: count, rms, least: least(count) });
    }
  }
  const right = groups.join() === "7,1,2,4" && asRelu;
  const isLearned = learned.every(({ rms, least }) => rms <= 1.5 * least + 0.001);
  const agrees = exact && right && cnn.parameterCount === 137_660;
  return {
    tables: [
      {
        title: "The slide's image under its two filters",
        columns: ["filter", "as on the slide", "after 2×2 max pooling", "feature map"],
        rows: found.map(({ map, pooled }, i) => [
          i + 1,
          same(map, filters[i]!.map) && same(pooled, filters[i]!.pooled) ? "yes" : "no",
          pooled.map((row) => row.join(" ")).join(" | "),
          map.map((row) => row.join(" ")).join(" | "),
        ]),
      },
      {
        title: "The lecture's convolutional network",
        columns: ["layer", "parameters"],
        rows: [
          ...parameters.filter(({ count }) => count > 0).map(({ layer, count }) => [layer, String(count)]),
          ["all", String(cnn.parameterCount)],
        ],
      },
      {
        title: `One maxout unit learns a function on [−1, 1], ${seeds.length} starts`,
        columns: ["function", "pieces", "root mean squared error", "least possible"],
        rows: learned.map(({ name, pieces, rms, least }) => [name, pieces, rms, least]),
      },
    ],
    pictures: [
      {
        kind: "images",
        title: "Image, filters, feature maps, what pooling leaves",
        scale: "signed",
        images: [
          picture("image", image),
          ...found.flatMap(({ map, pooled }, i) => [
            picture(`filter ${i + 1}`, filters[i]!.filter),
            picture("its map", map),
            picture("pooled", pooled),
          ]),
        ],
      },
      {
        kind: "chart",
        title: "What maxout units have learned",
        x: { label: "x" },
        y: { label: "y" },
        series: targets.map(({ name }) => ({ name, points: curves[name]!.map((y, i) => ({ x: xs[i]!, y })) })),
      },
    ],
    figures: { found, groups, parameters, total: cnn.parameterCount, learned },
    verdict: {
      says:
        "the filters make the maps of the slide, maxout makes 7, 1 and 2, 4, the network has few parameters (137,660 by its layers), and " +
        "a maxout unit can learn relu and any piecewise linear convex activation",
      measured:
        `the maps and what pooling leaves are ${exact ? "the same numbers" : "other numbers"}, maxout gives ${groups.join(", ")}, the network ` +
        `has ${cnn.parameterCount} parameters; a unit with weights 1 and 0 ${asRelu ? "is" : "is not"} relu, trained ones are off by ` +
        `${learned[0]!.rms.toExponential(1)} (relu), ${learned[1]!.rms.toExponential(1)} (|x|) and, with 8 pieces, ` +
        `${learned.find(({ name, pieces }) => name === "x²" && pieces === 8)!.rms.toExponential(1)} (x²), but ` +
        `${learned.at(-1)!.rms.toFixed(2)} where the function is not convex`,
      agrees: agrees && isLearned ? "yes" : agrees ? "partly" : "no",
      ...(!(agrees && isLearned) && {
        because: agrees ? "Training stopped before the unit fitted." : "A figure is another one.",
      }),
    },
  };
}

function picture(title: string, rows: Rows): Image {
  return { title, rows: rows.length, columns: rows[0]!.length, values: rows.flat() };
}

export const convolutionExperiment: Experiment = {
  name: "convolution",
  question: "What do convolution, pooling and maxout compute, and with how few parameters?",
  needs: [],
  run,
};

/** Softmax and cross entropy in figures, and why not squared error: far from the target its surface is flat. */

import { crossEntropy, grad, sgd, type Tensor, tensor } from "gradus";
import { sigmoid, softmax, softplus } from "gradus/functions";
import type { Surface } from "gradus/pictures";
import { hours, passed } from "../logistic-regression.ts";
import type { Experiment, Report, Setting, Verdict } from "./experiment.ts";
import { type Frame, pathOf, surface } from "./grid.ts";
import { range } from "./numbers.ts";
import { column } from "./pokemon.ts";
import { type Height, type Walk, walk } from "./walk.ts";

/** Of the lecture, or computed by hand to more digits. */
const known = { softmax: [0.878878242732, 0.118943235911, 0.002178521357], seventy: 0.356675, ten: Math.LN10 };

type Figures = Readonly<typeof known>;

async function examples(): Promise<Figures> {
  const probabilities = await softmax(tensor([3, 1, -3], { dtype: "float64" })).array();
  const cost = async (p: number[], label: number): Promise<number> => {
    const logits = tensor(p, { dtype: "float64" }).log().expand(0) as Tensor;
    return Number(
      (
        await crossEntropy()
          .perExample(logits, tensor([label], { dtype: "int32" }))
          .data()
      )[0],
    );
  };
  return { softmax: probabilities, seventy: await cost([0.7, 0.2, 0.1], 0), ten: await cost(Array(10).fill(0.1), 3) };
}

/** z = w · x + b of every example at every point: `[points, examples]`. */
const logits = (points: Parameters<Height>[0]): ReturnType<typeof column> =>
  column(points, 0).mul(tensor(hours)).add(column(points, 1));

/** Both losses of the same neuron on the same ten examples: who learned x hours more than others, and who passed. */
const losses: Readonly<Record<"cross entropy" | "squared error", Height>> = {
  "cross entropy": (points) => {
    const z = logits(points);
    return softplus(z)
      .sub(z.mul(tensor(passed)))
      .mean(1);
  },
  "squared error": (points) => sigmoid(logits(points)).sub(tensor(passed)).square().mean(1),
};
type Name = keyof typeof losses;
const names = Object.keys(losses) as Name[];

interface Gradients {
  readonly z: number;
  readonly crossEntropy: number;
  readonly squaredError: number;
}

/** The sizes of both gradients for one neuron whose answer should be 1. */
async function gradients(): Promise<Gradients[]> {
  const zs = range(-4, 4).map((z) => 2 * z);
  const z = tensor(zs, { dtype: "float64" });
  const cross = await grad((z: Tensor) => softplus(z.neg()).sum())(z).array();
  const squared = await grad((z: Tensor) => sigmoid(z).sub(1).square().sum())(z).array();
  return zs.map((z, i) => ({ z, crossEntropy: -(cross as number[])[i]!, squaredError: -(squared as number[])[i]! }));
}

/** Two places where most answers are wrong, and sure of it. */
const starts = [
  [-2, -6],
  [-5, -5],
] as const;
const learningRate = 0.5;
const steps: Readonly<Record<Name, number>> = { "cross entropy": 250, "squared error": 5000 };

/** Where descent on each loss goes from one start. */
async function descend(from: readonly [number, number]): Promise<Record<Name, Walk>> {
  const go = (name: Name): Promise<Walk> =>
    walk(losses[name], { from, optimizer: sgd({ learningRate }), steps: steps[name], every: steps[name] / 250 });
  return { "cross entropy": await go("cross entropy"), "squared error": await go("squared error") };
}

/** Steps until the neuron does better than guessing, by cross entropy; null where it never does. */
async function stepsUntilUseful({ path }: Walk): Promise<number | null> {
  const places = tensor(
    path.flatMap(({ x, y }) => [x, y]),
    { shape: [path.length, 2] },
  );
  const index = (await losses["cross entropy"](places).data()).findIndex((loss) => Number(loss) < Math.LN2);
  return index < 0 ? null : path[index]!.step;
}

interface Found {
  readonly figures: Figures;
  readonly gradients: readonly Gradients[];
  /** From each start, by loss: the walk, and the steps until the neuron is of use. */
  readonly walks: readonly Record<Name, Walk>[];
  readonly needed: readonly Record<Name, string | number>[];
}

async function measure({ tell }: Setting): Promise<Found> {
  const walks: Record<Name, Walk>[] = [];
  const needed: Record<Name, string | number>[] = [];
  for (const from of starts) {
    tell(`from w = ${from[0]}, b = ${from[1]}`);
    const walked = await descend(from);
    walks.push(walked);
    const shown = async (name: Name): Promise<string | number> =>
      (await stepsUntilUseful(walked[name])) ?? `more than ${steps[name]}`;
    needed.push({ "cross entropy": await shown("cross entropy"), "squared error": await shown("squared error") });
  }
  return { figures: await examples(), gradients: await gradients(), walks, needed };
}

async function run(setting: Setting): Promise<Report> {
  const found = await measure(setting);
  const { figures, gradients, walks, needed } = found;
  const frame = (title: string): Frame => ({
    title,
    x: { label: "w", from: -7, to: 7 },
    y: { label: "b", from: -7, to: 7 },
  });
  const over = (name: Name, title: string): Promise<Surface> => {
    const paths = starts.map((from, i) => pathOf(`from ${from.join(", ")}`, walks[i]![name]));
    return surface(losses[name], frame(title), paths);
  };
  return {
    tables: [
      {
        title: "Softmax and cross entropy",
        columns: ["what", "lecture", "measured"],
        rows: [
          ["softmax of (3, 1, −3)", "0.88, 0.12, ≈ 0", figures.softmax.map((p) => p.toFixed(6)).join(", ")],
          ["−ln 0.7", known.seventy, figures.seventy.toFixed(6)],
          ["guessing evenly among ten", "2.302585", figures.ten.toFixed(6)],
        ],
      },
      {
        title: "−∂C/∂z where 1 is right",
        columns: ["z", "cross entropy", "squared error"],
        rows: gradients.map(({ z, crossEntropy, squaredError }) => [z, crossEntropy, squaredError]),
      },
      {
        title: `Steps of descent until better than guessing, learning rate ${learningRate}`,
        columns: ["from w, b", ...names],
        rows: starts.map((from, i) => [from.join(", "), ...names.map((name) => needed[i]![name])]),
      },
    ],
    pictures: [
      await over("cross entropy", "Cross entropy over w and b"),
      await over("squared error", "Squared error over w and b"),
      {
        kind: "chart",
        title: "The size of the gradient where 1 is right",
        x: { label: "z" },
        y: { label: "|∂C/∂z|" },
        series: [
          { name: "cross entropy", points: gradients.map(({ z, crossEntropy }) => ({ x: z, y: crossEntropy })) },
          { name: "squared error", points: gradients.map(({ z, squaredError }) => ({ x: z, y: squaredError })) },
        ],
      },
    ],
    figures: { ...figures, gradients, steps: needed },
    verdict: verdictOf(found),
  };
}

function verdictOf({ figures, gradients, needed }: Found): Verdict {
  const worst = Math.max(...figures.softmax.map((value, i) => Math.abs(value - known.softmax[i]!)));
  const exact =
    worst < 1e-12 && Math.abs(figures.seventy - known.seventy) < 5e-7 && Math.abs(figures.ten - known.ten) < 1e-12;
  const [far, [near, away]] = [gradients[0]!, needed] as const;
  const ratio = far.squaredError / far.crossEntropy;
  const flat = ratio < 0.01 && Number(near!["squared error"]) > 10 * Number(near!["cross entropy"]);
  return {
    says: "softmax of (3, 1, −3) is 0.88, 0.12 and nearly 0, and that squared error is flat far from the target, where cross entropy is steep",
    measured:
      `${figures.softmax.map((p) => p.toFixed(3)).join(", ")}; at z = ${far.z} the gradient of squared error is ${ratio.toExponential(1)} of cross ` +
      `entropy's; from w = −2, b = −6 it takes ${near!["squared error"]} steps against ${near!["cross entropy"]} to do better than ` +
      `guessing, from −5, −5 ${away!["squared error"]} against ${away!["cross entropy"]}`,
    agrees: exact && flat ? "yes" : exact || flat ? "partly" : "no",
    ...(!(exact && flat) && { because: exact ? "Squared error is not flat here." : "A figure is off." }),
  };
}

export const softmaxExperiment: Experiment = {
  name: "softmax",
  question: "What do softmax and cross entropy compute, and why not squared error?",
  needs: [],
  run,
};

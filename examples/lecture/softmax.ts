/** Softmax and cross entropy in figures, and why not squared error: far from the target its surface is flat. */

import { crossEntropy, grad, sgd, type Tensor, tensor } from "gradus";
import { sigmoid, softmax, softplus } from "gradus/functions";
import { hours, passed } from "../logistic-regression.ts";
import type { Experiment, Report, Setting } from "./experiment.ts";
import { type Frame, pathOf, surface } from "./grid.ts";
import { range } from "./numbers.ts";
import { column } from "./pokemon.ts";
import { type Height, type Walk, walk } from "./walk.ts";

/** Of the lecture, or computed by hand to more digits. */
const known = { softmax: [0.878878242732, 0.118943235911, 0.002178521357], seventy: 0.356675, ten: Math.LN10 };

async function examples(): Promise<{ softmax: number[]; seventy: number; ten: number }> {
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

/** The sizes of both gradients for one neuron whose answer should be 1. */
async function gradients(): Promise<{ z: number; crossEntropy: number; squaredError: number }[]> {
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

async function run({ tell }: Setting): Promise<Report> {
  const found = await examples();
  const table = await gradients();
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
  const frame = (title: string): Frame => ({
    title,
    x: { label: "w", from: -7, to: 7 },
    y: { label: "b", from: -7, to: 7 },
  });
  const worst = Math.max(...found.softmax.map((value, i) => Math.abs(value - known.softmax[i]!)));
  const exact =
    worst < 1e-12 && Math.abs(found.seventy - known.seventy) < 5e-7 && Math.abs(found.ten - known.ten) < 1e-12;
  const ratio = table[0]!.squaredError / table[0]!.crossEntropy;
  const flat = ratio < 0.01 && Number(needed[0]!["squared error"]) > 10 * Number(needed[0]!["cross entropy"]);
  return {
    tables: [
      {
        title: "Softmax and cross entropy",
        columns: ["what", "lecture", "measured"],
        rows: [
          ["softmax of (3, 1, −3)", "0.88, 0.12, ≈ 0", found.softmax.map((p) => p.toFixed(6)).join(", ")],
          ["−ln 0.7", known.seventy, found.seventy.toFixed(6)],
          ["guessing evenly among ten", "2.302585", found.ten.toFixed(6)],
        ],
      },
      {
        title: "−∂C/∂z where 1 is right",
        columns: ["z", "cross entropy", "squared error"],
        rows: table.map(({ z, crossEntropy, squaredError }) => [z, crossEntropy, squaredError]),
      },
      {
        title: `Steps of descent until better than guessing, learning rate ${learningRate}`,
        columns: ["from w, b", ...names],
        rows: starts.map((from, i) => [from.join(", "), ...names.map((name) => needed[i]![name])]),
      },
    ],
    pictures: [
      ...(await Promise.all(
        names.map((name) =>
          surface(losses[name], frame(`${name[0]!.toUpperCase()}${name.slice(1)} over w and b`), [
            ...starts.map((from, i) => pathOf(`from ${from.join(", ")}`, walks[i]![name])),
          ]),
        ),
      )),
      {
        kind: "chart",
        title: "The size of the gradient where 1 is right",
        x: { label: "z" },
        y: { label: "|∂C/∂z|" },
        series: [
          { name: "cross entropy", points: table.map(({ z, crossEntropy }) => ({ x: z, y: crossEntropy })) },
          { name: "squared error", points: table.map(({ z, squaredError }) => ({ x: z, y: squaredError })) },
        ],
      },
    ],
    figures: {
      ...found,
      gradients: table,
      steps: needed,
    },
    verdict: {
      says: "softmax of (3, 1, −3) is 0.88, 0.12 and nearly 0, and that squared error is flat far from the target, where cross entropy is steep",
      measured:
        `${found.softmax.map((p) => p.toFixed(3)).join(", ")}; at z = −8 the gradient of squared error is ${ratio.toExponential(1)} of cross ` +
        `entropy's; from w = −2, b = −6 it takes ${needed[0]!["squared error"]} steps against ${needed[0]!["cross entropy"]} to do better than ` +
        `guessing, from −5, −5 ${needed[1]!["squared error"]} against ${needed[1]!["cross entropy"]}`,
      agrees: exact && flat ? "yes" : exact || flat ? "partly" : "no",
      ...(!(exact && flat) && { because: exact ? "Squared error is not flat here." : "A figure is off." }),
    },
  };
}

export const softmaxExperiment: Experiment = {
  name: "softmax",
  question: "What do softmax and cross entropy compute, and why not squared error?",
  needs: [],
  run,
};

/** Gradient descent on the lecture's first loss surface: learning rates too small and too large, and one for each parameter. */

import { adagrad, type Optimizer, sgd } from "gradus";
import type { Experiment, Report, Setting, Verdict } from "./experiment.ts";
import { type Frame, pathOf, surface } from "./grid.ts";
import { bowl, squaredErrors, start } from "./pokemon.ts";
import { type Walk, walk } from "./walk.ts";

/** Learning rates as the lecture tries them, one after the other, and both sides of the limit. */
function ways(limit: number): readonly (readonly [string, Optimizer])[] {
  const rate = (learningRate: number): Optimizer => sgd({ learningRate });
  return [
    ["1e-7", rate(1e-7)],
    ["1e-6", rate(1e-6)],
    ["1e-5", rate(1e-5)],
    ["0.99 · limit", rate(0.99 * limit)],
    ["1.01 · limit", rate(1.01 * limit)],
    ["Adagrad, 1", adagrad({ learningRate: 1 })],
  ];
}

/** From other corners of the picture there is no other valley to end in. */
const corners = [
  [-200, 5],
  [-100, 5],
  [-200, -5],
] as const;

interface Found {
  readonly steps: number;
  readonly minimum: ReturnType<typeof bowl>;
  readonly walked: Readonly<Record<string, Walk>>;
  /** Where Adagrad ends from the other corners. */
  readonly corners: readonly { readonly b: number; readonly w: number }[];
}

async function measure({ short, tell }: Setting): Promise<Found> {
  const minimum = bowl();
  const steps = short ? 20_000 : 100_000;
  const go = (from: readonly [number, number], optimizer: Optimizer): Promise<Walk> =>
    walk(squaredErrors, { from, optimizer, steps, every: steps / 250 });
  const walked: Record<string, Walk> = {};
  for (const [name, optimizer] of ways(minimum.limit)) {
    tell(`learning rate ${name}`);
    walked[name] = await go(start, optimizer);
  }
  const ends: { b: number; w: number }[] = [];
  for (const from of corners) {
    const { x: b, y: w } = (await go(from, adagrad({ learningRate: 1 }))).path.at(-1)!;
    ends.push({ b, w });
  }
  return { steps, minimum, walked, corners: ends };
}

/** Where each learning rate leads, or the step at which it is lost. */
function outcomesOf({ walked }: Found): { name: string; b?: number; w?: number; loss?: number; lost?: number }[] {
  return Object.entries(walked).map(([name, { path, heights, lost }]) => {
    const { x: b, y: w } = path.at(-1)!;
    return lost === null ? { name, b, w, loss: heights.at(-1)! } : { name, lost };
  });
}

async function run(setting: Setting): Promise<Report> {
  const found = await measure(setting);
  const { steps, minimum, walked, corners: ends } = found;
  const outcomes = outcomesOf(found);
  const flight = await walk(squaredErrors, { from: start, optimizer: sgd({ learningRate: 1e-5 }), steps: 2 });
  return {
    tables: [
      {
        title: `${steps} steps from b = −120, w = −4; the limit is ${minimum.limit.toExponential(3)}`,
        columns: ["learning rate", "b", "w", "loss"],
        rows: [
          ...outcomes.map(({ name, b, w, loss, lost }) =>
            lost === undefined ? [name, b!, w!, loss!] : [name, "—", "—", `not finite at step ${lost}`],
          ),
          ["the minimum", minimum.b, minimum.w, minimum.loss],
        ],
      },
      {
        title: "Adagrad from other corners",
        columns: ["from b", "from w", "to b", "to w"],
        rows: corners.map(([b, w], index) => [b, w, ends[index]!.b, ends[index]!.w]),
      },
    ],
    pictures: [
      await surface(squaredErrors, frame, [
        ...["1e-7", "1e-6", "Adagrad, 1"].map((name) => pathOf(name, walked[name]!)),
        pathOf("1e-5 (two steps)", flight),
        { name: "minimum", as: "dots", points: [{ x: minimum.b, y: minimum.w }] },
      ]),
    ],
    figures: { steps, minimum, outcomes, corners: ends },
    verdict: verdictOf(found),
  };
}

const frame: Frame = {
  title: "The loss over b and w, and where descent goes",
  x: { label: "b", from: -200, to: -100 },
  y: { label: "w", from: -5, to: 5 },
};

function verdictOf({ steps, minimum, walked, corners }: Found): Verdict {
  const missing = (name: string): number => Math.abs(walked[name]!.path.at(-1)!.x - minimum.b);
  const far = Math.max(...corners.map(({ b }) => Math.abs(b - minimum.b)));
  const asSaid = missing("1e-7") > 10 && missing("1e-6") > 10 && walked["1e-5"]!.lost !== null;
  const arrived = missing("Adagrad, 1") < 1 && far < 1;
  return {
    says:
      "after 100,000 steps rates of 1e-7 and 1e-6 are not at the minimum (−188.4, 2.67), that 1e-5 flies out of the picture, and that " +
      "a rate of its own for each parameter, Adagrad's, arrives; the surface of a line has no other minimum",
    measured:
      `b is off by ${missing("1e-7").toFixed(1)} and ${missing("1e-6").toFixed(1)}; 1e-5 is no longer finite at step ` +
      `${walked["1e-5"]!.lost}; Adagrad is off by ${missing("Adagrad, 1").toFixed(2)}, from other corners by at most ${far.toFixed(2)}`,
    agrees: asSaid && arrived ? "yes" : asSaid || arrived ? "partly" : "no",
    ...(!(asSaid && arrived) && { because: `${steps} steps are too few for Adagrad's shrinking ones.` }),
  };
}

export const descentExperiment: Experiment = {
  name: "descent",
  question: "How does gradient descent go down a loss surface, and how long are its steps to be?",
  needs: [],
  run,
};

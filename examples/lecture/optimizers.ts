/** The lecture's optimizers on surfaces of two parameters: who goes through a narrow valley, over a hill, off a ridge, on over a plain. */

import { adagrad, adam, type Optimizer, rmsprop, sgd } from "gradus";
import type { Series, Surface } from "gradus/pictures";
import type { Experiment, Report, Setting, Verdict } from "./experiment.ts";
import { pathOf, surface } from "./grid.ts";
import { type TerrainName, terrains } from "./surfaces.ts";
import { walk } from "./walk.ts";

const optimizers = {
  SGD: (learningRate: number): Optimizer => sgd({ learningRate }),
  momentum: (learningRate: number): Optimizer => sgd({ learningRate, momentum: 0.9 }),
  Adagrad: (learningRate: number): Optimizer => adagrad({ learningRate }),
  RMSProp: (learningRate: number): Optimizer => rmsprop({ learningRate, alpha: 0.9 }),
  Adam: (learningRate: number): Optimizer => adam({ learningRate }),
};
type OptimizerName = keyof typeof optimizers;

const names = Object.keys(optimizers) as OptimizerName[];
const surfaces = Object.keys(terrains) as TerrainName[];
const allRates = [1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3, 1];
/** A walk has arrived from where on it stays below this height. */
const level = 0.01;

interface Outcome {
  readonly surface: TerrainName;
  readonly optimizer: OptimizerName;
  /** At how many of the learning rates it arrives, and the fewest steps with the rate that needs them; 0 and none where it never does. */
  readonly arrives: number;
  readonly steps?: number;
  readonly rate?: number;
}

/** An optimizer on a surface with each of the learning rates. */
async function tryRates(
  surface: TerrainName,
  optimizer: OptimizerName,
  rates: readonly number[],
  most: number,
): Promise<Outcome> {
  const { height, from } = terrains[surface];
  const arrivals: { steps: number; rate: number }[] = [];
  for (const rate of rates) {
    const options = { from, optimizer: optimizers[optimizer](rate), steps: most, every: most };
    const { heights, lost } = await walk(height, options);
    const steps = heights.findLastIndex((value) => value >= level) + 1;
    if (lost === null && steps < most) arrivals.push({ steps, rate });
  }
  const [best] = arrivals.toSorted((a, b) => a.steps - b.steps);
  return { surface, optimizer, arrives: arrivals.length, ...best };
}

type Find = (surface: TerrainName, optimizer: OptimizerName) => Outcome;

interface Found {
  readonly outcomes: readonly Outcome[];
  readonly rates: readonly number[];
  /** Steps of a walk at most. */
  readonly most: number;
}

async function measure({ short, tell }: Setting): Promise<Found> {
  const rates = short ? allRates.filter((_, i) => i % 2 === 0) : allRates;
  const most = short ? 1000 : 5000;
  const outcomes: Outcome[] = [];
  for (const name of surfaces) {
    tell(name);
    for (const optimizer of names) outcomes.push(await tryRates(name, optimizer, rates, most));
  }
  return { outcomes, rates, most };
}

async function run(setting: Setting): Promise<Report> {
  const found = await measure(setting);
  const { outcomes, rates } = found;
  const of: Find = (name, optimizer) => outcomes.find((one) => one.surface === name && one.optimizer === optimizer)!;
  const inRow = (name: TerrainName, show: (outcome: Outcome) => string | number): (string | number)[] => [
    name,
    ...names.map((optimizer) => show(of(name, optimizer))),
  ];
  const drawn = ["valley", "valley, turned", "hill", "steep, then flat"] as const;
  return {
    tables: [
      {
        title: `Fewest steps until the height stays below ${level} (at how many of ${rates.length} learning rates it does)`,
        columns: ["surface", ...names],
        rows: surfaces.map((name) =>
          inRow(name, ({ steps, arrives }) => (steps === undefined ? "—" : `${steps} (${arrives})`)),
        ),
      },
      {
        title: "The learning rates of the fewest steps",
        columns: ["surface", ...names],
        rows: surfaces.map((name) => inRow(name, ({ rate }) => rate ?? "—")),
      },
    ],
    pictures: await Promise.all(drawn.map((name) => picture(name, of))),
    figures: { outcomes, holds: claims(of) },
    verdict: verdictOf(of, found),
  };
}

const stepsOf = ({ steps = Infinity }: Outcome): number => steps;

/** What the lecture says of each, as comparisons, and whether they hold. */
function claims(of: Find): Record<string, boolean> {
  const quicker = (surface: TerrainName, one: OptimizerName, other: OptimizerName): boolean =>
    stepsOf(of(surface, one)) < stepsOf(of(surface, other));
  return {
    "momentum passes the hill at more rates than SGD": of("hill", "momentum").arrives > of("hill", "SGD").arrives,
    "momentum is quicker than SGD over the plain": quicker("steep, then flat", "momentum", "SGD"),
    "Adagrad is quicker than SGD in the valley": quicker("valley", "Adagrad", "SGD"),
    "RMSProp is quicker than Adagrad after a steep beginning": quicker("steep, then flat", "RMSProp", "Adagrad"),
    "Adam arrives everywhere": surfaces.every((name) => of(name, "Adam").arrives > 0),
  };
}

function verdictOf(of: Find, { rates, most }: Found): Verdict {
  const told = (name: TerrainName, optimizer: OptimizerName): string =>
    `${of(name, optimizer).steps ?? `more than ${most}`}`;
  const holds = claims(of);
  const failing = Object.keys(holds).filter((claim) => !holds[claim]);
  const everywhere = surfaces.filter((name) => of(name, "Adam").arrives > 0).length;
  return {
    says:
      "momentum carries over plains and small hills, Adagrad gives each parameter its own rate but ever shorter steps, RMSProp forgets old " +
      "gradients, and Adam joins RMSProp and momentum",
    measured:
      `momentum gets over the hill at ${of("hill", "momentum").arrives} of ${rates.length} rates, SGD at ${of("hill", "SGD").arrives}; in the valley ` +
      `Adagrad takes ${told("valley", "Adagrad")} steps and SGD ${told("valley", "SGD")}, in the same valley turned by 45° ` +
      `${told("valley, turned", "Adagrad")} and ${told("valley, turned", "SGD")}; from steep to flat SGD takes ` +
      `${told("steep, then flat", "SGD")}, momentum ${told("steep, then flat", "momentum")}, Adagrad ` +
      `${told("steep, then flat", "Adagrad")} and RMSProp ${told("steep, then flat", "RMSProp")}; Adam arrives on ${everywhere} of ` +
      `${surfaces.length} surfaces`,
    agrees: failing.length === 0 ? "yes" : failing.length === Object.keys(holds).length ? "no" : "partly",
    ...(failing.length > 0 && { because: `It is not so that ${failing.join(", nor that ")}.` }),
  };
}

/** A surface with the ways of all five at their best rates; who never arrives is drawn with 0.1. */
async function picture(name: TerrainName, of: Find): Promise<Surface> {
  const { height, from, frame } = terrains[name];
  const paths: Series[] = [];
  for (const optimizer of names) {
    const { rate = 0.1, steps = 300 } = of(name, optimizer);
    const options = { from, optimizer: optimizers[optimizer](rate), steps: Math.min(300, steps + 1) };
    paths.push(pathOf(optimizer, await walk(height, options)));
  }
  return surface(height, frame, paths);
}

export const optimizersExperiment: Experiment = {
  name: "optimizers",
  question: "What is each optimizer good for?",
  needs: [],
  run,
};

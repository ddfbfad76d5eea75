/**
 * Parity: is the number of ones odd? The lecture's example of what is short in many layers and long in two, by circuits of gates, by relu
 * networks built by hand, and by networks that learn it.
 */

import { accuracy, adam, crossEntropy, mlp, oneCycle, train } from "gradus";
import { type Dataset, fromArrays } from "gradus/data";
import type { Series } from "gradus/pictures";
import { percent } from "../report.ts";
import type { Experiment, Report, Setting, Verdict } from "./experiment.ts";
import { median, range } from "./numbers.ts";
import { type Built, built, inputsOf, parityOf } from "./parity-by-hand.ts";

function cases(n: number): Dataset<[number]> {
  const inputs = inputsOf(n);
  return fromArrays({ inputs, targets: inputs.map(parityOf), classes: ["even", "odd"], inputShape: [n] });
}

interface Learned {
  readonly hidden: readonly number[];
  readonly parameters: number;
  /** The median share of all inputs that a seed gets right, and how many seeds get all. */
  readonly right: number;
  readonly perfect: number;
}

async function learn(n: number, hidden: readonly number[], seeds: readonly number[], epochs: number): Promise<Learned> {
  const data = cases(n);
  const shares: number[] = [];
  for (const seed of seeds) {
    const options = {
      loss: crossEntropy(),
      optimizer: adam({ learningRate: oneCycle(0.01) }),
      epochs,
      batchSize: 32,
      seed,
    };
    const result = await train(mlp([n], hidden, 2), data, { ...options, validation: data, metrics: [accuracy()] });
    shares.push(result.accuracy!);
  }
  const parameters = mlp([n], hidden, 2).parameterCount;
  return { hidden, parameters, right: median(shares), perfect: shares.filter((share) => share === 1).length };
}

interface Found {
  readonly sizes: readonly Built[];
  readonly n: number;
  readonly seeds: number;
  /** Three layers and one, with as many parameters. */
  readonly pairs: readonly { readonly deep: Learned; readonly shallow: Learned }[];
}

async function measure({ short, tell }: Setting): Promise<Found> {
  const sizes: Built[] = [];
  for (const n of short ? [2, 3, 4, 5, 8] : range(2, 12)) sizes.push(await built(n));
  const [n, epochs] = short ? [4, 100] : [10, 1000];
  const seeds = range(1, short ? 2 : 10);
  const pairs: { deep: Learned; shallow: Learned }[] = [];
  for (const width of short ? [4] : [4, 6, 8, 12, 16]) {
    tell(`${n} bits, three layers of ${width} against one`);
    const tall = await learn(n, [width, width, width], seeds, epochs);
    // One layer of h units has (n + 3) h + 2 parameters.
    const units = Math.round((tall.parameters - 2) / (n + 3));
    pairs.push({ deep: tall, shallow: await learn(n, [units], seeds, epochs) });
  }
  return { sizes, n, seeds: seeds.length, pairs };
}

async function run(setting: Setting): Promise<Report> {
  const found = await measure(setting);
  const { sizes, n, seeds, pairs } = found;
  const line = (name: string, pick: (row: Built) => number): Series => ({
    name,
    points: sizes.map((row) => ({ x: row.n, y: pick(row) })),
  });
  const learned = (name: string, kind: "deep" | "shallow"): Series => ({
    name,
    points: pairs.map((pair) => ({ x: pair[kind].parameters, y: pair[kind].perfect })),
  });
  const cells = ({ hidden, right, perfect }: Learned): (string | number)[] => [hidden.join("-"), right, perfect];
  return {
    tables: [
      {
        title: "Built by hand, right for all inputs",
        columns: ["bits", "gates, two layers", "gates, chain", "relu units, one layer", "relu units, deep"],
        rows: sizes.map(({ n, twoLayers, chain, wide, deep }) => [n, twoLayers, chain, wide, deep]),
      },
      {
        title: `${n} bits learned by ${seeds} seeds: median share right, seeds with all right`,
        columns: ["parameters", "three layers", "right", "all", "one layer", "right", "all"],
        rows: pairs.map(({ deep, shallow }) => [
          `${deep.parameters} / ${shallow.parameters}`,
          ...cells(deep),
          ...cells(shallow),
        ]),
      },
    ],
    pictures: [
      {
        kind: "chart",
        title: "What parity needs",
        x: { label: "bits" },
        y: { label: "gates or units", log: true },
        series: [
          line("gates, two layers", ({ twoLayers }) => twoLayers),
          line("gates, chain", ({ chain }) => chain),
          line("relu, one layer", ({ wide }) => wide),
          line("relu, deep", ({ deep }) => deep),
        ],
      },
      {
        kind: "chart",
        title: `Seeds of ${seeds} that learn parity of ${n} bits`,
        x: { label: "parameters" },
        y: { label: "seeds" },
        series: [learned("three layers", "deep"), learned("one layer", "shallow")],
      },
    ],
    figures: { built: sizes, n, pairs },
    verdict: verdictOf(found),
  };
}

function verdictOf({ sizes, n, pairs }: Found): Verdict {
  const [last, { deep, shallow }] = [sizes.at(-1)!, pairs[Math.floor(pairs.length / 2)]!];
  const gates = sizes.every(
    ({ n, twoLayers, chain, gatesRight }) => gatesRight && twoLayers === 2 ** (n - 1) + 1 && chain === 3 * (n - 1),
  );
  const units = sizes.every(({ unitsRight }) => unitsRight);
  const better = pairs.filter(({ deep, shallow }) => deep.perfect > shallow.perfect).length;
  const worse = pairs.filter(({ deep, shallow }) => deep.perfect < shallow.perfect).length;
  return {
    says: "parity of d bits needs O(2^d) gates in two layers and O(d) in many, and takes gates as a picture of neurons",
    measured:
      `${last.n} bits need ${last.twoLayers} gates in two layers and ${last.chain} in a chain; but one hidden layer of ${last.wide} relu units ` +
      `${units ? "is right for all inputs as well" : "is not right for all inputs"}, and ${last.deep} units in layers of two; with about ` +
      `${deep.parameters} parameters three layers learn ${n} bits to ${percent(deep.right)} in the median and one layer to ` +
      `${percent(shallow.right)}; of ${pairs.length} sizes, more seeds of three layers learn all at ${better}, fewer at ${worse}`,
    agrees: gates && !units ? "yes" : gates ? "partly" : "no",
    ...(units && {
      because:
        "It is so for gates; but neurons add up what comes in and so can count: for them it is d units against about 2 log₂ d, not 2^d " +
        "against d.",
    }),
    ...(!gates && { because: "A circuit built here is not right for all inputs." }),
  };
}

export const parityExperiment: Experiment = {
  name: "parity",
  question: "Is parity short in many layers and long in two?",
  needs: [],
  run,
};

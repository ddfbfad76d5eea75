/**
 * Parity: is the number of ones odd? The lecture's example of what is short in many layers and long in two, by circuits of gates, by relu
 * networks built by hand, and by networks that learn it.
 */

import { accuracy, adam, crossEntropy, mlp, type Network, oneCycle, tensor, train } from "gradus";
import { type Dataset, fromArrays } from "gradus/data";
import { percent } from "../report.ts";
import type { Experiment, Report, Setting } from "./experiment.ts";
import { median, range } from "./numbers.ts";
import { withWeights } from "./weights.ts";

/** All inputs of n bits. */
const inputsOf = (n: number): number[][] =>
  range(0, 2 ** n - 1).map((code) => range(0, n - 1).map((i) => (code >> i) & 1));
const parityOf = (bits: readonly number[]): number => bits.reduce((odd, bit) => odd ^ bit, 0);

/**
 * The AND gates of the shortest circuit of two layers, which ORs them: one for each odd input, unless two that differ in one bit can share
 * one. None can, for one bit changes the parity.
 */
function andGates(n: number): number {
  const odd = inputsOf(n).filter((bits) => parityOf(bits) === 1);
  const shared = odd.filter((bits) => bits.some((bit, i) => parityOf(bits.with(i, 1 - bit)) === 1));
  return odd.length - shared.length / 2;
}

/** A chain of n − 1 XORs, each of an OR, a NAND and an AND: its gates, and whether it is right for all inputs. */
function chain(n: number): { gates: number; right: boolean } {
  let gates = 0;
  const xor = (a: number, b: number): number => {
    gates += 3;
    const [either, notBoth] = [a | b, 1 - (a & b)];
    return either & notBoth;
  };
  const right = inputsOf(n).every((bits) => {
    gates = 0;
    return bits.reduce(xor) === parityOf(bits);
  });
  return { gates, right };
}

/** One hidden layer of n units: the sum of the bits, bent at each number. */
function wide(n: number): Network {
  const bends = range(0, n - 1).map((i) => (i === 0 ? 1 : i % 2 === 1 ? -2 : 2));
  const starts = range(0, n - 1).map((i) => -i);
  return withWeights(mlp([n], [n], 1) as Network, Array(n * n).fill(1), starts, bends, [0]);
}

/** Layers of two units: the sum over 2ᵏ ≥ n, folded k times. */
function deep(n: number): Network {
  const folds = Math.ceil(Math.log2(n));
  const layers = range(1, folds).flatMap((i) => [
    i === 1 ? Array(2 * n).fill(1 / 2 ** folds) : [2, -4, 2, -4],
    [0, -0.5],
  ]);
  return withWeights(mlp([n], Array(folds).fill(2), 1) as Network, ...layers, [2, -4], [0]);
}

async function isRight(net: Network, n: number): Promise<boolean> {
  const inputs = inputsOf(n);
  const outputs = (await net.predict(tensor(inputs.flat(), { shape: [inputs.length, n] }))) as number[][];
  return inputs.every((bits, i) => outputs[i]![0] === parityOf(bits));
}

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

interface Built {
  readonly n: number;
  readonly twoLayers: number;
  readonly chain: number;
  readonly wide: number;
  readonly deep: number;
  /** Whether all of them are right for all inputs. */
  readonly all: boolean;
}

async function run({ short, tell }: Setting): Promise<Report> {
  const sizes = short ? [2, 3, 4, 5, 8] : range(2, 12);
  const built: Built[] = [];
  for (const n of sizes) {
    const { gates, right } = chain(n);
    const [one, many] = [wide(n), deep(n)];
    const all = right && (await isRight(one, n)) && (await isRight(many, n));
    built.push({ n, twoLayers: andGates(n) + 1, chain: gates, wide: n, deep: 2 * Math.ceil(Math.log2(n)), all });
  }
  const n = short ? 4 : 10;
  const seeds = range(1, short ? 2 : 10);
  const pairs: { deep: Learned; shallow: Learned }[] = [];
  for (const width of short ? [4] : [4, 6, 8, 12, 16]) {
    tell(`${n} bits, three layers of ${width} against one`);
    const tall = await learn(n, [width, width, width], seeds, short ? 100 : 1000);
    const units = Math.round((tall.parameters - 2) / (n + 3));
    pairs.push({ deep: tall, shallow: await learn(n, [units], seeds, short ? 100 : 1000) });
  }
  const [last, middle] = [built.at(-1)!, pairs[Math.floor(pairs.length / 2)]!];
  const exact = built.every(
    ({ n, twoLayers, chain, all }) => all && twoLayers === 2 ** (n - 1) + 1 && chain === 3 * (n - 1),
  );
  const better = pairs.filter(({ deep, shallow }) => deep.perfect > shallow.perfect).length;
  const worse = pairs.filter(({ deep, shallow }) => deep.perfect < shallow.perfect).length;
  const line = (name: string, y: (row: Built) => number) => ({
    name,
    points: built.map((row) => ({ x: row.n, y: y(row) })),
  });
  const shape = ({ hidden }: Learned): string => hidden.join("-");
  return {
    tables: [
      {
        title: "Built by hand, right for all inputs",
        columns: ["bits", "gates, two layers", "gates, chain", "relu units, one layer", "relu units, deep"],
        rows: built.map(({ n, twoLayers, chain, wide, deep }) => [n, twoLayers, chain, wide, deep]),
      },
      {
        title: `${n} bits learned by ${seeds.length} seeds: median share right, seeds with all right`,
        columns: ["parameters", "three layers", "right", "all", "one layer", "right", "all"],
        rows: pairs.map(({ deep, shallow }) => [
          `${deep.parameters} / ${shallow.parameters}`,
          shape(deep),
          deep.right,
          deep.perfect,
          shape(shallow),
          shallow.right,
          shallow.perfect,
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
        title: `Seeds of ${seeds.length} that learn parity of ${n} bits`,
        x: { label: "parameters" },
        y: { label: "seeds" },
        series: (["deep", "shallow"] as const).map((kind) => ({
          name: kind === "deep" ? "three layers" : "one layer",
          points: pairs.map((pair) => ({ x: pair[kind].parameters, y: pair[kind].perfect })),
        })),
      },
    ],
    figures: { built, n, pairs },
    verdict: {
      says: "parity of d bits needs O(2^d) gates in two layers and O(d) in many, and takes gates as a picture of neurons",
      measured:
        `${last.n} bits need ${last.twoLayers} gates in two layers and ${last.chain} in a chain; but one hidden layer of ${last.wide} relu units ` +
        `is right for all inputs as well, and ${last.deep} units in layers of two; with about ${middle.deep.parameters} parameters three layers learn ` +
        `${n} bits to ${percent(middle.deep.right)} in the median and one layer to ${percent(middle.shallow.right)}; of ${pairs.length} sizes, ` +
        `more seeds of three layers learn all at ${better}, fewer at ${worse}`,
      agrees: exact ? "partly" : "no",
      because: exact
        ? "It is so for gates; but neurons add up what comes in and so can count: for them it is d units against about 2 log₂ d, not 2^d against d."
        : "A circuit or network built here is not right for all inputs.",
    },
  };
}

export const parityExperiment: Experiment = {
  name: "parity",
  question: "Is parity short in many layers and long in two?",
  needs: [],
  run,
};

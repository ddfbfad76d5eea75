/** A convolutional network is a fully connected one with fewer parameters: on pictures it is better all the same. */

import { accuracy, adam, crossEntropy, evaluate, lectureCnn, mlp, type Network, train } from "gradus";
import type { Dataset } from "gradus/data";
import { percent } from "../report.ts";
import type { Experiment, Report, Setting } from "./experiment.ts";
import { mean, range } from "./numbers.ts";

const builds = {
  "CNN of the lecture": (): Network => lectureCnn() as unknown as Network,
  "784-500-500-10": (): Network => mlp([28, 28], [500, 500], 10) as unknown as Network,
} as const;
type Name = keyof typeof builds;
const names = Object.keys(builds) as Name[];

interface Found {
  readonly name: Name;
  readonly examples: number;
  readonly accuracies: readonly number[];
}

async function learn(
  name: Name,
  training: Dataset,
  test: Dataset,
  { seeds, epochs }: { seeds: number[]; epochs: number },
): Promise<Found> {
  const accuracies: number[] = [];
  for (const seed of seeds) {
    const net = builds[name]();
    const loss = crossEntropy();
    await train(net, training, { loss, optimizer: adam(), epochs, batchSize: 50, seed, warnings: false });
    accuracies.push((await evaluate(net, test, { loss, metrics: [accuracy()] })).accuracy!);
  }
  return { name, examples: training.length, accuracies };
}

async function run({ short, tell, data }: Setting): Promise<Report> {
  const digits = await data("mnist");
  const sizes = short ? [300] : [300, 1000, 3000, 10_000];
  const found: Found[] = [];
  for (const name of names) {
    const test = short ? digits.test.take(500) : digits.test;
    for (const size of sizes) {
      tell(`${name}, ${size} digits`);
      // As many steps for all: few digits are seen more often.
      const epochs = short ? 5 : Math.max(6, Math.round(30_000 / size));
      found.push(await learn(name, digits.train.take(size), test, { seeds: range(1, short ? 1 : 3), epochs }));
    }
  }
  const of = (name: Name, size: number): number =>
    mean(found.find((one) => one.name === name && one.examples === size)!.accuracies);
  const counts = names.map((name) => builds[name]().parameterCount);
  const [cnn, dense] = names as [Name, Name];
  const wins = sizes.filter((size) => of(cnn, size) > of(dense, size)).length;
  const largest = sizes.at(-1)!;
  return {
    tables: [
      {
        title: `Test accuracy by the number of training digits, ${found[0]!.accuracies.length} seeds`,
        columns: ["digits", ...names.map((name, index) => `${name}, ${counts[index]} parameters`)],
        rows: sizes.map((size) => [size, ...names.map((name) => of(name, size))]),
      },
    ],
    pictures: [
      {
        kind: "chart",
        title: "Test error by the number of training digits",
        x: { label: "training digits", log: true },
        y: { label: "test error", log: true },
        series: names.map((name) => ({ name, points: sizes.map((size) => ({ x: size, y: 1 - of(name, size) })) })),
      },
    ],
    figures: { parameters: Object.fromEntries(names.map((name, index) => [name, counts[index]!])), found },
    verdict: {
      says:
        "a CNN is a fully connected network from which connections are left out and weights shared, so that it has fewer parameters, and does better " +
        "on pictures",
      measured:
        `${counts[0]} parameters against ${counts[1]}: with ${largest} digits ${percent(of(cnn, largest))} against ${percent(of(dense, largest))}, with ` +
        `${sizes[0]} ${percent(of(cnn, sizes[0]!))} against ${percent(of(dense, sizes[0]!))}; the CNN is better at ${wins} of ${sizes.length} sizes`,
      agrees: wins === sizes.length && counts[0]! < counts[1]! ? "yes" : wins > 0 ? "partly" : "no",
      ...(wins < sizes.length && { because: "With so few digits neither has seen what varies." }),
    },
  };
}

export const fewParametersExperiment: Experiment = {
  name: "few-parameters",
  question: "Does a network with fewer parameters see better?",
  needs: ["mnist"],
  run,
};

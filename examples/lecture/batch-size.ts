/** Mini-batches: the smaller, the more steps an epoch has; the larger, the less time a step takes for an example. Too large ones get stuck. */

import { accuracy, crossEntropy, evaluate, mlp, type Network, sgd, train } from "gradus";
import { percent } from "../report.ts";
import type { Experiment, Report, Setting } from "./experiment.ts";
import { mean, range } from "./numbers.ts";

interface Found {
  readonly batchSize: number;
  readonly steps: number;
  readonly accuracies: readonly number[];
  /** Mean seconds of a run; no figure, for it is another each time. */
  readonly seconds: number;
}

async function run({ short, tell, data }: Setting): Promise<Report> {
  const mnist = await data("mnist");
  const [training, test] = [mnist.train.take(short ? 500 : 10_000), short ? mnist.test.take(500) : mnist.test];
  const sizes = short ? [10, 500] : [1, 10, 100, 1000, 10_000];
  const learn = async (batchSize: number, length: { epochs: number } | { steps: number }): Promise<Found> => {
    tell(`batches of ${batchSize}, ${JSON.stringify(length)}`);
    const accuracies: number[] = [];
    let [seconds, steps] = [0, 0];
    const seeds = range(1, short ? 1 : 3);
    for (const seed of seeds) {
      const net = mlp([28, 28], [64, 64], 10) as unknown as Network;
      const loss = crossEntropy();
      const result = await train(net, training, {
        ...length,
        loss,
        optimizer: sgd({ learningRate: 0.1 }),
        batchSize,
        seed,
        warnings: false,
      });
      [seconds, steps] = [seconds + result.seconds / seeds.length, result.steps];
      accuracies.push((await evaluate(net, test, { loss, metrics: [accuracy()] })).accuracy!);
    }
    return { batchSize, steps, accuracies, seconds };
  };
  const epochs = short ? 2 : 20;
  const steps = short ? 20 : 2000;
  const byEpochs: Found[] = [];
  for (const size of sizes) byEpochs.push(await learn(size, { epochs }));
  const bySteps: Found[] = [];
  for (const size of sizes) bySteps.push(await learn(size, { steps }));
  const of = (found: readonly Found[], size: number): number =>
    mean(found.find((one) => one.batchSize === size)!.accuracies);
  const [smallest, largest] = [sizes[0]!, sizes.at(-1)!];
  const best = byEpochs.reduce((a, b) => (mean(b.accuracies) > mean(a.accuracies) ? b : a)).batchSize;
  const time = (size: number): number => byEpochs.find((one) => one.batchSize === size)!.seconds;
  const agrees =
    of(byEpochs, largest) < of(byEpochs, best) - 0.1 && time(smallest) > time(sizes[1]!) && best !== largest;
  const noisy = of(byEpochs, smallest) < 0.3;
  const least = sizes.slice(noisy ? 1 : 0).every((size) => of(byEpochs, size) >= of(byEpochs, largest));
  const table = (title: string, found: readonly Found[]) => ({
    title,
    columns: ["batch", "steps", "test accuracy", "seconds"],
    rows: found.map(({ batchSize, steps: taken, accuracies, seconds }) => [
      batchSize,
      taken,
      mean(accuracies),
      seconds.toFixed(2),
    ]),
  });
  return {
    tables: [
      table(
        `${epochs} epochs, SGD 0.1, means of ${byEpochs[0]!.accuracies.length} seeds; seconds of this machine`,
        byEpochs,
      ),
      table(`${steps} steps`, bySteps),
    ],
    pictures: [
      {
        kind: "chart",
        title: "Test accuracy by batch size",
        x: { label: "examples per step", log: true },
        y: { label: "test accuracy" },
        series: [
          {
            name: `${epochs} epochs`,
            points: byEpochs.map(({ batchSize, accuracies }) => ({ x: batchSize, y: mean(accuracies) })),
          },
          {
            name: `${steps} steps`,
            points: bySteps.map(({ batchSize, accuracies }) => ({ x: batchSize, y: mean(accuracies) })),
          },
        ],
      },
    ],
    figures: {
      byEpochs: byEpochs.map(({ seconds: _, ...found }) => found),
      bySteps: bySteps.map(({ seconds: _, ...found }) => found),
    },
    verdict: {
      says:
        "with batches of 1 an epoch takes many more updates and more time than with 10, larger batches make an epoch faster, and too large ones get " +
        "stuck (10,000 of 10,000: 0.1135 on the test set)",
      measured:
        `in ${epochs} epochs ${sizes.map((size) => `${size}: ${percent(of(byEpochs, size))}`).join(", ")}; with as many steps the batch of ${largest} ` +
        `gets ${percent(of(bySteps, largest))}: it is short of steps, not of quality`,
      agrees: agrees ? "partly" : "no",
      because:
        `${noisy ? `At a rate of 0.1 batches of ${smallest} do not learn: their gradients are too noisy for it. ` : ""}Of the others the batch of ` +
        `${largest} learns ${least ? "least" : "not least"} in as many epochs, as the lecture shows; in as many steps it is as good as any, so it is stuck ` +
        "for want of steps. How much faster large batches are depends on the machine; see the table.",
    },
  };
}

export const batchSizeExperiment: Experiment = {
  name: "batch-size",
  question: "How many examples should one step look at?",
  needs: ["mnist"],
  run,
};

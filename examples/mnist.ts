/** MNIST, 28×28 pixels, with two hidden layers of 500: 648,010 parameters. */

import { accuracy, adam, crossEntropy, dense, flatten, network, relu, train } from "gradus";
import { has, mnist } from "./data.ts";
import { type Figure, figure, isMain, percent } from "./report.ts";

export interface MnistOptions {
  readonly epochs: number;
  /** How many training examples, from the first on. Default: all 60,000. */
  readonly examples?: number;
  readonly seed?: number;
  /** Hears the test accuracy after every epoch. */
  readonly watch?: (epoch: number, accuracy: number, seconds: number) => void;
}

/** Accuracy on the 10,000 test digits. */
export async function learnMnist({ epochs, examples, seed = 1, watch }: MnistOptions): Promise<number> {
  const digits = await mnist();
  const training = examples === undefined ? digits.train : digits.train.take(examples);
  const net = network([28, 28], flatten(), dense(500), relu(), dense(500), relu(), dense(10));
  const run = train(net, training, {
    loss: crossEntropy(),
    optimizer: adam(),
    epochs,
    batchSize: 100,
    seed,
    validation: digits.test,
    metrics: [accuracy()],
  });
  for await (const event of run) {
    if (event.event === "epoch") watch?.(event.epoch, event.validation!.accuracy!, event.seconds);
  }
  return (await run).accuracy!;
}

export async function main(): Promise<Figure[]> {
  if (!has("mnist")) return [];
  const found = await learnMnist({
    epochs: 3,
    watch: (epoch, share, seconds) =>
      console.log(`epoch ${epoch}: ${percent(share)} of the test digits after ${seconds.toFixed(1)} s`),
  });
  return [figure("mnist 784-500-500-10, three epochs", found, { atLeast: 0.975 })];
}

if (isMain(import.meta.url)) console.table(await main());

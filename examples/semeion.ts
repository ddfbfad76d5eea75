/** Handwritten digits of 16×16 pixels, the lecture's size: four fifths of Semeion to learn from, the rest to test with. */

import { accuracy, adam, crossEntropy, dense, flatten, network, relu, train } from "gradus";
import { has, semeion } from "./data.ts";
import { type Figure, figure, isMain, percent } from "./report.ts";

/** Test accuracy of 256-128-10 after training. The seed decides the division too. */
export async function learnSemeion(seed: number, epochs = 20): Promise<number> {
  const digits = semeion().split(0.8, { seed, stratified: true });
  const net = network([16, 16], flatten(), dense(128), relu(), dense(10));
  const result = await train(net, digits.train, {
    loss: crossEntropy(),
    optimizer: adam({ learningRate: 1e-3 }),
    epochs,
    batchSize: 32,
    seed,
    validation: digits.test,
    metrics: [accuracy()],
  });
  return result.accuracy!;
}

export async function main(): Promise<Figure[]> {
  if (!has("semeion")) return [];
  const accuracies: number[] = [];
  for (const seed of [1, 2, 3, 4, 5]) {
    accuracies.push(await learnSemeion(seed));
    console.log(`seed ${seed}: ${percent(accuracies.at(-1)!)} of the test digits`);
  }
  const mean = accuracies.reduce((sum, value) => sum + value, 0) / accuracies.length;
  return [figure("semeion 256-128-10, mean of five seeds", mean, { atLeast: 0.92 })];
}

if (isMain(import.meta.url)) console.table(await main());

/**
 * Handwritten digits of 16×16 pixels, the lecture's size: four fifths of Semeion to learn from, the rest to test with. By one hidden
 * layer, and by the network that first read zip codes, with squared error as in 1989.
 */

import { accuracy, adam, crossEntropy, lecun1989, meanSquaredError, mlp, train } from "gradus";
import { has, semeion } from "./data.ts";
import { type Figure, figure, isMain, percent } from "./report.ts";

type Way = "256-128-10" | "lecun1989";

const ways = {
  "256-128-10": {
    net: () => mlp([16, 16], [128], 10),
    options: { loss: crossEntropy(), epochs: 20, batchSize: 32 },
    atLeast: 0.92,
  },
  lecun1989: {
    net: lecun1989,
    options: { loss: meanSquaredError(), epochs: 30, batchSize: 4 },
    atLeast: 0.95,
  },
};

/** Test accuracy after training. The seed decides the division too. */
export async function learnSemeion(way: Way, seed: number, epochs?: number): Promise<number> {
  const { net, options } = ways[way];
  const digits = semeion().split(0.8, { seed, stratified: true });
  const result = await train(net(), digits.train, {
    ...options,
    ...(epochs !== undefined && { epochs }),
    optimizer: adam({ learningRate: 1e-3 }),
    seed,
    validation: digits.test,
    metrics: [accuracy()],
  });
  return result.accuracy!;
}

export async function main(): Promise<Figure[]> {
  if (!has("semeion")) return [];
  const figures: Figure[] = [];
  for (const way of Object.keys(ways) as Way[]) {
    const accuracies: number[] = [];
    for (const seed of [1, 2, 3, 4, 5]) {
      accuracies.push(await learnSemeion(way, seed));
      console.log(`${way}, seed ${seed}: ${percent(accuracies.at(-1)!)} of the test digits`);
    }
    const mean = accuracies.reduce((sum, value) => sum + value, 0) / accuracies.length;
    figures.push(figure(`semeion ${way}, mean of five seeds`, mean, { atLeast: ways[way].atLeast }));
  }
  return figures;
}

if (isMain(import.meta.url)) console.table(await main());

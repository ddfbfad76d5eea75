/**
 * Why one layer is not enough: no line separates "one of two, not both". A single layer gets at most three of the four cases right
 * whatever its weights are; a hidden layer makes features in which a line does it.
 */

import { accuracy, adam, crossEntropy, dense, network, tanh, train } from "gradus";
import { fromArrays } from "gradus/data";
import { type Figure, figure, isMain, percent } from "./report.ts";

const cases = fromArrays({
  inputs: [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ],
  targets: [0, 1, 1, 0],
  classes: ["same", "different"],
  inputShape: [2],
});

/** The share of the four cases that a network with so many hidden neurons gets right after training. */
export async function xor(hidden: number, seed: number): Promise<number> {
  const net = hidden === 0 ? network([2], dense(2)) : network([2], dense(hidden), tanh(), dense(2));
  const result = await train(net, cases, {
    loss: crossEntropy(),
    optimizer: adam({ learningRate: 0.05 }),
    epochs: 400,
    batchSize: 4,
    seed,
    validation: cases.take(4),
    metrics: [accuracy()],
  });
  return result.accuracy!;
}

export async function main(): Promise<Figure[]> {
  const seeds = [1, 2, 3, 4, 5];
  const shares = async (hidden: number): Promise<number[]> => {
    const found: number[] = [];
    for (const seed of seeds) found.push(await xor(hidden, seed));
    console.log(
      `${String(hidden).padStart(2)} hidden neurons: ${found.map(percent).join(", ")} of the cases, for seeds ${seeds}`,
    );
    return found;
  };
  const without = await shares(0);
  await shares(2);
  const withHidden = await shares(8);
  return [
    figure("xor without a hidden layer, best of five seeds", Math.max(...without), { atMost: 0.75 }),
    figure("xor with eight hidden neurons, worst of five seeds", Math.min(...withHidden), { atLeast: 1 }),
  ];
}

if (isMain(import.meta.url)) console.table(await main());

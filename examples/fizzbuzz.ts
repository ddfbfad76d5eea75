/**
 * FizzBuzz, learned: a number in binary goes in, and which of "number", "Fizz", "Buzz" and "FizzBuzz" is to be said comes out. It
 * learns from 101 to 1000 and is asked about 1 to 100. Wide enough, it finds the rule in the bits.
 */

import { accuracy, adam, crossEntropy, dense, network, relu, train } from "gradus";
import { type Dataset, fromArrays } from "gradus/data";
import { type Figure, figure, isMain, percent } from "./report.ts";

const words = ["number", "Fizz", "Buzz", "FizzBuzz"];

/** Ten bits, least significant first. */
function bits(n: number): number[] {
  return Array.from({ length: 10 }, (_, place) => (n >> place) & 1);
}

function answer(n: number): number {
  return (n % 3 === 0 ? 1 : 0) + (n % 5 === 0 ? 2 : 0);
}

function numbers(from: number, to: number): Dataset<[10]> {
  const range = Array.from({ length: to - from + 1 }, (_, i) => from + i);
  return fromArrays({ inputs: range.map(bits), targets: range.map(answer), classes: words, inputShape: [10] });
}

/** The share of 1 to 100 that a network with so many hidden neurons answers rightly after 100 passes. */
export async function fizzbuzz(hidden: number, seed: number): Promise<number> {
  const net = network([10], dense(hidden), relu(), dense(4));
  const result = await train(net, numbers(101, 1000), {
    loss: crossEntropy(),
    optimizer: adam(),
    epochs: 100,
    batchSize: 20,
    seed,
    validation: numbers(1, 100),
    metrics: [accuracy()],
  });
  return result.accuracy!;
}

export async function main(): Promise<Figure[]> {
  const narrow = await fizzbuzz(100, 1);
  console.log(`10-100-4 says the right word for ${percent(narrow)} of 1 to 100.`);
  const wide = await fizzbuzz(1000, 1);
  console.log(`10-1000-4 says the right word for ${percent(wide)}.`);
  return [figure("fizzbuzz 10-100-4", narrow, { atLeast: 0.7 }), figure("fizzbuzz 10-1000-4", wide, { atLeast: 0.97 })];
}

if (isMain(import.meta.url)) console.table(await main());

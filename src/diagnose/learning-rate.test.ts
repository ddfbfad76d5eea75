/** Proves that the finder's rates are those that train well, that it leaves the network alone, and what it refuses. */

import { expect, test } from "vitest";
import { ink } from "../data/ink.ts";
import { adam, crossEntropy, dense, flatten, type LearningRate, network, relu, sgd, train } from "../index.ts";
import { findLearningRate, learningRateChart } from "./learning-rate.ts";

test("the suggested rate learns more in a hundred steps than a tenth, and than one that is too high", async () => {
  const { train: digits } = await ink({ train: 800, test: 10 });
  const make = () => network([16, 16], flatten(), dense(32), relu(), dense(10));
  const loss = crossEntropy();
  for (const optimizer of [sgd, adam]) {
    const found = await findLearningRate(make(), digits, {
      loss,
      optimizer: (learningRate) => optimizer({ learningRate }),
    });
    const after = async (learningRate: number): Promise<number> => {
      const run = train(make(), digits, { loss, optimizer: optimizer({ learningRate }), epochs: 5, seed: 2 });
      return (await run).loss;
    };
    const good = await after(found.suggested!);
    expect(found.suggested!).toBeLessThan(found.tooHigh!);
    expect(good).toBeLessThan(await after(found.suggested! / 30));
    expect(good).toBeLessThan(await after(Math.min(10, 3 * found.tooHigh!)).catch(() => Number.POSITIVE_INFINITY));
  }
});

test("the same curve each time, and the network as it was", async () => {
  const { train: digits } = await ink({ train: 100, test: 10 });
  const net = network([16, 16], flatten(), dense(10)).initialize({ seed: 3 });
  const before = await net.state.get("1.weight")!.data();
  const options = { loss: crossEntropy(), optimizer: (learningRate: LearningRate) => sgd({ learningRate }), steps: 60 };
  const first = await findLearningRate(net, digits, options);
  expect(await findLearningRate(net, digits, options)).toEqual(first);
  expect(await net.state.get("1.weight")!.data()).toEqual(before);
  expect(first.curve[0]!.rate).toBeCloseTo(1e-7, 12);
  const chart = learningRateChart(first);
  expect(chart.series[0]!.points).toHaveLength(first.curve.length);
  expect(chart.x.log).toBe(true);
});

test("rates that do not rise are refused", async () => {
  const { train: digits } = await ink({ train: 100, test: 10 });
  const net = network([16, 16], flatten(), dense(10));
  const options = { loss: crossEntropy(), optimizer: () => sgd(), from: 1, to: 0.1 };
  await expect(findLearningRate(net, digits, options)).rejects.toThrow(
    "findLearningRate: rates go from above 0 to more; got from 1 to 0.1. Leave them out.",
  );
  await expect(findLearningRate(net, digits, { ...options, too: 1 } as never)).rejects.toThrow(
    'has no option "too". Did you mean to?',
  );
});

/** Proves the small parts of training: orders that are permutations, chunks that follow the clock, means, and lines of the log. */

import { describe, expect, test } from "vitest";
import { RandomStream } from "../base/rng.ts";
import { target as loadTarget } from "../targets/registry.ts";
import { ChunkSize } from "./chunk.ts";
import { Holdings } from "./holdings.ts";
import { eventLine } from "./log.ts";
import { lastColumn, Means, meansOf } from "./means.ts";
import { Shuffle } from "./shuffle.ts";

describe.each(["wasm", "reference"] as const)("the order of an epoch on %s", (name) => {
  const orders = async (seed: number, shuffle: boolean, epochs: number[]): Promise<number[][]> => {
    const target = await loadTarget(name);
    const holdings = new Holdings(target);
    const order = await Shuffle.prepare(holdings, 50, seed, shuffle);
    const found: number[][] = [];
    for (const epoch of epochs) {
      await order.arrange(epoch);
      found.push([...(await target.read(order.permutation, "int32", 50))]);
    }
    holdings.release();
    return found;
  };
  const stored = Array.from({ length: 50 }, (_, i) => i);

  test("has every example once, differs from epoch to epoch, and follows the seed", async () => {
    const [first, second, again] = await orders(1, true, [1, 2, 1]);
    for (const order of [first!, second!]) expect(order.toSorted((a, b) => a - b)).toEqual(stored);
    expect(second).not.toEqual(first);
    expect(again).toEqual(first);
    expect((await orders(2, true, [1]))[0]).not.toEqual(first);
  });

  test("sorts the random numbers of its purpose and epoch", async () => {
    const keys = new RandomStream(9, "shuffle", 4);
    const expected = stored.toSorted((a, b) => keys.bits(a) - keys.bits(b));
    expect((await orders(9, true, [4]))[0]).toEqual(expected);
  });

  test("is that of the data where nothing is shuffled", async () => {
    expect(await orders(1, false, [1, 2])).toEqual([stored, stored]);
  });
});

describe("ChunkSize", () => {
  test("begins with one step, grows fourfold at most, and settles at some tens of milliseconds", () => {
    const size = new ChunkSize(4096);
    const sizes: number[] = [];
    for (let i = 0; i < 8; i++) {
      const steps = size.next(1e6);
      sizes.push(steps);
      size.measure(steps, steps * 1e-4);
    }
    expect(sizes).toEqual([1, 4, 16, 64, 256, 350, 350, 350]);
  });

  test("never more than are left or allowed, never fewer than one", () => {
    const size = new ChunkSize(100);
    for (let i = 0; i < 9; i++) size.measure(size.next(1e6), 1e-9);
    expect([size.next(1e6), size.next(7)]).toEqual([100, 7]);
    size.measure(100, 1000);
    expect(size.next(1e6)).toBe(1);
  });
});

test("Means weigh batches by their examples", () => {
  const means = new Means(["loss", "accuracy"]);
  means.add(Float32Array.of(8, 4, 4, 2), 4); // two batches of four: sums
  means.add(Float32Array.of(2, 0), 2);
  expect(means.scores()).toEqual({ loss: 1.4, accuracy: 0.6 });
  expect(means.examples).toBe(10);
  means.clear();
  expect(means.scores()).toEqual({ loss: Number.NaN, accuracy: Number.NaN });
  expect(meansOf(Float32Array.of(8, 4, 4, 2), 2, 4)).toEqual([Float32Array.of(2, 1), Float32Array.of(1, 0.5)]);
});

test("the last column of a log comes apart from the others", () => {
  expect(lastColumn(Float32Array.of(1, 2, 3, 4, 5, 6), 3)).toEqual({
    rest: Float32Array.of(1, 2, 4, 5),
    last: Float32Array.of(3, 6),
  });
});

test("a line of the log is JSON that gives every float32 back", () => {
  const losses = Float32Array.of(0.1, 1e-30, 3.4e38, Math.PI, Number.NaN, Infinity);
  const line = eventLine({
    event: "step",
    epoch: 1,
    step: 6,
    losses,
    metrics: {},
    learningRate: 0.1,
    gradientNorms: null,
    examples: 6,
    seconds: 1,
    samplesPerSecond: Infinity,
  });
  expect(line).not.toContain("\n");
  const parsed = JSON.parse(line) as { losses: (number | null)[]; samplesPerSecond: null };
  expect(Float32Array.from(parsed.losses.slice(0, 4) as number[])).toEqual(losses.slice(0, 4));
  expect([...parsed.losses.slice(4), parsed.samplesPerSecond]).toEqual([null, null, null]);
});

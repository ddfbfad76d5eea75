/** Proves the small functions: activations, one-hot rows, the affine map; and that dropout drops what it promises, reproducibly. */

import { describe, expect, test } from "vitest";
import { deriveKey, RandomStream } from "../base/rng.ts";
import { normal, ones, tensor } from "../tensor/create.ts";
import { grad } from "../tensor/grad.ts";
import type { Tensor } from "../tensor/tensor.ts";
import * as activations from "./activations.ts";
import { leakyRelu, prelu, relu, sigmoid, tanh } from "./activations.ts";
import { dropout } from "./dropout.ts";
import { linear } from "./linear.ts";
import { oneHot } from "./one-hot.ts";
import { type RandomNumbers, randomBits, randomNormal, randomUniform } from "./random.ts";

describe("activations", () => {
  test("are the tensor's methods", async () => {
    const x = tensor([-2, 0, 3]);
    expect(await relu(x).array()).toEqual([0, 0, 3]);
    expect(await sigmoid(x).data()).toEqual(await x.sigmoid().data());
    expect(await tanh(x).data()).toEqual(await x.tanh().data());
  });

  test("leakyRelu", async () => {
    expect(await leakyRelu(tensor([-2, 0, 3]), 0.5).array()).toEqual([-1, 0, 3]);
    expect(await leakyRelu(tensor([-100])).array()).toEqual([-1]);
    expect(await grad((x: Tensor) => leakyRelu(x, 0.5).sum())(tensor([-2, 3])).array()).toEqual([0.5, 1]);
  });
});

describe("all activations", () => {
  const { prelu: _, ...plain } = activations;
  const functions: Record<string, (x: Tensor) => Tensor> = { ...plain, prelu: (x) => prelu(x, tensor([0.25])) };

  test.each(Object.entries(functions))(
    "%s lets NaN through, and large numbers neither overflow nor spoil the slope",
    async (_, f) => {
      const x: Tensor = tensor([Number.NaN, -1e4, 1e4]);
      const [first, ...others] = await f(x).data();
      expect(first).toBeNaN();
      expect(others.every(Number.isFinite)).toBe(true);
      const slopes = await grad((x: Tensor) => f(x).sum())(x.slice([1])).data();
      expect(slopes.every(Number.isFinite)).toBe(true);
    },
  );

  test("prelu takes a slope for each channel, and learns it", async () => {
    const [x, slopes]: [Tensor, Tensor] = [
      tensor([
        [-2, -4],
        [3, -6],
      ]),
      tensor([0.5, 0.25]),
    ];
    expect(await prelu(x, slopes).array()).toEqual([
      [-1, -1],
      [3, -1.5],
    ]);
    expect(await grad((slopes: Tensor) => prelu(x, slopes).sum())(slopes).array()).toEqual([-2, -10]);
    expect(() => prelu(x, ones([3]))).toThrow("broadcastTo: [3] does not broadcast to [2, 2]");
  });
});

describe("oneHot", () => {
  test("a row for each index; an index that is no class gives zeros", async () => {
    const indices = tensor([2, 0, -1, 3], { dtype: "int32" });
    expect(await oneHot(indices, 3).array()).toEqual([
      [0, 0, 1],
      [1, 0, 0],
      [0, 0, 0],
      [0, 0, 0],
    ]);
    expect(await oneHot(indices, 3, "bool").data()).toEqual(Uint8Array.of(0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0));
    expect(oneHot(tensor([[1]], { dtype: "int32" }), 4, "float64").shape).toEqual([1, 1, 4]);
  });

  test("refusals", () => {
    const indices = tensor([0], { dtype: "int32" });
    expect(() => oneHot(indices, 0)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: oneHot: classes must be a positive integer; got 0. Give the number of classes.]`,
    );
    expect(() => oneHot(tensor([0]) as never, 2)).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: oneHot: takes int32; got float32. Cast it to int32 first.]`,
    );
  });
});

describe("linear", () => {
  test("x Wᵀ + b, row i of W into output i", async () => {
    expect(await linear(tensor([[1, 2]]), tensor([[3, 4]]), tensor([5])).array()).toEqual([[16]]);
    expect(
      await linear(
        tensor([
          [1, 0],
          [0, 1],
        ]),
        tensor([
          [1, 2],
          [3, 4],
          [5, 6],
        ]),
      ).array(),
    ).toEqual([
      [1, 3, 5],
      [2, 4, 6],
    ]);
    expect(await linear(tensor([1, 2]), tensor([[3, 4]])).array()).toEqual([11]);
  });

  test("refusals", () => {
    // @ts-expect-error
    expect(() => linear(ones([2, 3]), ones([4, 2]))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: linear: needs x [..., n] and weight [units, n]; got [2, 3] and [4, 2]. Transpose or reshape one of them.]`,
    );
  });
});

describe("dropout", () => {
  const random = (seed: number, stream = 0): RandomNumbers => {
    const [key0, key1] = deriveKey(seed, "dropout");
    const scalar = (value: number): Tensor => tensor(value, { dtype: "uint32" });
    return { key0: scalar(key0), key1: scalar(key1), stream: scalar(stream) };
  };
  const dropped = async (x: Tensor): Promise<number> => (await x.data()).filter((value: number) => value === 0).length;

  test.each([0.1, 0.5, 0.7])("drops about %d and scales the others", async (rate) => {
    const y = dropout(ones([100, 100]), rate, random(1));
    const values = new Set(await y.data());
    expect([...values].sort()).toEqual([0, Math.fround(1 / (1 - rate))]);
    // Ten thousand draws: four standard errors are 0.02.
    expect(Math.abs((await dropped(y)) / 10_000 - rate)).toBeLessThan(0.02);
  });

  test("keeps what the stream's uniform numbers say: those from the rate up", async () => {
    const stream = new RandomStream(3, "dropout", 5);
    const y = await dropout(ones([4, 25]), 0.3, random(3, 5)).data();
    y.forEach((value, i) => expect(value !== 0).toBe(stream.uniform(i) >= 0.3));
  });

  test("the same seed and stream drop the same; another one drops others", async () => {
    const mask = (r: RandomNumbers) => dropout(ones([50]), 0.5, r).data();
    expect(await mask(random(1))).toEqual(await mask(random(1)));
    expect(await mask(random(1))).not.toEqual(await mask(random(2)));
    expect(await mask(random(1))).not.toEqual(await mask(random(1, 1)));
  });

  test("rate 0 drops nothing, NaN and infinities are dropped to 0", async () => {
    const x = normal([10], { seed: 1 });
    expect(await dropout(x, 0, random(1)).data()).toEqual(await x.data());
    const y = await dropout(tensor(new Array(40).fill(Number.NaN)), 0.5, random(1)).data();
    expect(new Set(y)).toEqual(new Set([0, Number.NaN]));
  });

  test("the gradient passes where the value did, with the same factor", async () => {
    const x = ones([30]);
    const y = await dropout(x, 0.5, random(1)).data();
    expect(await grad((v: Tensor) => dropout(v, 0.5, random(1)).sum())(x).data()).toEqual(y);
  });

  test("refusals", () => {
    for (const rate of [1, -0.1, Number.NaN]) {
      expect(() => dropout(ones([1]), rate, random(1))).toThrow(
        `dropout: rate must be in [0, 1); got ${rate}. Write 0.5 to drop every second element.`,
      );
    }
  });
});

test("random numbers are those of base/rng, from any place on", async () => {
  const [key0, key1] = deriveKey(7, "numbers").map((word) => tensor(word, { dtype: "uint32" }) as Tensor);
  const random: RandomNumbers = { key0: key0!, key1: key1!, stream: tensor(3, { dtype: "uint32" }) as Tensor };
  const stream = new RandomStream(7, "numbers", 3);
  const expected = (of: (n: number) => number, count: number): number[] =>
    Array.from({ length: count }, (_, n) => of(n));
  expect(Array.from(await randomBits([50], random).data())).toEqual(expected((n) => stream.bits(n), 50));
  expect(Array.from(await randomBits([40], random, 30, 2).data())).toEqual(
    expected((n) => stream.bits(30 + 2 * n), 40),
  );
  const uniform = await randomUniform([5, 8], random, 9).data();
  expect(Array.from(uniform)).toEqual(expected((n) => stream.uniform(9 + n), 40));
  const wide = await randomUniform([40], random, 9, 1, "float64").data();
  expect(Array.from(wide)).toEqual(Array.from(uniform));
  const normals = await randomNormal([40], random).data();
  normals.forEach((value, n) => expect(value).toBeCloseTo(stream.normal(n), 5));
});

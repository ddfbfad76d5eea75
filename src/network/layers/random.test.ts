/** Proves what is random in training: which elements, channels and examples are dropped, by which factor, and which noise is added. */

import { describe, expect, test } from "vitest";
import { deriveKey, RandomStream } from "../../base/rng.ts";
import { normal, ones, tensor, zeros } from "../../tensor/create.ts";
import { grad } from "../../tensor/grad.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { Layer, PassContext } from "../layer.ts";
import { Network } from "../network.ts";
import { dropout, gaussianNoise, spatialDropout, stochasticDepth } from "./dropout.ts";

const training = (seed: number, stream: number): PassContext => {
  const scalar = (value: number): Tensor => tensor(value, { dtype: "uint32" });
  const key = (purpose: string) => {
    const [key0, key1] = deriveKey(seed, purpose);
    return { key0: scalar(key0), key1: scalar(key1) };
  };
  return { training: true, random: { key, stream: scalar(stream) } };
};

/** What the layer gives in a training pass. */
const passed = (layer: Layer, x: Tensor, context: PassContext): Tensor =>
  new Network(x.shape.slice(1), [layer]).apply(new Map(), x, context);

describe("what is dropped together", () => {
  test("spatialDropout: the channels of an example, by the stream's numbers", async () => {
    const y = (await passed(spatialDropout(0.4), ones([3, 2, 2, 5]), training(7, 2)).array()) as number[][][][];
    const stream = new RandomStream(7, "spatialDropout/0", 2);
    y.forEach((example, b) => {
      for (const place of example.flat()) {
        place.forEach((value, channel) => {
          expect(value).toBe(stream.uniform(b * 5 + channel) >= 0.4 ? Math.fround(1 / 0.6) : 0);
        });
      }
    });
  });

  test("stochasticDepth: whole examples", async () => {
    const y = (await passed(stochasticDepth(0.25), ones([40, 3]), training(1, 0)).array()) as number[][];
    const stream = new RandomStream(1, "stochasticDepth/0", 0);
    expect(y).toEqual(y.map((_, b) => new Array(3).fill(stream.uniform(b) >= 0.25 ? Math.fround(1 / 0.75) : 0)));
    expect(new Set(y.flat()).size).toBe(2);
  });

  test("the gradient passes where the value did", async () => {
    const f = (x: Tensor): Tensor => passed(stochasticDepth(0.5), x, training(1, 0));
    expect(await grad((x: Tensor) => f(x).sum())(ones([9, 2])).array()).toEqual(await f(ones([9, 2])).array());
  });
});

test("gaussianNoise adds the stream's normal numbers, times the deviation", async () => {
  const noise = await passed(gaussianNoise(0.5), zeros([30, 4]), training(3, 6)).data();
  const stream = new RandomStream(3, "gaussianNoise/0", 6);
  noise.forEach((value, i) => expect(value).toBeCloseTo(0.5 * stream.normal(i), 5));
});

test.each([dropout(0.5), spatialDropout(0.5), stochasticDepth(0.5), gaussianNoise(2)])(
  "$title rests outside of training, and needs random numbers in it",
  async (layer) => {
    const x = normal([4, 3, 2], { seed: 1 });
    const evaluated = passed(layer, x, { training: false, random: null });
    expect(await evaluated.data()).toEqual(await x.data());
    expect(() => passed(layer, x, { training: true, random: null })).toThrow(
      `${layer.title} at layer 0: a training pass needs random numbers; got none.`,
    );
  },
);

test("amounts out of range", () => {
  expect(() => spatialDropout(1)).toThrow(
    "spatialDropout: rate must be in [0, 1); got 1. Write 0.5 to drop every second channel.",
  );
  expect(() => stochasticDepth(Number.NaN)).toThrow(
    "stochasticDepth: rate must be in [0, 1); got NaN. Write 0.5 to drop every second example.",
  );
  expect(() => stochasticDepth("0.5" as never)).toThrow('stochasticDepth: rate must be in [0, 1); got "0.5".');
  expect(() => gaussianNoise(-1)).toThrow(
    "gaussianNoise: deviation must be a finite number from 0 up; got -1. Write 0.1.",
  );
});

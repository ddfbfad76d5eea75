/** Proves clipped gradients: PyTorch's training step by step, norms in the events, and nothing changed where nothing is asked for. */

import { describe, expect, test } from "vitest";
import { constant } from "../network/initializers.ts";
import { relu, tanh } from "../network/layers/activations.ts";
import { dense } from "../network/layers/dense.ts";
import { type Network, network } from "../network/network.ts";
import { sgd } from "../optimizer/sgd.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { StepEvent } from "./events.ts";
import type { TrainOptions } from "./options.ts";
import {
  byHand,
  eventsOf,
  golden,
  goldenData,
  goldenNetwork,
  goldenOptions,
  line,
  slope,
  weightOf,
} from "./testing.ts";
import { train } from "./train.ts";

const changes: Readonly<Record<string, Partial<TrainOptions>>> = {
  "clipNorm 1.5": { clipNorm: 1.5 },
  "clipNorm 100": { clipNorm: 100 },
  "clipValue 0.25": { clipValue: 0.25 },
};

const stepsOf = async (run: AsyncIterable<unknown>): Promise<StepEvent[]> =>
  (await eventsOf(run as never)).filter((event) => event.event === "step");

describe("as PyTorch", () => {
  test.each(Object.keys(changes))("%s", async (name) => {
    const expected = golden.cases[name]!;
    const net = goldenNetwork();
    const steps = await stepsOf(train(net, goldenData, { ...goldenOptions, ...changes[name] }));
    const norms = steps.flatMap(({ gradientNorms }) => [...(gradientNorms ?? [])]);
    expect(norms).toHaveLength(expected.norms.length);
    expected.norms.forEach((norm, step) => expect(norms[step]! / norm).toBeCloseTo(1, 6));
    for (const [parameter, values] of Object.entries(expected.parameters)) {
      const found = await net.parameters.get(parameter)!.data();
      values.flat().forEach((value, i) => expect(found[i], `${parameter}[${i}]`).toBeCloseTo(value, 11));
    }
  });
});

describe("clipNorm", () => {
  test("tells the norm of each step, and Infinity clips nothing", async () => {
    const [watched, plain] = [slope(), slope()];
    const [step] = await stepsOf(train(watched, line, { ...byHand, batchSize: 5, clipNorm: Infinity }));
    // d/dw of the mean of (wx − 2x)² at w = 0.
    const slopeAt0 = [1, 2, 3, -1, 0.5].reduce((sum, x) => sum - (2 * 2 * x * x) / 5, 0);
    expect(step!.gradientNorms![0]).toBeCloseTo(-slopeAt0, 5);
    const [unwatched] = await stepsOf(train(plain, line, { ...byHand, batchSize: 5 }));
    expect(unwatched!.gradientNorms).toBeNull();
    expect(await weightOf(watched)).toBe(await weightOf(plain));
  });

  test("stands beside metrics in the log, chunk by chunk and for a smaller last batch", async () => {
    const far = (output: Tensor, target: Tensor): Tensor => output.sub(target).abs().sum(1);
    const run = train(slope(), line, { ...byHand, batchSize: 2, epochs: 2, metrics: [far], clipNorm: 1e-3 });
    const steps = await stepsOf(run);
    const { history } = await run;
    expect(steps.flatMap(({ gradientNorms }) => [...gradientNorms!])).toHaveLength(6);
    expect(steps.every(({ gradientNorms, losses }) => gradientNorms!.length === losses.length)).toBe(true);
    // Steps of 1e-4 leave w close to 0: the mean of |2x| is 3.
    expect(history.map(({ training }) => training.far)).toEqual([expect.closeTo(3, 1), expect.closeTo(3, 1)]);
  });

  test("lets a run go on that explodes without it", async () => {
    const deep = (): Network<[1], [1]> =>
      network([1], ...new Array(6).fill(dense(1, { bias: false, initializer: constant(4) })), relu()) as never;
    const explosive = { ...byHand, optimizer: sgd({ learningRate: 0.1 }), batchSize: 5, epochs: 30 };
    await expect(train(deep(), line, explosive)).rejects.toThrow("is not finite");
    const { steps, history } = await train(deep(), line, { ...explosive, clipNorm: 1 });
    expect([steps, history.at(-1)!.training.loss < history[0]!.training.loss]).toEqual([30, true]);
  });

  test("halts where the norm overflows, and says so, without advice that was taken", async () => {
    const steep = (output: Tensor): Tensor => output.mul(1e30).sum(1) as Tensor;
    await expect(
      train(slope(), line, { ...byHand, loss: steep, clipNorm: 1 }),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[TrainingError: train: the norm of all gradients together is not finite at step 1 (epoch 1); the largest number before it is 1.1e+30, in the gradient of 0.weight in dense(1). The parameters are those before this step. Lower the learning rate, or check the scale of the inputs.]`,
    );
    expect((await train(slope(), line, { ...byHand, loss: steep, clipValue: 1 })).steps).toBe(1);
  });

  test("of a network without parameters is 0", async () => {
    const [step] = await stepsOf(train(network([1], relu()), line, { ...byHand, clipNorm: 1 }));
    expect([...step!.gradientNorms!]).toEqual([0]);
  });

  test("has the same bits on every target", async () => {
    for (const change of [{ clipNorm: 0.5 }, { clipValue: 0.125 }]) {
      const hashes = await Promise.all(
        (["reference", "wasm"] as const).map(async (target) => {
          const net = network([3], dense(4), tanh(), dense(2));
          return (await train(net, goldenData, { ...goldenOptions, ...change, target, numerics: "portable" })).hash;
        }),
      );
      expect(hashes[1]).toBe(hashes[0]);
    }
  });
});

test("what is no clipping is refused", async () => {
  await expect(train(slope(), line, { ...byHand, clipNorm: 0 })).rejects.toThrowErrorMatchingInlineSnapshot(
    `[TrainingError: train: clipNorm must be a number above 0; got 0.]`,
  );
  await expect(train(slope(), line, { ...byHand, clipValue: Number.NaN })).rejects.toThrowErrorMatchingInlineSnapshot(
    `[TrainingError: train: clipValue must be a number above 0; got NaN.]`,
  );
  await expect(
    train(slope(), line, { ...byHand, clipNorm: 1, clipValue: 1 }),
  ).rejects.toThrowErrorMatchingInlineSnapshot(
    `[TrainingError: train: gradients are clipped by norm or by value; got clipNorm 1 and clipValue 1. Give one of them.]`,
  );
});

/**
 * Proves averaged parameters: PyTorch's averages step by step, the debiased mean by hand, and that the network, the validation, the run
 * folder and the hash all have the averages while the steps go on from parameters of their own.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { fromArrays } from "../data/from-arrays.ts";
import { zeros } from "../network/initializers.ts";
import { layer } from "../network/layer.ts";
import { tanh } from "../network/layers/activations.ts";
import { dense } from "../network/layers/dense.ts";
import { load } from "../network/model.ts";
import { network } from "../network/network.ts";
import { ema, parseAveraging } from "../optimizer/averaging.ts";
import { sgd } from "../optimizer/sgd.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { evaluate } from "./evaluate.ts";
import type { TrainOptions } from "./options.ts";
import { byHand, eventsOf, golden, goldenData, goldenNetwork, goldenOptions, slope, weightOf } from "./testing.ts";
import { train } from "./train.ts";

const folder = mkdtempSync(join(tmpdir(), "gradus-averaging-"));
afterAll(() => rmSync(folder, { recursive: true }));

const one = fromArrays({ inputs: [[1]], targets: [[0]], inputShape: [1] });
/** Falls with the weight, whose gradient is 1: the weight is −1, −2, −3, … after each step. */
const falling = (output: Tensor): Tensor => output.sum(1) as Tensor;
const walk: TrainOptions = { ...byHand, loss: falling, optimizer: sgd({ learningRate: 1 }), validation: one };

/** What is left of −1, −2, … −n, the last one weighing most. */
function mean(decay: number, n: number): number {
  let [sum, weights] = [0, 0];
  for (let i = 1; i <= n; i++) [sum, weights] = [decay * sum - i, decay * weights + 1];
  return sum / weights;
}

test("as PyTorch: eight steps of momentum, averaged", async () => {
  const net = goldenNetwork();
  await train(net, goldenData, { ...goldenOptions, averaging: ema({ decay: 0.75, debias: false }) });
  for (const [parameter, values] of Object.entries(golden.cases["ema 0.75"]!.parameters)) {
    const found = await net.parameters.get(parameter)!.data();
    values.flat().forEach((value, i) => expect(found[i], `${parameter}[${i}]`).toBeCloseTo(value, 11));
  }
});

describe("ema", () => {
  test("weighs the first steps as all others, unless it is told not to", async () => {
    const net = slope();
    const { history } = await train(net, one, { ...walk, averaging: ema({ decay: 0.5 }), epochs: 6 });
    history.forEach(({ validation }, done) => expect(validation!.loss).toBeCloseTo(mean(0.5, done + 1), 5));
    expect(await weightOf(net)).toBeCloseTo(mean(0.5, 6), 5);
    const biased = await train(slope(), one, { ...walk, averaging: ema({ decay: 0.5, debias: false }), epochs: 3 });
    expect(biased.history.map(({ validation }) => validation!.loss)).toEqual([-1, -1.5, -2.25]);
  });

  test("without memory is no averaging, to the bit", async () => {
    const { hash } = await train(slope(), one, { ...walk, epochs: 5 });
    expect((await train(slope(), one, { ...walk, averaging: ema({ decay: 0 }), epochs: 5 })).hash).toBe(hash);
  });

  test("of a long run keeps decay per step", () => {
    expect(ema({ decay: 0.9 }).kept(1)).toBe(0);
    expect(ema({ decay: 0.9 }).kept(1000)).toBeCloseTo(0.9, 12);
    expect(ema({ decay: 0.9, debias: false }).kept(2)).toBe(0.9);
  });
});

describe("averages", () => {
  test("are what the network holds, from the first step on, and what is saved and hashed", async () => {
    const out = join(folder, "run");
    const net = slope();
    const run = train(net, one, { ...walk, averaging: ema({ decay: 0.5 }), epochs: 3, out });
    const [start] = await eventsOf(run);
    expect(start).toMatchObject({ optimizer: "sgd(1)", averaging: "ema(0.5)" });
    const { loss, hash } = await run;
    expect(await evaluate(net, one, { loss: falling })).toEqual({ loss });
    expect(await weightOf((await load(join(out, "model.safetensors"))) as never)).toBe(await weightOf(net));
    const still = { ...walk, optimizer: sgd({ learningRate: 0 }) };
    expect((await train(net, one, still)).hash).toBe(hash);
  });

  test("stay what the network had where no step was taken", async () => {
    const net = slope();
    await train(net, one, walk);
    await train(net, one, { ...walk, averaging: ema(), signal: AbortSignal.abort() });
    expect(await weightOf(net)).toBe(-1);
  });

  test("do not disturb training, momentum and a later best epoch", async () => {
    const plain = await train(slope(), one, { ...walk, epochs: 4 });
    const averaged = await train(slope(), one, { ...walk, averaging: ema({ decay: 0.9 }), epochs: 4 });
    const training = (run: typeof plain): number[] => run.history.map((event) => event.training.loss);
    expect(training(averaged)).toEqual(training(plain));
    const far = (output: Tensor): Tensor => output.add(2.4).abs().sum(1) as Tensor;
    const net = slope();
    const earlyStopping = { metric: "far", mode: "min", patience: 2 } as const;
    const options = { ...walk, averaging: ema({ decay: 0.5 }), metrics: [far], earlyStopping, epochs: 9 };
    const { bestEpoch } = await train(net, one, options);
    expect([bestEpoch, await weightOf(net)]).toEqual([3, expect.closeTo(mean(0.5, 3), 5)]);
  });

  test("leave buffers as the last step made them", async () => {
    const counting = layer({
      name: "counting",
      shape: (input) => input,
      buffers: () => [{ name: "steps", shape: [], initializer: zeros() }],
      apply: (x, { steps }, { training, update }) => {
        if (training) update("steps", steps!.add(1) as Tensor);
        return x;
      },
    });
    const net = network([1], counting, dense(1));
    await train(net, one, { ...walk, averaging: ema({ decay: 0.9 }), epochs: 5 });
    expect(await net.state.get("0.steps")!.item()).toBe(5);
  });

  test("have the same bits on every target", async () => {
    const run = async (target: "reference" | "wasm"): Promise<string> => {
      const changes = { averaging: ema({ decay: 0.9 }), target, numerics: "portable" } as const;
      return (await train(network([3], dense(4), tanh(), dense(2)), goldenData, { ...goldenOptions, ...changes })).hash;
    };
    expect(await run("wasm")).toBe(await run("reference"));
  });
});

describe("strings", () => {
  test.each(["ema(0.999)", "ema(0.9, debias=false)"])("%s is printed as it is read", (text) => {
    expect(parseAveraging(text).print()).toBe(text);
  });

  test("refusals", async () => {
    expect(() => parseAveraging("emma")).toThrowErrorMatchingInlineSnapshot(
      `[GradusError: averaging: unknown averaging "emma" at character 1 of "emma". Did you mean ema?]`,
    );
    expect(() => ema({ decay: 1 })).toThrowErrorMatchingInlineSnapshot(
      `[TrainingError: ema: decay must be in [0, 1); got 1.]`,
    );
    await expect(train(slope(), one, { ...walk, averaging: 0.9 as never })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[TrainingError: train: averaging must be one that ema() makes; got 0.9. Write averaging: ema().]`,
    );
  });
});

/**
 * Proves the layers that normalize against PyTorch, forward, backward and in their running statistics: float64 on the reference to 1e-12,
 * float32 on wasm to 1e-5; then what they are made of, their refusals and how they train.
 */

import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, expectTypeOf, test, vi } from "vitest";
import { sizeOf } from "../base/shape.ts";
import { fromArrays } from "../data/from-arrays.ts";
import { batchNorm as batchNormOf, groupNorm as groupNormOf, moments, normalize } from "../functions/normalize.ts";
import { meanSquaredError } from "../loss/mean-squared-error.ts";
import { adamw } from "../optimizer/adam.ts";
import { sgd } from "../optimizer/sgd.ts";
import { normal, ones, tensor } from "../tensor/create.ts";
import { grad } from "../tensor/grad.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { train } from "../train/train.ts";
import { constant, zeros } from "./initializers.ts";
import { batchNorm } from "./layers/batch-norm.ts";
import { dense } from "./layers/dense.ts";
import { groupNorm, instanceNorm } from "./layers/group-norm.ts";
import { layerNorm, rmsNorm } from "./layers/layer-norm.ts";
import { residual } from "./layers/residual.ts";
import { Network, network } from "./network.ts";

interface Case {
  readonly layer: string;
  readonly x: number[];
  readonly offset: number;
  readonly y: number[];
  readonly dx: number[];
  readonly dweight?: number[];
  readonly dbias?: number[];
  readonly runningMean?: number[];
  readonly runningVariance?: number[];
  readonly evaluated?: number[];
  readonly evaluatedDx?: number[];
}

const { cases } = JSON.parse(readFileSync(new URL("golden/norms.json", import.meta.url), "utf8")) as { cases: Case[] };

/** The same numbers as in golden/norms.py. */
function numbers(shape: readonly number[], modulus: number, offset: number, dtype: "float32" | "float64"): Tensor {
  const values = Array.from(
    { length: sizeOf(shape) },
    (_, i) => (((7 * i + offset) % modulus) - Math.floor(modulus / 2)) / 8,
  );
  return tensor(values, { shape, dtype });
}

/** Relative to the value, or to 1 where terms of that size cancel. */
async function close(what: string, actual: Tensor, expected: readonly number[], tolerance: number): Promise<void> {
  const values = await actual.data();
  expect(values.length, what).toBe(expected.length);
  expected.forEach((value, i) => {
    const allowed = tolerance * Math.max(1, Math.abs(value));
    expect(Math.abs(values[i]! - value), `${what}[${i}]: ${values[i]} for ${value}`).toBeLessThanOrEqual(allowed);
  });
}

describe.each([
  ["reference", "float64", 1e-12],
  ["wasm", "float32", 1e-5],
] as const)("as PyTorch on %s in %s", (target, dtype, tolerance) => {
  beforeEach(() => void vi.stubEnv("GRADUS_TARGET", target));
  afterEach(() => void vi.unstubAllEnvs());

  test.each(cases)("$layer of $x + $offset", async (given) => {
    const net = Network.from(given.x.slice(1), given.layer).initialize({ dtype });
    const state = Object.fromEntries(net.state);
    for (const { name, shape } of net.parameterSpecs) {
      const isWeight = name === "0.weight";
      state[name] = isWeight ? numbers(shape, 13, 5, dtype).add(1) : numbers(shape, 17, 1, dtype);
    }
    const shifted = (modulus: number, offset: number): Tensor =>
      numbers(given.x, modulus, offset, dtype).add(given.offset);
    const x = shifted(19, 3);
    // Where the mean is far from 0, x itself has lost digits.
    const allowed = tolerance * (1 + given.offset / 10);
    const g = numbers(given.x, 11, 2, dtype);
    const pass = (training: boolean) => (all: Record<string, Tensor>) => {
      const { x: input, ...rest } = all as { x: Tensor };
      return net.apply(new Map(Object.entries(rest)), input, { training, random: null, update });
    };
    const updated: Record<string, Tensor> = {};
    const update = (name: string, value: Tensor): void => void (updated[name] = value);

    await close("y", pass(true)({ ...state, x }), given.y, allowed);
    const found = grad((all: Record<string, Tensor>) => pass(true)(all).mul(g).sum())({ ...state, x });
    await close("dx", found.x!, given.dx, allowed);
    if (given.dweight) await close("dweight", found["0.weight"]!, given.dweight, allowed);
    if (given.dbias) await close("dbias", found["0.bias"]!, given.dbias, allowed);
    if (!given.runningMean) {
      await close("evaluated", pass(false)({ ...state, x }), given.y, allowed);
      return;
    }
    pass(true)({ ...state, x });
    const after = { ...state, ...updated };
    pass(true)({ ...after, x: shifted(23, 1) });
    await close("runningMean", updated["0.runningMean"]!, given.runningMean, allowed);
    await close("runningVariance", updated["0.runningVariance"]!, given.runningVariance!, allowed);
    const moved = { ...state, ...updated };
    await close("evaluated", pass(false)({ ...moved, x }), given.evaluated!, allowed);
    const back = grad((input: Tensor) =>
      pass(false)({ ...moved, x: input })
        .mul(g)
        .sum(),
    )(x);
    await close("evaluatedDx", back, given.evaluatedDx!, allowed);
  });
});

describe("the functions", () => {
  test("moments: exact where float32 is, near any mean, and with the derivatives of derivatives", async () => {
    const far = moments(tensor([10_000_001, 10_000_003, 10_000_005]));
    expect([await far.mean.item(), await far.variance.item()]).toEqual([10_000_003, Math.fround(8 / 3)]);
    expect(await moments(ones([2, 3]), 0).variance.array()).toEqual([0, 0, 0]);
    const kept = moments(ones([2, 3]), 1, { keepDims: true });
    expectTypeOf(kept.mean.shape).toEqualTypeOf<[2, 1]>();
    expect(kept.mean.shape).toEqual([2, 1]);
    // The second derivative of the variance along x: 2/n (δij − 1/n).
    const slope = grad((x: Tensor) => moments(x).variance);
    const x = tensor([1, 5, 3]) as Tensor;
    const row = grad((at: Tensor) =>
      slope(at)
        .mul(tensor([1, 0, 0]))
        .sum(),
    )(x);
    for (const [i, value] of [4 / 9, -2 / 9, -2 / 9].entries()) expect((await row.data())[i]).toBeCloseTo(value, 6);
  });

  test("keep shapes as types, and refuse what would change them", () => {
    expectTypeOf(normalize(ones([2, 3]), [0, -1]).shape).toEqualTypeOf<[2, 3]>();
    expectTypeOf(batchNormOf(ones([2, 3]), ones([3]), ones([3])).shape).toEqualTypeOf<[2, 3]>();
    expect(() => normalize(ones([3]), 0, { weight: ones([2, 3]) as Tensor })).toThrow(
      "normalize: weight and bias must broadcast to the shape of x, [3]; they make it [2, 3]. Reshape them.",
    );
    expect(() => batchNormOf(ones([1, 3]), ones([2, 3]), ones([3]))).toThrow(
      "batchNorm: weight and bias must broadcast",
    );
    expect(() => groupNormOf(ones([2, 6]), 4)).toThrow(
      "groupNorm: needs x [batch, ...positions, channels] and groups that divide the channels; got [2, 6] and 4. " +
        "Choose a divisor of the last dimension.",
    );
  });
});

describe("a layer that normalizes", () => {
  test("has state of its channels, and prints what differs from the defaults", () => {
    const net = network([2, 4], batchNorm(), layerNorm({ axes: 2 }), groupNorm(2, { affine: false }), rmsNorm());
    expectTypeOf(net).toEqualTypeOf<Network<[2, 4], [2, 4]>>();
    expect(net.parameterSpecs.map(({ name, shape, kind }) => [name, shape, kind])).toEqual([
      ["0.weight", [4], "scale"],
      ["0.bias", [4], "bias"],
      ["1.weight", [2, 4], "scale"],
      ["1.bias", [2, 4], "bias"],
      ["3.weight", [4], "scale"],
    ]);
    expect(net.stateSpecs.map(({ name }) => name).slice(0, 4)).toEqual([
      "0.weight",
      "0.bias",
      "0.runningMean",
      "0.runningVariance",
    ]);
    const text =
      "batchNorm(momentum=0.2, epsilon=0.001, initializer=zeros) batchNorm(affine=false) layerNorm(axes=2) rmsNorm " +
      "groupNorm(2, epsilon=0.01) instanceNorm(affine=true)";
    expect(Network.from([2, 4], text).toString()).toBe(text);
    expect(Network.from([2, 4], "batchNorm(momentum=0.1, affine=true) rmsNorm(axes=1)").toString()).toBe(
      "batchNorm rmsNorm",
    );
  });

  const data = fromArrays({
    inputs: Array.from({ length: 9 }, (_, i) => [i, -2 * i]),
    targets: Array.from({ length: 9 }, (_, i) => [i]),
    inputShape: [2],
  });
  const options = { loss: meanSquaredError(), optimizer: sgd({ learningRate: 0.05 }), seed: 1 };

  test("learns, and evaluates with running statistics near those of the data", async () => {
    const net = network([2], batchNorm(), dense(1));
    const result = await train(net, data, { ...options, epochs: 100, batchSize: 9, validation: data });
    const [mean, variance] = ["0.runningMean", "0.runningVariance"].map((name) => net.state.get(name)!);
    const [a, b] = await mean!.data();
    expect([a, b].map((value) => value!.toFixed(2))).toEqual(["4.00", "-8.00"]);
    const [c, d] = await variance!.data();
    expect([c, d].map((value) => value!.toFixed(1))).toEqual(["7.5", "30.0"]);
    expect(result.history.at(-1)!.training.loss).toBeLessThan(1e-6);
    expect(result.loss).toBeLessThan(0.5);
  });

  test("is spared by weight decay, as its bias is", async () => {
    const net = network([2], batchNorm(), dense(1));
    const optimizer = adamw({ learningRate: 0, weightDecay: 0.5 });
    const decaying = sgd({ learningRate: 0.1, weightDecay: 0.5 });
    await train(net, data, { ...options, optimizer, epochs: 1 });
    expect(await net.state.get("0.weight")!.array()).toEqual([1, 1]);
    const none = fromArrays({
      inputs: [
        [1, 1],
        [2, 2],
      ],
      targets: [[0], [0]],
      inputShape: [2],
    });
    const still = network([2], batchNorm(), dense(1, { initializer: constant(0) }));
    await train(still, none, { ...options, optimizer: decaying, epochs: 3 });
    expect(await still.state.get("0.weight")!.array()).toEqual([1, 1]);
  });

  test("with a scale of 0 lets a residual layer begin as the identity", async () => {
    const net = network([3], residual(dense(3), batchNorm({ initializer: zeros() }))).initialize({ seed: 4 });
    expect(await net.predict([1, -2, 3])).toEqual([1, -2, 3]);
  });

  test("a channel that never changes stays finite, and its running variance vanishes without subnormal numbers", async () => {
    const same = fromArrays({ inputs: [[3], [3]], targets: [[1], [1]], inputShape: [1] });
    const net = network([1], batchNorm({ momentum: 0.9 }), dense(1));
    await train(net, same, { ...options, epochs: 50, batchSize: 2 });
    expect(await net.state.get("0.runningVariance")!.array()).toEqual([0]);
    expect((await net.state.get("0.runningMean")!.data())[0]).toBeCloseTo(3, 5);
  });

  test("batchNorm refuses training batches of one value per channel before anything is learned", async () => {
    const net = network([2], batchNorm(), dense(1));
    const sentence =
      /^batchNorm at layer 0: training needs more than one value per channel; got a batch \[1, 2\]\. Take larger/;
    await expect(train(net, data, { ...options, batchSize: 1 })).rejects.toThrow(sentence);
    await expect(train(net, data, { ...options, batchSize: 4 })).rejects.toThrow(sentence);
    expect(net.initialized).toBe(false);
    await train(net, data, { ...options, batchSize: 4, steps: 2 });
    const nested = network([2], residual(dense(2), batchNorm()));
    await expect(train(nested, data.take(1), options as never)).rejects.toThrow(
      "batchNorm at layer 0.body.1: training",
    );
    // One example with several positions is enough.
    const rows = fromArrays({ inputs: [[[1], [2]]], targets: [[[1], [2]]], inputShape: [2, 1] });
    await train(network([2, 1], batchNorm()), rows, options);
  });
});

describe("refusals", () => {
  test.each<[string, () => unknown]>([
    [
      "batchNorm at layer 0: needs channels on the last axis; got []. Reshape the input to [n].",
      // @ts-expect-error
      () => network([], batchNorm()),
    ],
    [
      "layerNorm at layer 0: needs an axis for each of the 3 to normalize along; got [2, 4]. Reshape the input, or take fewer axes.",
      // @ts-expect-error
      () => network([2, 4], layerNorm({ axes: 3 })),
    ],
    [
      "rmsNorm at layer 0: needs an axis for each of the 1 to normalize along; got []. Reshape the input, or take fewer axes.",
      // @ts-expect-error
      () => network([], rmsNorm()),
    ],
    [
      "groupNorm(3) at layer 0: needs groups that divide the channels; got 3 groups for [5, 8]. Choose a divisor of 8.",
      // @ts-expect-error
      () => network([5, 8], groupNorm(3)),
    ],
    [
      "groupNorm(8) at layer 0: needs more than one value per group; got [1, 8] in 8 groups. Take fewer groups.",
      // @ts-expect-error
      () => network([1, 8], groupNorm(8)),
    ],
    [
      "groupNorm(2) at layer 0: needs channels on the last axis; got []. Reshape the input to [n].",
      // @ts-expect-error
      () => network([], groupNorm(2)),
    ],
    [
      "instanceNorm at layer 0: needs more than one position, as in [rows, columns, channels]; got [1, 1, 8]. " +
        "Take layerNorm() or batchNorm().",
      // @ts-expect-error
      () => network([1, 1, 8], instanceNorm()),
    ],
    [
      "instanceNorm at layer 0: needs more than one position, as in [rows, columns, channels]; got [8]. " +
        "Take layerNorm() or batchNorm().",
      // @ts-expect-error
      () => network([8], instanceNorm()),
    ],
    ["batchNorm: momentum must be in (0, 1]; got 0. Write 0.1, for example.", () => batchNorm({ momentum: 0 })],
    [
      "batchNorm: momentum must be in (0, 1]; got 0. Write 0.1, for example.",
      () => Network.from([4], "batchNorm(momentum=0)"),
    ],
    [
      "batchNorm: epsilon must be a finite number above 0; got -1. Write 1e-5, for example.",
      () => batchNorm({ epsilon: -1 }),
    ],
    ["groupNorm: groups must be a positive integer; got 0. Write 4, for example.", () => groupNorm(0)],
    ["layerNorm: axes must be a positive integer; got 1.5. Write 1, for example.", () => layerNorm({ axes: 1.5 })],
    [
      "rmsNorm: epsilon must be a finite number above 0; got Infinity. Write 1e-5, for example.",
      () => rmsNorm({ epsilon: Infinity }),
    ],
  ])("%s", (sentence, build) => {
    expect(build).toThrow(sentence);
  });
});

test("each example is normalized by itself where the layer says so, and by the batch where it does not", async () => {
  const batch = normal([4, 6], { seed: 3 });
  for (const own of [layerNorm(), rmsNorm(), groupNorm(3)]) {
    const net = network([6], own as never).initialize() as unknown as Network<[6], [6]>;
    const together = await net.predict(batch);
    for (let i = 0; i < 4; i++) expect(await net.predict(batch.slice([i], [i + 1]).reshape([6]))).toEqual(together[i]);
  }
});

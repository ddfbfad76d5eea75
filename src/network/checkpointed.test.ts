/** Proves layers that are computed again: same names, same bits on every target, running statistics moved once, less memory. */

import { describe, expect, expectTypeOf, test } from "vitest";
import { fromArrays } from "../data/from-arrays.ts";
import { crossEntropy } from "../loss/cross-entropy.ts";
import { sgd } from "../optimizer/sgd.ts";
import { compile } from "../tensor/compile.ts";
import { tensor } from "../tensor/create.ts";
import { grad } from "../tensor/grad.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { train } from "../train/train.ts";
import { functional } from "./functional.ts";
import { relu, tanh } from "./layers/activations.ts";
import { checkpointed } from "./layers/checkpointed.ts";
import { dense } from "./layers/dense.ts";
import { residual } from "./layers/residual.ts";
import { cifarResnet } from "./models/cifar-resnet.ts";
import { resnet18 } from "./models/resnet.ts";
import { Network, network } from "./network.ts";

describe("the layer", () => {
  test("is the layer itself but for its gradient; several are one sequential", () => {
    const plain = Network.from([4], "residual(dense(4) relu dense(4)) relu");
    const again = Network.from([4], "checkpointed(residual(dense(4) relu dense(4))) relu");
    expect(again.toString()).toBe("checkpointed(residual(dense(4) relu dense(4))) relu");
    expect(again.stateSpecs.map(({ name }) => name)).toEqual(plain.stateSpecs.map(({ name }) => name));
    const several = network([4], checkpointed(dense(3), tanh()), dense(2));
    expect(several.toString()).toBe("checkpointed(dense(3) tanh) dense(2)");
    expect(several.stateSpecs.map(({ name }) => name)).toEqual(["0.0.weight", "0.0.bias", "1.weight", "1.bias"]);
  });

  test("shapes are types", () => {
    expectTypeOf(network([4], checkpointed(residual(dense(4))), dense(2))).toEqualTypeOf<Network<[4], [2]>>();
    expectTypeOf(network([4], checkpointed(dense(3), relu()))).toEqualTypeOf<Network<[4], [3]>>();
    // @ts-expect-error residual(dense(3)) does not fit [4]
    expect(() => network([4], checkpointed(residual(dense(3))))).toThrow("needs body and shortcut of one shape");
  });

  test("what is no layer is refused", () => {
    expect(() => network([4], checkpointed(3 as never))).toThrow("network: layer 0.0 must be a layer; got number.");
    expect(() => Network.from([4], "checkpointed")).toThrowErrorMatchingInlineSnapshot(
      `[GradusError: layers: checkpointed needs layers at character 1 of "checkpointed". Write checkpointed(layers).]`,
    );
  });
});

describe("the function", () => {
  const f = checkpointed((x: Tensor<[2]>, w: Tensor<[2]>) => x.mul(w).exp().sin());

  test("gives what it gave, and its gradient", async () => {
    const [x, w] = [tensor([0.5, -1]), tensor([2, 3])];
    const plain = (x: Tensor<[2]>, w: Tensor<[2]>) => x.mul(w).exp().sin();
    expectTypeOf(f).toEqualTypeOf(plain);
    expect(await f(x, w).array()).toEqual(await plain(x, w).array());
    const slopes = [f, plain].map((g) => grad((x: Tensor<[2]>, w: Tensor<[2]>) => g(x, w).sum())(x, w).array());
    expect(await slopes[0]).toEqual(await slopes[1]);
    const compiled = compile(grad((x: Tensor<[2]>, w: Tensor<[2]>) => f(x, w).sum()) as typeof plain);
    expect(await (await compiled(x, w)).array()).toEqual(await slopes[1]);
  });

  test("has gradients of gradients", async () => {
    const cube = checkpointed((x: Tensor) => x.mul(x).mul(x));
    const second = grad((x: Tensor) => grad((y: Tensor) => cube(y).sum())(x).sum());
    expect(await second(tensor([1, 2])).array()).toEqual([6, 12]);
  });

  test("stands inside of functional networks", async () => {
    const net = functional({
      inputs: [3],
      layers: { inner: dense(3), head: dense(1) },
      forward: (x, { inner, head }) => head(checkpointed((h: typeof x) => inner(inner(h).tanh()))(x)),
    });
    expect(net.outputShape).toEqual([1]);
    expect(await net.initialize({ seed: 1 }).predict([1, 2, 3])).toHaveLength(1);
  });

  test("refuses promises", () => {
    const late = checkpointed(async (x: Tensor) => x.exp());
    expect(() => late(tensor([1]))).toThrowErrorMatchingInlineSnapshot(
      `[GradusError: checkpointed: the function must give its result at once; got a promise. Read values outside of it.]`,
    );
  });
});

describe("training", () => {
  const inputs = Float32Array.from({ length: 24 * 8 * 8 * 2 }, (_, i) => ((i * 7919) % 101) / 50 - 1);
  const data = fromArrays({
    inputs,
    targets: Int32Array.from({ length: 24 }, (_, i) => i % 3),
    inputShape: [8, 8, 2],
    classes: ["a", "b", "c"],
  });
  const body =
    "conv2d(4, 3, padding=1, bias=false) batchNorm relu dropout(0.25) conv2d(4, 3, padding=1, bias=false) batchNorm";
  const block = `residual(${body}, shortcut=[conv2d(4, 1)])`;
  const layers = (wrap: (text: string) => string): string =>
    `${wrap(block)} relu ${wrap(`residual(${body})`)} relu globalAveragePool dense(3)`;
  const hash = async (text: string, target: "reference" | "wasm" | "x64"): Promise<string> => {
    const options = { loss: crossEntropy(), optimizer: sgd({ learningRate: 0.1, momentum: 0.9 }), batchSize: 8 };
    const run = train(Network.from([8, 8, 2], text), data, {
      ...options,
      steps: 5,
      seed: 3,
      target,
      numerics: "portable",
    });
    return (await run).hash;
  };

  test.for(["reference", "wasm", "x64"] as const)(
    "%s: parameters and running statistics keep their bits",
    async (target, { skip }) => {
      const plain = await hash(
        layers((text) => text),
        target,
      ).catch((error: Error) => skip(error.message));
      expect(
        await hash(
          layers((text) => `checkpointed(${text})`),
          target,
        ),
      ).toBe(plain);
    },
  );
});

test("models: the blocks of residual networks, under the same names", () => {
  const [plain, again] = [cifarResnet(20), cifarResnet(20, { checkpointed: true })];
  expect(again.stateSpecs.map(({ name }) => name)).toEqual(plain.stateSpecs.map(({ name }) => name));
  expect(again.toString().match(/checkpointed\(residual\(/g)).toHaveLength(9);
  expect(resnet18({ checkpointed: true }).parameterCount).toBe(resnet18().parameterCount);
});

/** Proves the models: their numbers of parameters, units and connections, that they are layer strings, and that a small one learns. */

import { describe, expect, expectTypeOf, test } from "vitest";
import { sizeOf } from "../../base/shape.ts";
import { ones, uniform } from "../../tensor/create.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { sigmoid } from "../layers/activations.ts";
import { Network } from "../network.ts";
import { alexnet } from "./alexnet.ts";
import { cifarResnet } from "./cifar-resnet.ts";
import { lectureCnn } from "./lecture-cnn.ts";
import { lecun1989 } from "./lecun1989.ts";
import { lenet } from "./lenet.ts";
import { mlp } from "./mlp.ts";
import { resnet18, resnet34, resnet50, resnet101, resnet152 } from "./resnet.ts";
import { vgg19 } from "./vgg.ts";

test.each([
  ["mlp 784-500-500-10", mlp([28, 28], [500, 500], 10), 648_010],
  ["mlp 256-1438-10", mlp([256], [1438], 10), 383_956],
  ["lenet", lenet(), 61_706],
  ["lecun1989", lecun1989(), 9760],
  ["lectureCnn", lectureCnn(), 137_660],
  ["alexnet", alexnet(), 61_100_840],
  ["vgg19", vgg19(), 143_667_240],
  ["resnet18", resnet18(), 11_689_512],
  ["resnet34", resnet34(), 21_797_672],
  ["resnet50", resnet50(), 25_557_032],
  ["resnet101", resnet101(), 44_549_160],
  ["resnet152", resnet152(), 60_192_808],
  ["resnet152 without skips", resnet152({ skips: false, classes: 10 }), 55_387_722],
  ["cifarResnet(20)", cifarResnet(20), 269_722],
  ["cifarResnet(56)", cifarResnet(56), 853_018],
  ["cifarResnet(110)", cifarResnet(110), 1_727_962],
  ["cifarResnet(20) without skips", cifarResnet(20, { skips: false }), 269_722],
  ["cifarResnet(20) with preactivation", cifarResnet(20, { preactivation: true }), 269_722],
] as const)("%s has its parameters, and its layer string makes it again", (_, net, count) => {
  expect(net.parameterCount).toBe(count);
  const again = Network.from(net.inputShape, net.toString());
  expect(again.parameterSpecs.map(({ name, shape }) => [name, shape])).toEqual(
    net.parameterSpecs.map(({ name, shape }) => [name, shape]),
  );
  expect(again.outputShape).toEqual(net.outputShape);
});

test("shapes are types", () => {
  expectTypeOf(mlp([28, 28], [500], 10)).toEqualTypeOf<Network<[28, 28], [10]>>();
  expectTypeOf(lenet()).toEqualTypeOf<Network<[28, 28], [10]>>();
  expectTypeOf(lenet(26)).toEqualTypeOf<Network<[28, 28], [26]>>();
  expectTypeOf(alexnet()).toEqualTypeOf<Network<[224, 224, 3], [1000]>>();
  expectTypeOf(vgg19(10)).toEqualTypeOf<Network<[224, 224, 3], [10]>>();
  expect([lenet(26).outputShape, vgg19(10).outputShape]).toEqual([[26], [10]]);
});

test("lecun1989 has the units and connections of the paper", () => {
  const net = lecun1989();
  const activated = net.layers.filter(({ layer }) => layer.name === "tanh").map(({ outputShape }) => outputShape);
  expect(activated).toEqual([[8, 8, 12], [4, 4, 12], [30], [10]]);
  const units = activated.map(sizeOf);
  expect(256 + units.reduce((sum, n) => sum + n)).toBe(1256);
  // Each unit is connected to 5·5, 5·5·8, 192 or 30 others, and to its bias.
  const inputs = [25, 200, 192, 30];
  expect(units.reduce((sum, n, i) => sum + n * (inputs[i]! + 1), 0)).toBe(64_660);
  // Every map of the first layer is seen by 8 of 12 maps of the second.
  const seen = net
    .toString()
    .match(/takeChannels\(\[(.*?)\]\)/)![1]!
    .split(", ")
    .map(Number);
  const groupsPerMap = Array.from({ length: 12 }, (_, map) => seen.filter((channel) => channel === map).length);
  expect(groupsPerMap).toEqual(new Array(12).fill(2));
});

describe("mlp", () => {
  test("takes other activations and dropout", () => {
    expect(mlp([8, 8], [16, 4], 2, { activation: sigmoid, dropout: 0.25 }).toString()).toBe(
      "flatten dense(16) sigmoid dropout(0.25) dense(4) sigmoid dropout(0.25) dense(2)",
    );
    expect(mlp([8], [], 2).toString()).toBe("dense(2)");
  });

  test("refusals", () => {
    expect(() => mlp([8], [0], 2)).toThrow("dense: units must be a positive integer; got 0.");
    expect(() => mlp([8], 16 as never, 2)).toThrow(
      "mlp: hidden layers are a list of units, such as [500, 500]; got 16.",
    );
  });
});

test("lenet and lecun1989 compute", async () => {
  expect(
    await lenet()
      .initialize({ seed: 1 })
      .forward(ones([2, 28, 28]))
      .data(),
  ).toHaveLength(20);
  const y = await lecun1989()
    .initialize({ seed: 1 })
    .forward(ones([2, 16, 16]))
    .data();
  expect(y.every((value) => Math.abs(value) < 1)).toBe(true);
});

describe("residual networks", () => {
  test("shapes follow from the options", () => {
    expectTypeOf(resnet18()).toEqualTypeOf<Network<[224, 224, 3], [1000]>>();
    expectTypeOf(resnet50({ classes: 10, input: [64, 64, 3] })).toEqualTypeOf<Network<[64, 64, 3], [10]>>();
    expectTypeOf(cifarResnet(20, { input: [28, 28, 1] })).toEqualTypeOf<Network<[28, 28, 1], [10]>>();
    expect(resnet50({ classes: 10, input: [64, 64, 3] }).outputShape).toEqual([10]);
    const stages = cifarResnet(20).layers.filter(({ layer }) => layer.name === "residual");
    expect(stages.map(({ outputShape }) => outputShape[0])).toEqual([32, 32, 32, 16, 16, 16, 8, 8, 8]);
  });

  test("with zeroGamma every block begins as the identity", async () => {
    const net = cifarResnet(8, { zeroGamma: true, input: [8, 8, 1] }).initialize({ seed: 1 });
    const seen = new Map<string, Tensor>();
    const observe = ({ path }: { readonly path: string }, output: Tensor): void => void seen.set(path, output);
    net.apply(net.state, uniform([2, 8, 8, 1], { seed: 1 }), { training: false, random: null, observe });
    // The relu of the first convolution, and the one behind the first block.
    expect(await seen.get("4")!.data()).toEqual(await seen.get("2")!.data());
  });

  test("what cannot be built is refused", () => {
    expect(() => cifarResnet(21)).toThrowErrorMatchingInlineSnapshot(
      `[GradusError: cifarResnet: the depth must be 6n + 2, such as 20, 32, 44, 56 or 110; got 21. Take one of these.]`,
    );
    for (const option of [{ skips: false }, { preactivation: true }]) {
      expect(() => cifarResnet(20, { zeroGamma: true, ...option })).toThrow("needs blocks that end as the identity");
    }
    expect(() => resnet18({ input: [28, 28] })).toThrow("needs an input [rows, columns, channels]; got [28, 28]");
  });
});

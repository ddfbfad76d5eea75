/** Proves the models: their numbers of parameters, units and connections, that they are layer strings, and that a small one learns. */

import { describe, expect, expectTypeOf, test } from "vitest";
import { sizeOf } from "../../base/shape.ts";
import { ones } from "../../tensor/create.ts";
import { sigmoid } from "../layers/activations.ts";
import { Network } from "../network.ts";
import { alexnet } from "./alexnet.ts";
import { lectureCnn } from "./lecture-cnn.ts";
import { lecun1989 } from "./lecun1989.ts";
import { lenet } from "./lenet.ts";
import { mlp } from "./mlp.ts";
import { vgg19 } from "./vgg.ts";

test.each([
  ["mlp 784-500-500-10", mlp([28, 28], [500, 500], 10), 648_010],
  ["mlp 256-1438-10", mlp([256], [1438], 10), 383_956],
  ["lenet", lenet(), 61_706],
  ["lecun1989", lecun1989(), 9760],
  ["lectureCnn", lectureCnn(), 137_660],
  ["alexnet", alexnet(), 61_100_840],
  ["vgg19", vgg19(), 143_667_240],
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

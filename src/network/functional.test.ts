/** Proves networks as functions: shared weights, several inputs and outputs, shapes as types, training, saving, and refusals. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, expectTypeOf, test } from "vitest";
import { fromArrays } from "../data/from-arrays.ts";
import { encodeSafetensors } from "../files/safetensors.ts";
import { crossEntropy } from "../loss/cross-entropy.ts";
import { meanSquaredError } from "../loss/mean-squared-error.ts";
import { sgd } from "../optimizer/sgd.ts";
import { ones, tensor } from "../tensor/create.ts";
import { grad } from "../tensor/grad.ts";
import { concat } from "../tensor/join.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { train } from "../train/train.ts";
import { functional } from "./functional.ts";
import { constant } from "./initializers.ts";
import type { Layer } from "./layer.ts";
import { relu } from "./layers/activations.ts";
import { batchNorm } from "./layers/batch-norm.ts";
import { dense } from "./layers/dense.ts";
import { flatten } from "./layers/flatten.ts";
import { residual } from "./layers/residual.ts";
import { sequential } from "./layers/sequential.ts";
import { softmax } from "./layers/softmax.ts";
import { decodeModel, encodeModel, load } from "./model.ts";
import { Network, network } from "./network.ts";

const folder = mkdtempSync(join(tmpdir(), "gradus-functional-"));
afterAll(() => rmSync(folder, { recursive: true }));

const times = (units: number, factor: number) => dense(units, { bias: false, initializer: constant(factor) });

/** f(f(x)) + x, with one f. */
const twice = () =>
  functional({ inputs: [1], layers: { f: times(1, 3) }, forward: (x, { f }) => f(f(x)).add(x) }) as Network<[1], [1]>;

/** Two pictures through one tower. */
const pair = () =>
  functional({
    inputs: { left: [2, 2], right: [2, 2] },
    layers: { tower: sequential(flatten(), dense(3), relu()), head: dense(1), scores: dense(4) },
    forward: ({ left, right }, { tower, head, scores }) => {
      const both = concat([tower(left), tower(right)], -1);
      return { same: head(both), scores: scores(both) };
    },
  });

describe("one input and one output", () => {
  test("make a network, whose weights are shared where a layer is called twice", async () => {
    const net = twice().initialize();
    expect(net).toBeInstanceOf(Network);
    expect([net.inputShape, net.outputShape, net.parameterCount]).toEqual([[1], [1], 1]);
    expect(await net.predict([2])).toEqual([20]);
    expect(net.toString()).toBe("functional(f=dense(1, bias=false, initializer=constant(3)))");
    const slope = grad((w: Tensor) => net.apply(new Map([["f.weight", w]]), ones([1, 1]), evaluation).sum());
    expect(await slope(tensor([[3]]) as Tensor).array()).toEqual([[6]]);
  });

  const evaluation = { training: false, random: null };

  test("train like others, and name the layer that is not finite", async () => {
    const data = fromArrays({ inputs: [[1], [2]], targets: [[5], [10]], inputShape: [1] });
    const net = twice();
    await train(net, data, { loss: meanSquaredError(), optimizer: sgd({ learningRate: 0.01 }), epochs: 200 });
    expect((await net.state.get("f.weight")!.data())[0]).toBeCloseTo(2, 4);
    const far = functional({ inputs: [1], layers: { f: times(1, 1e30) }, forward: (x, { f }) => f(f(x)) });
    await expect(train(far as never, data, { loss: meanSquaredError(), optimizer: sgd() })).rejects.toThrow(
      "train: the output of dense(1) at layer f is not finite at step 1",
    );
  });

  test("may be several of each for forward and loss, and train as one", async () => {
    // x and y go in, their sum and its sign come out.
    const points = Array.from({ length: 16 }, (_, i) => [(i % 4) - 1.5, Math.floor(i / 4) - 1.6]);
    const data = fromArrays({
      inputs: points,
      targets: points.map(([x, y]) => [x! + y!, x! + y! > 0 ? 1 : 0]),
      inputShape: [2],
    });
    const net = functional({
      inputs: [2],
      layers: { each: times(1, 0.1), sum: dense(1), sign: dense(2) },
      forward: (x, { each, sum, sign }) => {
        const both = concat([each(x.slice([0, 0], [null, 1])), each(x.slice([0, 1]))], 1);
        return concat([sum(both), sign(both)], 1);
      },
    });
    const { perExample: logits } = crossEntropy();
    const loss = (output: Tensor, target: Tensor): Tensor => {
      const [value, label] = [target.slice([0, 0], [null, 1]), target.slice([0, 1]).squeeze(1).cast("int32")];
      const far = output.slice([0, 0], [null, 1]).sub(value).square().sum(1);
      return far.add(logits(output.slice([0, 1]), label)) as Tensor;
    };
    const options = { loss, optimizer: sgd({ learningRate: 0.1 }), epochs: 200, batchSize: 8, seed: 1 };
    const result = await train(net as never, data, options);
    expect(result.loss).toBeLessThan(0.2);
    for (const [i, [sum, no, yes]] of ((await net.predict(points)) as number[][]).entries()) {
      const truth = points[i]![0]! + points[i]![1]!;
      expect([Math.abs(sum! - truth) < 0.3, yes! > no!]).toEqual([true, truth > 0]);
    }
  });

  test("are what train and evaluate take", async () => {
    const data = fromArrays({ inputs: [[1]], targets: [[1]], inputShape: [1] });
    const options = { loss: meanSquaredError(), optimizer: sgd() };
    await expect(train(pair() as never, data, options)).rejects.toThrow(
      "train: needs a network with one input and one output; got functional(tower=sequential(flatten dense(3) relu), " +
        "head=dense(1), scores=dense(4)). Let forward take one input apart, and give one output that the loss takes apart.",
    );
    await expect(train(dense(2) as never, data, options)).rejects.toThrow(
      "train: needs a network with one input and one output; got an object.",
    );
  });

  test("have their shapes as types", () => {
    const layers = { a: dense(4), b: residual(dense(4)) };
    const net = functional({ inputs: [2, 3], layers, forward: (x, { a, b }) => b(a(x.flatten(1))).add(1) });
    expectTypeOf(net).toEqualTypeOf<Network<[2, 3], [4]>>();
    expect(net.outputShape).toEqual([4]);
    expectTypeOf(pair().inputShapes).toEqualTypeOf<{ readonly left: [2, 2]; readonly right: [2, 2] }>();
    expectTypeOf(pair().outputShapes.same).toEqualTypeOf<[1]>();
    const unknown: Layer = dense(3);
    const loose = functional({ inputs: [2], layers: { unknown }, forward: (x, { unknown }) => unknown(x) });
    expectTypeOf(loose.outputShape).toEqualTypeOf<readonly number[]>();
  });

  test("say nothing about probabilities, so that the loss takes them for logits", async () => {
    const net = functional({ inputs: [2], layers: { s: softmax(), d: dense(2) }, forward: (x, { s, d }) => d(s(x)) });
    const data = fromArrays({ inputs: [[1, 2]], targets: [0], inputShape: [2], classes: ["a", "b"] });
    await train(net, data, { loss: crossEntropy(), optimizer: sgd() });
    const { confidences } = await net.classify([1, 2]);
    expect(confidences[0]! + confidences[1]!).toBeCloseTo(1, 6);
  });
});

describe("several inputs and outputs", () => {
  test("go in and come out as records", async () => {
    const net = pair().initialize({ seed: 1 });
    expect([net.inputShapes, net.outputShapes]).toEqual([
      { left: [2, 2], right: [2, 2] },
      { same: [1], scores: [4] },
    ]);
    expect([...net.state.keys()]).toEqual([
      "tower.1.weight",
      "tower.1.bias",
      "head.weight",
      "head.bias",
      "scores.weight",
      "scores.bias",
    ]);
    const { same, scores } = net.forward({ left: ones([5, 2, 2]), right: ones([5, 2, 2]) });
    expectTypeOf(same.shape).toEqualTypeOf<[number, 1]>();
    expect([same.shape, scores.shape]).toEqual([
      [5, 1],
      [5, 4],
    ]);
    const one = [
      [1, 2],
      [3, 4],
    ];
    const single = await net.predict({ left: one, right: one });
    const batch = await net.predict({ left: [one, one], right: [one, one] });
    expect([batch.same, batch.scores]).toEqual([
      [single.same, single.same],
      [single.scores, single.scores],
    ]);
  });

  test("or of one kind only", async () => {
    const sum = functional({
      inputs: { a: [1], b: [1] },
      layers: { f: times(1, 2) },
      forward: ({ a, b }, { f }) => f(a).add(f(b)),
    }).initialize();
    expect(await sum.predict({ a: [1], b: [10] })).toEqual([22]);
    const split = functional({
      inputs: [1],
      layers: { f: times(1, 2), g: times(2, 3) },
      forward: (x, { f, g }) => ({ f: f(x), g: g(x) }),
    }).initialize();
    expect(await split.predict([1])).toEqual({ f: [2], g: [3, 3] });
    expect(await split.predict([[1], [2]])).toEqual({
      f: [[2], [4]],
      g: [
        [3, 3],
        [6, 6],
      ],
    });
  });

  test("in the summary", () => {
    expect(pair().summary()).toMatchInlineSnapshot(`
      "         layer       output  parameters
               left        [2, 2]
               right       [2, 2]
        tower  sequential  [3]
      tower.0    flatten   [4]              0
      tower.1    dense(3)  [3]             15  weight [3, 4], bias [3]
      tower.2    relu      [3]              0
         head  dense(1)    [1]              7  weight [1, 6], bias [1]
       scores  dense(4)    [4]             28  weight [4, 6], bias [4]

      50 parameters, 200 bytes in float32"
    `);
  });
});

test("a layer with buffers that is called twice moves them twice, as in PyTorch", () => {
  const net = functional({
    inputs: [1],
    layers: { norm: batchNorm({ momentum: 0.5, affine: false }) },
    forward: (x, { norm }) => norm(x.mul(10)).add(norm(x)),
  }).initialize();
  const updated: [string, Tensor][] = [];
  const update = (name: string, value: Tensor): void => void updated.push([name, value]);
  net.apply(net.state, tensor([[1], [3]]) as Tensor, { training: true, random: null, update });
  expect(updated.map(([name]) => name)).toEqual([
    "norm.runningMean",
    "norm.runningVariance",
    "norm.runningMean",
    "norm.runningVariance",
  ]);
  // 0 → (0 + 20) / 2 → (10 + 2) / 2
  return expect(updated[2]![1].array()).resolves.toEqual([6]);
});

describe("saved", () => {
  test("fill a network that the same code builds", async () => {
    const [several, one] = [pair().initialize({ seed: 2 }), twice().initialize()];
    one.setParameters(new Map([["f.weight", tensor([[5]]) as Tensor]]));
    one.normalization = { multiply: 2, add: 1 };
    await several.save(join(folder, "several"));
    await one.save(join(folder, "one"));
    const again = await load(join(folder, "several"), { into: pair() });
    for (const [name, values] of several.state) {
      expect(await again.state.get(name)!.array()).toEqual(await values.array());
    }
    const filled = await load(join(folder, "one"), { into: twice() });
    expectTypeOf(filled).toEqualTypeOf<Network<[1], [1]>>();
    expect([await filled.predict([1]), filled.normalization]).toEqual([[26], { multiply: 2, add: 1 }]);
    await expect(load(join(folder, "several"))).rejects.toThrow(
      "several: holds the values of a network that only code builds. Build it and fill it: load(path, { into: net }).",
    );
    await expect(load(join(folder, "one"))).rejects.toThrow(
      "a network that code builds takes the values: load(path, { into: net }).",
    );
  });

  test("and files of other programs fill any network, if they hold what it keeps", async () => {
    const weight = { dtype: "float32", shape: [1, 2], data: Float32Array.of(2, 3) } as const;
    const bias = { dtype: "float32", shape: [1], data: Float32Array.of(4) } as const;
    const bytes = (tensors: object): Uint8Array => encodeSafetensors(new Map(Object.entries(tensors)), {});
    const into = () => network([2], dense(1));
    const net = decodeModel(bytes({ "0.weight": weight, "0.bias": bias }), "m", { into: into() });
    expect(await net.predict([1, 1])).toEqual([9]);
    const refused: [object, string][] = [
      [{ "0.weight": weight }, "m: the network needs 0.bias [1]; the file does not have it. Take a file"],
      [{ "0.weight": weight, "0.bias": bias, more: bias }, "m: network: there is no parameter more in dense(1)."],
      [{ "0.weight": bias, "0.bias": bias }, "m: network: parameter 0.weight must be [1, 2]; got [1]."],
      [{ "0.weight": weight, "0.bias": { ...bias, data: Float32Array.of(Number.NaN) } }, "every weight must be finite"],
    ];
    for (const [tensors, sentence] of refused) {
      expect(() => decodeModel(bytes(tensors), "m", { into: into() })).toThrow(sentence);
    }
    const trained = network([2], dense(1)).initialize();
    trained.classes = ["a", "b"];
    expect(() => decodeModel(bytes({}), "m")).toThrow("Build the network in code and fill it");
    const filled = decodeModel(await encodeModel(trained as never), "m", { into: into() });
    expect(filled.classes).toEqual(["a", "b"]);
  });
});

describe("refusals", () => {
  const head = dense(2);
  test.each<[string, () => unknown]>([
    [
      "dense(2) at layer head: needs a flat input [n]; got [2, 2]. Add flatten() before it.",
      // @ts-expect-error
      () => functional({ inputs: [2, 2], layers: { head }, forward: (x, { head }) => head(x) }),
    ],
    [
      "dense(2) at layer tower.body.0: needs a flat input [n]; got [2, 2]. Add flatten() before it.",
      // @ts-expect-error
      () => functional({ inputs: [2, 2], layers: { tower: residual(head) }, forward: (x, { tower }) => tower(x) }),
    ],
    [
      "add: shapes [2, 2] and [2, 3] do not broadcast",
      // @ts-expect-error
      () => functional({ inputs: [3], layers: { head }, forward: (x, { head }) => head(x).add(x) }),
    ],
    [
      "dense(2) at layer head: a layer that is used again shares its weights and takes inputs of one shape; got [3], then [2]. " +
        "Take another layer for them.",
      () => functional({ inputs: [3], layers: { head }, forward: (x, { head }) => head(head(x)) }),
    ],
    [
      "functional: every layer must be called; more is not. Call it in forward, or leave it out.",
      () => functional({ inputs: [3], layers: { head, more: relu() }, forward: (x, { head }) => head(x) }),
    ],
    [
      "functional: the output must be a batch, [batch, ...]; for batches of 2 it is [].",
      () => functional({ inputs: [3], layers: { head }, forward: (x, { head }) => head(x).sum() }),
    ],
    [
      "functional: the output y must be a batch, [batch, ...]; for batches of 2 it is 3.",
      () => functional({ inputs: [3], layers: { head }, forward: (x, { head }) => ({ x: head(x), y: 3 as never }) }),
    ],
    [
      "functional: forward must return a tensor or a record of tensors; got undefined.",
      () => functional({ inputs: [3], layers: { head }, forward: (x, { head }) => void head(x) as never }),
    ],
    [
      "network: layer head must be a layer; got a function. Call it: dense(10), relu().",
      () =>
        functional({
          inputs: [3],
          layers: { head: dense } as never,
          forward: ((x: Tensor, { head }: any) => head(x)) as never,
        }),
    ],
    [
      "functional: needs a record of layers and a function; forward is undefined. Write functional({ inputs: [4], " +
        "layers: { head: dense(2) }, forward: (x, { head }) => head(x) }).",
      () => functional({ inputs: [3], layers: {} } as never),
    ],
    [
      'functional: names of layers are letters and digits; got "a.b". Write layers: { head: dense(2) }.',
      () => functional({ inputs: [3], layers: { "a.b": head }, forward: (x, { "a.b": f }) => f(x) }),
    ],
    [
      "network: the input shape needs positive integers; got [0]. Leave the batch axis out: [16, 16].",
      () => functional({ inputs: { a: [0] }, layers: { head }, forward: ({ a }, { head }) => head(a) }),
    ],
  ])("%s", (sentence, build) => {
    expect(build).toThrow(sentence);
  });

  test("of inputs", async () => {
    const net = pair().initialize();
    const x = ones([3, 2, 2]);
    expect(() => net.forward({ left: x } as never)).toThrow("functional: needs a record with left, right; got left.");
    expect(() => net.forward(x as never)).toThrow("functional: needs a record with left, right; got");
    expect(() => net.forward({ left: x, right: ones([4, 2, 2]) })).toThrow(
      "functional: all inputs must be batches of one size; got 3 and 4 examples. Give as many of each.",
    );
    expect(() => net.forward({ left: x, right: ones([3, 4]) as never })).toThrow(
      "network: needs [batch, 2, 2]; got [3, 4]",
    );
    await expect(net.predict({ left: 3 as never, right: x })).rejects.toThrow(
      "predict: needs numbers nested as [2, 2]",
    );
    expect(() => pair().forward({ left: x, right: x })).toThrow("its parameters have no values yet");
  });
});

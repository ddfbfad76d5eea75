/** Proves networks: layers that meet, parameters that are fixed by a seed, values worked out by hand, answers, and refusals. */

import { describe, expect, test } from "vitest";
import { RandomStream } from "../base/rng.ts";
import { normal, ones, tensor, zeros } from "../tensor/create.ts";
import { grad } from "../tensor/grad.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { fillWith } from "./initializer.ts";
import { glorotUniform, heNormal } from "./initializers.ts";
import { layer, type PassContext } from "./layer.ts";
import { leakyRelu, relu, sigmoid, tanh } from "./layers/activations.ts";
import { dense } from "./layers/dense.ts";
import { dropout } from "./layers/dropout.ts";
import { flatten } from "./layers/flatten.ts";
import { reshape } from "./layers/reshape.ts";
import { softmax } from "./layers/softmax.ts";
import { Network, network } from "./network.ts";

const evaluation: PassContext = { training: false, random: null };

/** [2] → dense(2): row i of the weight holds the weights into unit i. */
const small = () =>
  network([2], dense(2)).setParameters(
    new Map<string, Tensor>([
      [
        "0.weight",
        tensor([
          [1, -2],
          [-1, 1],
        ]),
      ],
      ["0.bias", tensor([1, 0])],
    ]),
  );

describe("layers", () => {
  test.each([
    ["sigmoid", sigmoid(), [0, 1], [0.5, 0.7310585975646973]],
    ["tanh", tanh(), [0, 100], [0, 1]],
    ["relu", relu(), [-1, 2], [0, 2]],
    ["leakyRelu", leakyRelu(0.5), [-1, 2], [-0.5, 2]],
    ["softmax", softmax(), [0, 0], [0.5, 0.5]],
  ])("%s keeps the shape and has no parameters", async (_, applied, x, expected) => {
    const net = network([2], applied).initialize();
    expect([net.outputShape, net.parameterCount]).toEqual([[2], 0]);
    expect(await net.predict(x)).toEqual(expected);
  });

  test("dense: y = W x + b", async () => {
    expect(await small().predict([1, -1])).toEqual([4, -2]);
    const noBias = network([3], dense(1, { bias: false }));
    expect(noBias.parameterSpecs.map(({ name, shape, kind }) => [name, shape, kind])).toEqual([
      ["0.weight", [1, 3], "weight"],
    ]);
  });

  test("flatten and reshape move no numbers", async () => {
    const net = network([2, 3], flatten(), reshape([3, 2]), flatten(), reshape([1, 6])).initialize();
    expect(net.outputShape).toEqual([1, 6]);
    expect(
      await net.predict([
        [1, 2, 3],
        [4, 5, 6],
      ]),
    ).toEqual([[1, 2, 3, 4, 5, 6]]);
  });

  test("dropout rests outside of training, and needs random numbers in it", async () => {
    const net = network([2], dropout(0.5)).initialize();
    expect(await net.predict([1, 2])).toEqual([1, 2]);
    expect(() =>
      net.apply(new Map(), ones([1, 2]), { training: true, random: null }),
    ).toThrowErrorMatchingInlineSnapshot(
      `[TrainingError: dropout(0.5) at layer 0: a training pass needs random numbers; got none.]`,
    );
  });

  test("arguments out of range", () => {
    expect(() => dense(0)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: dense: units must be a positive integer; got 0. Write dense(10) for ten outputs.]`,
    );
    expect(() => dense(2.5)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: dense: units must be a positive integer; got 2.5. Write dense(10) for ten outputs.]`,
    );
    expect(() => dropout(1)).toThrowErrorMatchingInlineSnapshot(
      `[GradusError: dropout: rate must be in [0, 1); got 1. Write 0.5 to drop every second element.]`,
    );
    expect(() => reshape([0])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: reshape: every dimension must be a positive integer; got [0].]`,
    );
    expect(() => leakyRelu(Infinity)).toThrowErrorMatchingInlineSnapshot(
      `[GradusError: leakyRelu: slope must be a finite number; got Infinity. Write leakyRelu(0.01).]`,
    );
  });

  test("layers that do not fit", () => {
    const build =
      (input: number[], ...layers: string[]) =>
      () =>
        Network.from(input, layers.join(" "));
    expect(build([7, 7, 64], "relu", "dense(10)")).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: dense(10) at layer 1: needs a flat input [n]; got [7, 7, 64]. Add flatten() before it.]`,
    );
    expect(build([3, 3], "reshape([4, 5])")).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: reshape([4, 5]) at layer 0: needs 20 elements; got [3, 3] with 9. Choose a shape with 9 elements.]`,
    );
    expect(build([], "softmax")).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: softmax at layer 0: needs an axis to sum along; got []. Reshape the input to [n].]`,
    );
    expect(() => network([0], relu())).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: network: the input shape needs positive integers; got [0]. Leave the batch axis out: [16, 16].]`,
    );
    expect(() => network([2.5], relu())).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: network: the input shape needs positive integers; got [2.5]. Leave the batch axis out: [16, 16].]`,
    );
  });
});

describe("layers of one's own", () => {
  const scale = () =>
    layer({
      name: "scale",
      shape: (input) => input,
      parameters: ([n]) => [{ name: "factor", shape: [n!], kind: "weight", initializer: glorotUniform() }],
      apply: (x, { factor }) => x.mul(factor!) as Tensor,
    });

  test("have parameters, names and a place like others", async () => {
    const net = network([2], scale(), dense(1), scale());
    expect(net.parameterSpecs.map(({ name }) => name)).toEqual(["0.factor", "1.weight", "1.bias", "2.factor"]);
    expect(net.toString()).toBe("scale dense(1) scale");
    net.setParameters(
      new Map<string, Tensor>([
        ["0.factor", tensor([2, 3])],
        ["1.weight", ones([1, 2])],
        ["1.bias", zeros([1])],
        ["2.factor", tensor([10])],
      ]),
    );
    expect(await net.predict([1, 1])).toEqual([50]);
  });

  test("are told when rule and function differ", () => {
    const wrong = layer({ name: "wrong", shape: ([n]) => [2 * n!], apply: (x) => x });
    expect(() =>
      network([2], wrong)
        .initialize()
        .forward(ones([1, 2])),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: wrong at layer 0: its shape rule promises [1, 4]; apply gave [1, 2]. Make the two agree.]`,
    );
  });
});

describe("parameters", () => {
  test("a seed fixes the bits; every parameter has a stream of its own", async () => {
    const values = async (seed: number) =>
      Promise.all(
        [
          ...network([4], dense(3, { initializer: heNormal() }), dense(3))
            .initialize({ seed })
            .parameters.values(),
        ].map((p) => p.data()),
      );
    expect(await values(1)).toEqual(await values(1));
    expect(await values(1)).not.toEqual(await values(2));
    const [first] = await values(1);
    const expected = new Float32Array(12);
    fillWith(heNormal(), expected, [3, 4], new RandomStream(1, "weights/0.weight"));
    expect(first).toEqual(expected);
  });

  test("weights are Glorot's by default, biases 0", async () => {
    const { parameters } = network([300], dense(200)).initialize({ seed: 1 });
    const weights = await parameters.get("0.weight")!.data();
    const limit = Math.sqrt(6 / 500);
    expect(weights.every((w) => Math.abs(w) <= limit)).toBe(true);
    const squares = Array.from(weights, (w) => w * w);
    expect(squares.reduce((sum, square) => sum + square, 0) / squares.length).toBeCloseTo(2 / 500, 4);
    expect(new Set(await parameters.get("0.bias")!.data())).toEqual(new Set([0]));
  });

  test("in float64, not rounded", async () => {
    const net = network([2], dense(2)).initialize({ seed: 1, dtype: "float64" });
    expect(net.dtype).toBe("float64");
    const single = await network([2], dense(2)).initialize({ seed: 1 }).parameters.get("0.weight")!.data();
    expect(Float32Array.from(await net.parameters.get("0.weight")!.data())).toEqual(single);
    expect(await net.predict([0.1, 0.2])).not.toEqual((await net.predict([0.1, 0.2])).map(Math.fround));
  });

  test("refused, the network stays what it was", async () => {
    const net = small();
    const give = (entries: Record<string, Tensor>) => () => net.setParameters(new Map(Object.entries(entries)));
    const fitting = { "0.weight": zeros([2, 2]) as Tensor, "0.bias": zeros([2]) as Tensor };
    expect(give({ "0.weight": fitting["0.weight"] })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: network: parameter 0.bias [2] is missing. Take the parameters of a network with the same layers.]`,
    );
    expect(give({ ...fitting, "0.bias": zeros([3]) })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: network: parameter 0.bias must be [2]; got [3]. Take the parameters of a network with the same layers.]`,
    );
    expect(give({ ...fitting, "1.weight": zeros([1]) })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: network: there is no parameter 1.weight in dense(2). Take the parameters of a network with the same layers.]`,
    );
    expect(give({ ...fitting, "0.bias": zeros([2], { dtype: "int32" }) })).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: network: parameter 0.bias must be float32 or float64; got int32. Cast it.]`,
    );
    expect(give({ ...fitting, "0.bias": zeros([2], { dtype: "float64" }) })).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: network: all parameters must have one dtype; got float32 and, for 0.bias, float64. Cast one of them.]`,
    );
    expect(await net.predict([1, -1])).toEqual([4, -2]);
    expect(() => network([2], dense(2)).parameters).toThrowErrorMatchingInlineSnapshot(
      `[TrainingError: network: its parameters have no values yet. Train it, load them, or call net.initialize({ seed: 1 }).]`,
    );
    await expect(network([2], dense(2)).predict([1, 2])).rejects.toThrow("its parameters have no values yet");
    expect(() => net.initialize({ seed: -1 })).toThrow("seed: must be an integer");
  });
});

describe("answers", () => {
  const expected = [
    [4, -2],
    [1, 0],
  ];

  test("for one example, a batch, tensors, nested arrays and examples of data sets", async () => {
    const net = small();
    const example = (...values: number[]) => ({ data: Float32Array.from(values), shape: [2] });
    expect(await net.predict([1, -1])).toEqual(expected[0]);
    expect(
      await net.predict([
        [1, -1],
        [0, 0],
      ]),
    ).toEqual(expected);
    expect(await net.predict(tensor([1, -1]))).toEqual(expected[0]);
    expect(
      await net.predict(
        tensor([
          [1, -1],
          [0, 0],
        ]),
      ),
    ).toEqual(expected);
    expect(await net.predict(example(1, -1))).toEqual(expected[0]);
    expect(await net.predict([example(1, -1), example(0, 0)])).toEqual(expected);
    expect(
      await net
        .forward(
          tensor([
            [1, -1],
            [0, 0],
          ]),
        )
        .array(),
    ).toEqual(expected);
  });

  test("classes with names and without, probabilities that sum to 1", async () => {
    const net = small();
    const one = await net.classify([1, -1]);
    expect(one).toEqual({ label: "0", confidence: one.confidences[0], confidences: one.confidences });
    expect(one.confidences[0]).toBeCloseTo(1 / (1 + Math.exp(-6)), 6);
    expect(one.confidences[0]! + one.confidences[1]!).toBeCloseTo(1, 6);
    net.classes = ["cat", "dog"];
    expect(
      (
        await net.classify([
          [1, -1],
          [-1, 1],
        ])
      ).map(({ label }) => label),
    ).toEqual(["cat", "dog"]);
  });

  test("softmax is not applied twice", async () => {
    const net = network([2], softmax()).initialize();
    expect((await net.classify([0, Math.LN2])).confidences[1]).toBeCloseTo(2 / 3, 6);
  });

  test("refusals", async () => {
    const net = small();
    await expect(net.predict([1, 2, 3])).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: network: needs [batch, 2]; got [3]. The axes after the first are the network's input shape.]`,
    );
    await expect(net.predict([[1, 2], [3]])).rejects.toThrow("tensor: all parts of a nested array");
    await expect(net.predict([])).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: network: needs [batch, 2]; got [0]. The axes after the first are the network's input shape.]`,
    );
    await expect(net.predict([{ data: new Float32Array(3), shape: [3] }])).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: network: needs examples of shape [2]; got one of [3].]`,
    );
    await expect(network([2], dense(1)).initialize().classify([1, 2])).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: classify: needs outputs [classes] with at least two classes; got [1]. Use net.predict(x).]`,
    );
    expect(() => net.forward(ones([2]) as never)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: network: needs [batch, 2]; got [2]. Put a batch axis in front: x.expand(0).]`,
    );
    expect(() => net.forward(ones([4, 3]) as never)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: network: needs [batch, 2]; got [4, 3]. The axes after the first are the network's input shape.]`,
    );
  });
});

describe("the pass", () => {
  test("is watched layer by layer", () => {
    const net = network([2], dense(3), relu(), dense(1)).initialize();
    const seen: unknown[] = [];
    net.apply(net.parameters, ones([5, 2]), {
      ...evaluation,
      observe: ({ layer: { title }, path }, output) => seen.push([path, title, output.shape]),
    });
    expect(seen).toEqual([
      ["0", "dense(3)", [5, 3]],
      ["1", "relu", [5, 3]],
      ["2", "dense(1)", [5, 1]],
    ]);
  });

  test("is a pure function of parameters and input, so that it has gradients", async () => {
    const net = network([2], dense(1));
    const parameters = { "0.weight": tensor([[1, 2]]) as Tensor, "0.bias": tensor([3]) as Tensor };
    const slope = grad((p: typeof parameters) =>
      net.apply(new Map(Object.entries(p)), tensor([[5, 7]]), evaluation).sum(),
    );
    const found = slope(parameters);
    expect([await found["0.weight"].array(), await found["0.bias"].array()]).toEqual([[[5, 7]], [1]]);
    expect(net.initialized).toBe(false);
  });

  test("does not depend on the batch around an example", async () => {
    const net = network([8], dense(16), tanh(), dense(3)).initialize({ seed: 1 });
    const batch = normal([7, 8], { seed: 2 });
    const together = await net.predict(batch);
    for (let i = 0; i < 7; i++) expect(await net.predict(batch.slice([i], [i + 1]).reshape([8]))).toEqual(together[i]);
  });
});

test("summary", () => {
  const net = network([28, 28], flatten(), dense(500), relu(), dropout(0.5), dense(10, { bias: false }));
  expect(net.summary()).toMatchInlineSnapshot(`
    "   layer                  output    parameters
       input                  [28, 28]
    0  flatten                [784]              0
    1  dense(500)             [500]        392,500  weight [500, 784], bias [500]
    2  relu                   [500]              0
    3  dropout(0.5)           [500]              0
    4  dense(10, bias=false)  [10]           5,000  weight [10, 500]

    397,500 parameters, 1.5 MiB in float32"
  `);
  expect(network([1]).summary()).toMatchInlineSnapshot(`
    "  layer  output  parameters
      input  [1]

    0 parameters, 0 bytes in float32"
  `);
});

test("the parameters of the lecture's network are counted", () => {
  expect(Network.from([28, 28], "flatten dense(500) relu dense(500) relu dense(10)").parameterCount).toBe(648_010);
  expect(Network.from([784], "dense(815) dense(10)").parameterCount).toBe(647_935);
  expect(Network.from([256], "dense(500) dense(500) dense(10)").parameterCount).toBe(384_010);
});

/**
 * Proves the layers of pictures, sequences and volumes: the lecture's examples by hand, shapes as types, what layer strings and summaries
 * say, and the sentences where something does not fit. PyTorch's values stand in ../golden.test.ts.
 */

import { describe, expect, expectTypeOf, test } from "vitest";
import { tensor } from "../../tensor/create.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { refusal } from "../../tensor/testing.ts";
import { heNormal } from "../initializers.ts";
import { type Layer, printLayers } from "../layer.ts";
import { Network, network } from "../network.ts";
import { parseLayers } from "../strings.ts";
import { elu, gelu, hardSwish, leakyRelu } from "./activations.ts";
import { adaptiveAveragePool2d, adaptiveMaxPool2d } from "./adaptive-pool.ts";
import { takeChannels, unitBias } from "./channels.ts";
import { conv1d, conv2d, conv3d } from "./conv.ts";
import { convTranspose1d, convTranspose2d, convTranspose3d } from "./conv-transpose.ts";
import { dense } from "./dense.ts";
import { depthwiseConv2d, separableConv2d } from "./depthwise-conv.ts";
import { embedding } from "./embedding.ts";
import { flatten } from "./flatten.ts";
import { globalAveragePool, globalMaxPool } from "./global-pool.ts";
import { maxout } from "./maxout.ts";
import { averagePool2d, averagePool3d, maxPool1d, maxPool2d } from "./pool.ts";
import { prelu } from "./prelu.ts";
import { reshape } from "./reshape.ts";
import { logSoftmax } from "./softmax.ts";
import { upsample2d, zeroPad2d } from "./upsample.ts";

describe("the lecture's examples", () => {
  const image = ["100001", "010010", "001100", "100010", "010010", "001010"].map((row) => [...row].map(Number));
  const filtered = async (filter: number[][]): Promise<unknown[]> => {
    const net = network([6, 6], reshape([6, 6, 1]), conv2d(1, 3, { bias: false }), reshape([4, 4]));
    const pooled = network([4, 4], reshape([4, 4, 1]), maxPool2d(2), reshape([2, 2])).initialize();
    const weight: Tensor = tensor([[filter]]);
    const y = await net.setParameters(new Map([["1.weight", weight]])).predict(image);
    return [y, await pooled.predict(y)];
  };

  test("a filter for diagonals, and the largest of each 2×2", async () => {
    const filter = [
      [1, -1, -1],
      [-1, 1, -1],
      [-1, -1, 1],
    ];
    expect(await filtered(filter)).toEqual([
      [
        [3, -1, -3, -1],
        [-3, 1, 0, -3],
        [-3, -3, 0, 1],
        [3, -2, -2, -1],
      ],
      [
        [3, 0],
        [3, 1],
      ],
    ]);
  });

  test("a filter for vertical lines", async () => {
    expect(await filtered(new Array(3).fill([-1, 1, -1]))).toEqual([
      [
        [-1, -1, -1, -1],
        [-1, -1, -2, 1],
        [-1, -1, -2, 1],
        [-1, 0, -4, 3],
      ],
      [
        [-1, 1],
        [0, 3],
      ],
    ]);
  });

  test("maxout: the larger of two neighbours", async () => {
    const net = network([4], maxout(2)).initialize();
    expect(await net.predict([5, 7, -1, 1])).toEqual([7, 1]);
    expect(await net.predict([1, 2, 4, 3])).toEqual([2, 4]);
  });
});

test("an embedding takes what data sets give, and the first or last row for what lies outside", async () => {
  const weight: Tensor = tensor([
    [1, 2],
    [3, 4],
    [5, 6],
  ]);
  const net = network([4], embedding(3, 2)).setParameters(new Map([["0.weight", weight]]));
  expect(await net.predict([2, 0, -1, 9])).toEqual([
    [5, 6],
    [1, 2],
    [1, 2],
    [5, 6],
  ]);
  const indices: Tensor = tensor([[0, 1, 2, 2]], { dtype: "int32" });
  expect(await net.apply(net.parameters, indices, { training: false, random: null }).data()).toEqual(
    Float32Array.of(1, 2, 3, 4, 5, 6, 5, 6),
  );
});

describe("shapes are types", () => {
  test("of convolutions", () => {
    const net = network([28, 28, 1], conv2d(25, 3), maxPool2d(2), conv2d(50, 3), maxPool2d(2), flatten(), dense(10));
    expectTypeOf(net).toEqualTypeOf<Network<[28, 28, 1], [10]>>();
    expect(net.layers.map(({ outputShape }) => outputShape)).toEqual([
      [26, 26, 25],
      [13, 13, 25],
      [11, 11, 50],
      [5, 5, 50],
      [1250],
      [10],
    ]);
    const shapes = [
      network([9, 8, 4], conv2d(6, [3, 2], { groups: 2, dilation: [2, 3], stride: [2, 1], padding: [0, 2] })),
      network([28, 28, 3], conv2d(8, 3, { stride: 2, padding: "same" })),
      network([100, 4], conv1d(16, 5), maxPool1d(4)),
      network([8, 16, 16, 1], conv3d(4, [3, 5, 5], { stride: [1, 2, 2] }), averagePool3d(2)),
      network([7, 7, 8], convTranspose2d(3, 4, { stride: 2, padding: 1 })),
      network(
        [7, 5, 8],
        convTranspose2d(12, [2, 4], { groups: 4, stride: [3, 1], padding: "same", outputPadding: [1, 0] }),
      ),
      network([25, 8], convTranspose1d(4, 4, { stride: 4 })),
      network([4, 4, 4, 8], convTranspose3d(2, 2, { stride: 2 })),
      network([28, 28, 8], depthwiseConv2d(3, { multiplier: 3 })),
      network([28, 28, 8], separableConv2d(16, 3, { stride: 2, padding: 1 })),
    ] as const;
    expectTypeOf(shapes).toEqualTypeOf<
      readonly [
        Network<[9, 8, 4], [3, 9, 6]>,
        Network<[28, 28, 3], [14, 14, 8]>,
        Network<[100, 4], [24, 16]>,
        Network<[8, 16, 16, 1], [3, 3, 3, 4]>,
        Network<[7, 7, 8], [14, 14, 3]>,
        Network<[7, 5, 8], [22, 5, 12]>,
        Network<[25, 8], [100, 4]>,
        Network<[4, 4, 4, 8], [8, 8, 8, 2]>,
        Network<[28, 28, 8], [26, 26, 24]>,
        Network<[28, 28, 8], [14, 14, 16]>,
      ]
    >();
    expect(shapes.map(({ outputShape }) => outputShape)).toEqual([
      [3, 9, 6],
      [14, 14, 8],
      [24, 16],
      [3, 3, 3, 4],
      [14, 14, 3],
      [22, 5, 12],
      [100, 4],
      [8, 8, 8, 2],
      [26, 26, 24],
      [14, 14, 16],
    ]);
  });

  test("of the others", () => {
    const shapes = [
      network([7, 7, 2], maxPool2d([3, 2], { stride: 2, padding: 1 })),
      network([7, 7, 2], averagePool2d(3, { stride: 2, padding: "same" })),
      network([7, 8, 2], adaptiveAveragePool2d([2, 3])),
      network([7, 8, 2], adaptiveMaxPool2d(2)),
      network([7, 8, 2], globalAveragePool()),
      network([9, 2], globalMaxPool()),
      network([7, 8, 2], upsample2d([2, 3])),
      network([28, 28, 1], zeroPad2d([[1, 2], 3])),
      network([20], embedding(1000, 32)),
      network([5, 12], maxout(3)),
      network([4, 4, 3], takeChannels([0, 1, 1, 2]), unitBias(), prelu(), gelu(), elu(), hardSwish(), logSoftmax()),
    ] as const;
    expectTypeOf(shapes).toEqualTypeOf<
      readonly [
        Network<[7, 7, 2], [4, 4, 2]>,
        Network<[7, 7, 2], [4, 4, 2]>,
        Network<[7, 8, 2], [2, 3, 2]>,
        Network<[7, 8, 2], [2, 2, 2]>,
        Network<[7, 8, 2], [2]>,
        Network<[9, 2], [2]>,
        Network<[7, 8, 2], [14, 24, 2]>,
        Network<[28, 28, 1], [31, 34, 1]>,
        Network<[20], [20, 32]>,
        Network<[5, 12], [5, 4]>,
        Network<[4, 4, 3], [4, 4, 4]>,
      ]
    >();
    expect(shapes.map(({ outputShape }) => outputShape)).toEqual([
      [4, 4, 2],
      [4, 4, 2],
      [2, 3, 2],
      [2, 2, 2],
      [2],
      [2],
      [14, 24, 2],
      [31, 34, 1],
      [20, 32],
      [5, 4],
      [4, 4, 4],
    ]);
  });

  test("unknown dimensions and ranks become number and Shape", () => {
    const n: number = 4;
    const shape: number[] = [8, 8, 3];
    expectTypeOf(network([n, 8, 3], conv2d(5, 3))).toEqualTypeOf<Network<[number, 8, 3], [number, 6, 5]>>();
    expectTypeOf(network([8, 8, 3], conv2d(n, 3))).toEqualTypeOf<Network<[8, 8, 3], [6, 6, number]>>();
    expectTypeOf(network(shape, conv2d(5, 3))).toEqualTypeOf<Network<number[], readonly number[]>>();
    expectTypeOf(network(shape, maxPool2d(2), flatten(), dense(2))).toEqualTypeOf<Network<number[], [2]>>();
    expectTypeOf(network([8, 8, 3], depthwiseConv2d(3, { multiplier: n }))).toEqualTypeOf<
      Network<[8, 8, 3], [6, 6, number]>
    >();
    const layers: Layer[] = [conv2d(5, 3), globalAveragePool()];
    expectTypeOf(network([8, 8, 3], ...layers)).toEqualTypeOf<Network<[8, 8, 3], readonly number[]>>();
  });
});

test.each([
  "conv2d(32, 3) relu maxPool2d(2)",
  "conv1d(4, [3], stride=2, padding=[[2, 0]], bias=false, initializer=heNormal)",
  "conv2d(6, [2, 3], stride=[1, 2], padding=same, dilation=2, groups=2)",
  "conv3d(2, 3, padding=[1, [0, 1], 0]) convTranspose3d(2, 2, stride=2)",
  "convTranspose2d(3, 4, stride=2, padding=1, outputPadding=1, groups=3, bias=false) convTranspose1d(1, 2)",
  "depthwiseConv2d(3, multiplier=2, padding=same) separableConv2d(4, 3, stride=2, initializer=heUniform)",
  "maxPool1d(2) maxPool2d([2, 3], stride=1, padding=[1, 0]) maxPool3d(2)",
  "averagePool1d(2) averagePool2d(3, padding=1, countPadding=false) averagePool3d(2, stride=[1, 2, 2])",
  "adaptiveAveragePool2d([6, 5]) adaptiveMaxPool2d(7) globalAveragePool globalMaxPool",
  "upsample2d(2) upsample2d([2, 3], mode=bilinear) zeroPad2d(1) zeroPad2d([[1, 2], 0])",
  "embedding(1000, 32) embedding(10, 2, initializer=normal(1)) maxout(2)",
  "takeChannels([0, 1, 1]) unitBias spatialDropout(0.2) stochasticDepth(0.1) gaussianNoise(0.5)",
  "relu6 elu(1.5) softplus gelu gelu(approximate=true) silu mish hardSigmoid hardSwish logSoftmax",
  "prelu prelu(perChannel=true) prelu(slope=0.1)",
])("%s is read as it is printed", (text) => {
  expect(printLayers(parseLayers(text))).toBe(text);
});

test("summary", () => {
  const net = network(
    [28, 28, 1],
    conv2d(8, 3, { stride: 2, padding: "same", initializer: heNormal() }),
    prelu({ perChannel: true }),
    separableConv2d(4, 3, { bias: false }),
    averagePool2d(2),
    flatten(),
    dense(10),
  );
  expect(net.summary()).toMatchInlineSnapshot(`
    "   layer                                                       output       parameters
       input                                                       [28, 28, 1]
    0  conv2d(8, 3, stride=2, padding=same, initializer=heNormal)  [14, 14, 8]          80  weight [8, 1, 3, 3], bias [8]
    1  prelu(perChannel=true)                                      [14, 14, 8]           8  weight [8]
    2  separableConv2d(4, 3, bias=false)                           [12, 12, 4]         104  depthwise [8, 1, 3, 3], pointwise [4, 8, 1, 1]
    3  averagePool2d(2)                                            [6, 6, 4]             0
    4  flatten                                                     [144]                 0
    5  dense(10)                                                   [10]              1,450  weight [10, 144], bias [10]

    1,642 parameters, 6.4 KiB in float32"
  `);
});

test("weight decay spares what is no weight", () => {
  const net = network([8, 8, 2], conv2d(3, 3), prelu(), unitBias());
  expect(net.parameterSpecs.map(({ name, kind }) => [name, kind])).toEqual([
    ["0.weight", "weight"],
    ["0.bias", "bias"],
    ["1.weight", "bias"],
    ["2.bias", "bias"],
  ]);
});

test("arguments out of range, when the layer is made", () => {
  const slips: (() => unknown)[] = [
    () => conv2d(0, 3),
    () => conv2d(8, 0),
    () => conv2d(8, [3]),
    () => conv2d(8, 3, { stride: 0 }),
    () => conv2d(8, 3, { padding: -1 }),
    () => conv2d(8, 3, { padding: "full" as never }),
    () => conv2d(8, 3, { groups: 0.5 }),
    () => conv2d(8, 3, { groups: 3 }),
    () => (conv2d as () => unknown)(),
    () => convTranspose2d(8, 3, { stride: 2, outputPadding: 2 }),
    () => depthwiseConv2d(3, { multiplier: 0 }),
    () => separableConv2d(-1, 3),
    () => maxPool2d(0),
    () => averagePool2d(2, { stride: [1, 2, 3] }),
    () => adaptiveMaxPool2d([2]),
    () => upsample2d(0.5),
    () => upsample2d(2, { mode: "cubic" as never }),
    () => zeroPad2d(-1),
    () => zeroPad2d("same" as never),
    () => embedding(0, 8),
    () => embedding(8, 1.5),
    () => maxout(0),
    () => takeChannels([]),
    () => takeChannels([0, -1]),
    () => prelu({ slope: Number.NaN }),
    () => elu(Infinity),
    () => leakyRelu(Number.NaN),
  ];
  expect(slips.map(refusal).join("\n")).toMatchInlineSnapshot(`
    "ShapeError: conv2d: filters must be a positive integer; got 0. Write conv2d(32, 3).
    ShapeError: conv2d: kernel must be a positive integer, or one for each of the spatial axes [rows, columns]; got 0. Write kernel 2, or [2, 2].
    ShapeError: conv2d: kernel must be a positive integer, or one for each of the spatial axes [rows, columns]; got [3]. Write kernel 2, or [2, 2].
    ShapeError: conv2d: stride must be a positive integer, or one for each of the spatial axes [rows, columns]; got 0. Write stride 2, or [2, 2].
    ShapeError: conv2d: padding must be same, valid, a non-negative integer, or for each of the spatial axes [rows, columns] an integer or [before, after]; got -1. Write 1, or [1, 1].
    ShapeError: conv2d: padding must be same, valid, a non-negative integer, or for each of the spatial axes [rows, columns] an integer or [before, after]; got "full". Write 1, or [1, 1].
    ShapeError: conv2d: groups must be a positive integer; got 0.5. Write groups 2.
    ShapeError: conv2d: groups must divide the filters; got 8 filters and 3 groups. Change one of them.
    ShapeError: conv2d: filters must be a positive integer; got undefined. Write conv2d(32, 3).
    ShapeError: convTranspose2d: outputPadding must be smaller than the stride or the dilation; got 2 for stride 2 and dilation 1. Take a smaller one.
    ShapeError: depthwiseConv2d: multiplier must be a positive integer; got 0. Write multiplier 2.
    ShapeError: separableConv2d: filters must be a positive integer; got -1. Write separableConv2d(32, 3).
    ShapeError: maxPool2d: size must be a positive integer, or one for each of the spatial axes [rows, columns]; got 0. Write size 2, or [2, 2].
    ShapeError: averagePool2d: stride must be a positive integer, or one for each of the spatial axes [rows, columns]; got [1, 2, 3]. Write stride 2, or [2, 2].
    ShapeError: adaptiveMaxPool2d: size must be a positive integer, or one for each of the spatial axes [rows, columns]; got [2]. Write size 2, or [2, 2].
    ShapeError: upsample2d: scale must be a positive integer, or one for each of the spatial axes [rows, columns]; got 0.5. Write scale 2, or [2, 2].
    GradusError: upsample2d: mode must be nearest or bilinear; got "cubic". Choose one of them.
    ShapeError: zeroPad2d: size must be a non-negative integer, or for each of the spatial axes [rows, columns] an integer or [before, after]; got -1. Write 1, or [1, 1].
    ShapeError: zeroPad2d: size must be a non-negative integer, or for each of the spatial axes [rows, columns] an integer or [before, after]; got "same". Write 1, or [1, 1].
    ShapeError: embedding: count must be a positive integer; got 0. Write embedding(1000, 32).
    ShapeError: embedding: width must be a positive integer; got 1.5. Write embedding(1000, 32).
    ShapeError: maxout: pieces must be a positive integer; got 0. Write maxout(2).
    ShapeError: takeChannels: needs a list of places of channels, counted from 0; got []. Write takeChannels([0, 2]).
    ShapeError: takeChannels: needs a list of places of channels, counted from 0; got [0, -1]. Write takeChannels([0, 2]).
    GradusError: prelu: slope must be a finite number; got NaN. Write prelu({ slope: 0.25 }).
    GradusError: elu: alpha must be a finite number; got Infinity. Write elu(1).
    GradusError: leakyRelu: slope must be a finite number; got NaN. Write leakyRelu(0.01)."
  `);
});

test("what does not fit, when the network is built", () => {
  const misfits: readonly (readonly [number[], string])[] = [
    [[28, 28], "conv2d(32, 3)"],
    [[784], "relu conv2d(32, 3)"],
    [[28, 28, 1], "conv1d(32, 3)"],
    [[2, 9, 3], "conv2d(4, 3)"],
    [[9, 3, 3], "relu conv2d(4, 3, dilation=[1, 2], padding=[0, [1, 0]])"],
    [[8, 8, 3], "conv2d(4, 3, groups=2)"],
    [[1, 8, 8, 3], "conv3d(4, 2)"],
    [[3, 3, 2], "convTranspose2d(4, 3, padding=3)"],
    [[3, 3, 3], "convTranspose2d(4, 3, groups=2)"],
    [[3, 3], "convTranspose2d(4, 3)"],
    [[2, 2, 3], "depthwiseConv2d(3)"],
    [[8, 8], "separableConv2d(4, 3)"],
    [[1, 4, 2], "maxPool2d(2)"],
    [[8, 8], "maxPool2d(2)"],
    [[8, 8, 2], "averagePool2d(2, padding=2)"],
    [[10], "globalAveragePool"],
    [[8, 8], "adaptiveAveragePool2d(2)"],
    [[8], "upsample2d(2)"],
    [[8, 8], "zeroPad2d(1)"],
    [[5], "maxout(2)"],
    [[8, 8, 2], "takeChannels([0, 2])"],
    [[], "prelu"],
    [[], "logSoftmax"],
  ];
  const sentences = misfits.map(([input, layers]) => refusal(() => Network.from(input, layers)));
  expect(sentences.join("\n")).toMatchInlineSnapshot(`
    "ShapeError: conv2d(32, 3) at layer 0: needs an input [rows, columns, channels]; got [28, 28]. Add reshape([28, 28, 1]) before it.
    ShapeError: conv2d(32, 3) at layer 1: needs an input [rows, columns, channels]; got [784]. Add reshape([rows, columns, channels]) before it.
    ShapeError: conv1d(32, 3) at layer 0: needs an input [length, channels]; got [28, 28, 1]. Add reshape([length, channels]) before it.
    ShapeError: conv2d(4, 3) at layer 0: the kernel must fit into the padded input; along rows it covers 3 of 2 positions. Take a smaller kernel, or more padding.
    ShapeError: conv2d(4, 3) at layer 1: the kernel must fit into the padded input; along columns it covers 5 of 4 positions. Take a smaller kernel, or more padding.
    ShapeError: conv2d(4, 3) at layer 0: groups must divide the channels; got 3 channels and 2 groups. Change one of them.
    ShapeError: conv3d(4, 2) at layer 0: the kernel must fit into the padded input; along depth it covers 2 of 1 positions. Take a smaller kernel, or more padding.
    ShapeError: convTranspose2d(4, 3) at layer 0: the padding must leave something of the output; along rows it cuts 6 of 5 positions. Take less padding.
    ShapeError: convTranspose2d(4, 3) at layer 0: groups must divide the channels; got 3 channels and 2 groups. Change one of them.
    ShapeError: convTranspose2d(4, 3) at layer 0: needs an input [rows, columns, channels]; got [3, 3]. Add reshape([3, 3, 1]) before it.
    ShapeError: depthwiseConv2d(3) at layer 0: the kernel must fit into the padded input; along rows it covers 3 of 2 positions. Take a smaller kernel, or more padding.
    ShapeError: separableConv2d(4, 3) at layer 0: needs an input [rows, columns, channels]; got [8, 8]. Add reshape([8, 8, 1]) before it.
    ShapeError: maxPool2d(2) at layer 0: the window must fit into the padded input; along rows it covers 2 of 1 positions. Take a smaller window, or more padding.
    ShapeError: maxPool2d(2) at layer 0: needs an input [rows, columns, channels]; got [8, 8]. Add reshape([8, 8, 1]) before it.
    ShapeError: averagePool2d(2) at layer 0: padding must be smaller than the size, so that each window meets the input; got [2, 2] for size 2. Take less padding.
    ShapeError: globalAveragePool at layer 0: needs positions before the channels, [...spatial, channels]; got [10]. Leave it out.
    ShapeError: adaptiveAveragePool2d(2) at layer 0: needs an input [rows, columns, channels]; got [8, 8]. Add reshape([8, 8, 1]) before it.
    ShapeError: upsample2d(2) at layer 0: needs an input [rows, columns, channels]; got [8]. Add reshape([rows, columns, channels]) before it.
    ShapeError: zeroPad2d(1) at layer 0: needs an input [rows, columns, channels]; got [8, 8]. Add reshape([8, 8, 1]) before it.
    ShapeError: maxout(2) at layer 0: needs a last axis that 2 pieces divide; got [5]. Change the number of pieces, or of units before.
    ShapeError: takeChannels([0, 2]) at layer 0: needs at least 3 channels; got [8, 8, 2]. Take others.
    ShapeError: prelu at layer 0: needs an axis of channels; got []. Reshape the input to [n].
    ShapeError: logSoftmax at layer 0: needs an axis to sum along; got []. Reshape the input to [n]."
  `);
});

/**
 * Proves that JavaScript without types meets sentences, not stack traces: what stands where a tensor, a shape, a function or options
 * should is named, with the way out.
 */

import * as gradus from "gradus";
import * as functions from "gradus/functions";
import { describe, expect, test } from "vitest";

const g = gradus as any;
const f = functions as any;
const x = g.tensor([1, 2, 3]);
const net = () => g.network([2], g.dense(2)).initialize();

const refused: readonly (readonly [string, () => unknown, string])[] = [
  ["add", () => x.add("1"), 'add: needs a tensor or a number; got "1". Make one with tensor(…).'],
  ["add", () => x.add(undefined), "add: needs a tensor or a number; got undefined."],
  ["mul", () => x.mul([1, 2, 3]), "mul: needs a tensor or a number; got [1, 2, 3]. Make one with tensor(…)."],
  ["fma", () => x.fma(null, 1), "fma: needs a tensor or a number; got null."],
  ["select", () => x.less(2).select(null, 1), "select: needs a tensor or a number; got null."],
  ["matmul", () => x.matmul(5), "matmul: needs a tensor; got 5."],
  ["gather", () => x.gather([0]), "gather: needs a tensor; got [0]."],
  ["zeros", () => g.zeros(3), "zeros: a shape is a list of integers, such as [2, 3]; got 3. Put it in brackets."],
  ["ones", () => g.ones(), "ones: a shape is a list of integers, such as [2, 3]; got undefined."],
  ["full", () => g.full([2]), "full: needs a number; got undefined. Write full(shape, 0.5)."],
  ["tensor", () => g.tensor([1], { shape: 3 }), "tensor: a shape is a list of integers, such as [2, 3]; got 3."],
  [
    "normal",
    () => g.normal([1e10]),
    "normal: a tensor can have 536870912 elements; [10000000000] has 10000000000. Take fewer.",
  ],
  [
    "arange",
    () => g.arange(0, 1, 1e-12),
    "arange: a tensor can have 536870912 elements; [1000000000000] has 1000000000000.",
  ],
  ["reshape", () => x.reshape("3"), 'reshape: a shape is a list of integers, such as [2, 3]; got "3".'],
  ["transpose", () => x.transpose(1), "transpose: a permutation is a list of integers, such as [2, 3]; got 1."],
  ["sum", () => x.sum("0"), 'sum: axes is a list of integers, such as [2, 3]; got "0".'],
  ["slice", () => x.slice(1), "slice: a bound per axis is a list of integers, such as [2, 3]; got 1."],
  ["pad", () => x.pad(1, 1), "pad: a count per axis is a list of integers, such as [2, 3]; got 1."],
  ["broadcastTo", () => x.broadcastTo(3), "broadcastTo: a shape is a list of integers, such as [2, 3]; got 3."],
  ["concat", () => g.concat(x, 0), "concat: needs a list of tensors; got a Tensor. Write concat([a, b], axis)."],
  ["stack", () => g.stack([x, 1], 0), "stack: needs a tensor; got 1."],
  ["grad", () => g.grad("x"), 'grad: needs a function from tensors to a scalar; got "x". Write grad((x) => …).'],
  [
    "grad",
    () => g.grad((y: { sum(): unknown }) => y.sum())(3),
    "grad: the first argument must be a tensor, or tensors in arrays and records; got 3.",
  ],
  [
    "grad",
    () => g.grad(() => g.tensor(1))(),
    "grad: the first argument must be a tensor, or tensors in arrays and records; got undefined.",
  ],
  ["compile", () => g.compile("x"), 'compile: needs a function from tensors to tensors; got "x".'],
  ["softmax", () => f.softmax([1, 2]), "softmax: needs a tensor; got [1, 2]."],
  ["linear", () => f.linear(x), "linear: needs a tensor; got undefined."],
  ["relu", () => f.relu(3), "relu: needs a tensor; got 3."],
  ["gelu", () => f.gelu([1]), "gelu: needs a tensor; got [1]."],
  ["prelu", () => f.prelu(x), "prelu: needs a tensor; got undefined."],
  ["maxout", () => f.maxout([1, 2], 2), "maxout: needs a tensor; got [1, 2]."],
  ["upsample2d", () => f.upsample2d(3, 2), "upsample2d: needs a tensor; got 3."],
  ["adaptiveMaxPool2d", () => f.adaptiveMaxPool2d(x), "adaptiveMaxPool2d: size must be a positive integer, or one for"],
  ["convTranspose1d", () => f.convTranspose1d(x), "convTranspose1d: needs a tensor; got undefined."],
  ["conv2d", () => g.conv2d(8), "conv2d: kernel must be a positive integer, or one for each of the spatial axes"],
  [
    "conv2d",
    () => g.conv2d(8, "3"),
    'conv2d: kernel must be a positive integer, or one for each of the spatial axes [rows, columns]; got "3".',
  ],
  ["conv2d", () => g.conv2d(8, 3, { padding: {} }), "conv2d: padding must be same, valid, a non-negative integer"],
  ["maxPool2d", () => g.maxPool2d(), "maxPool2d: size must be a positive integer, or one for each"],
  ["zeroPad2d", () => g.zeroPad2d(), "zeroPad2d: size must be a non-negative integer, or for each"],
  ["takeChannels", () => g.takeChannels(3), "takeChannels: needs a list of places of channels, counted from 0; got 3."],
  ["embedding", () => g.embedding(10), "embedding: width must be a positive integer; got undefined."],
  ["oneHot", () => f.oneHot([1], 3), "oneHot: needs a tensor; got [1]."],
  ["conv2d", () => f.conv2d(1, 2), "conv2d: needs a tensor; got 1."],
  ["maxPool2d", () => f.maxPool2d(1, 2), "maxPool2d: needs a tensor; got 1."],
  ["adam", () => g.adam(0.001), "adam: takes options; got 0.001. Write adam({ learningRate: 0.001 })."],
  ["sgd", () => g.sgd("x"), 'sgd: takes options; got "x".'],
  [
    "layer",
    () => g.layer({}),
    "layer: needs a name of letters and digits, and the functions shape and apply; its name is undefined.",
  ],
  ["layer", () => g.layer({ name: "a b(" }), 'its name is "a b(".'],
  ["layer", () => g.layer({ name: "a", shape: () => [1] }), "apply is no function."],
  ["Network.from", () => g.Network.from([2]), "layers: needs a text; got undefined. Write it in quotes."],
  ["parseOptimizer", () => g.parseOptimizer(), "optimizer: needs a text; got undefined."],
  ["forward", () => net().forward([[1, 2]]), "network: needs a tensor; got a list of 1. Make one with tensor(…)."],
  ["setParameters", () => net().setParameters({}), "network: parameters come as a Map by name; got an object."],
];

describe("at the call", () => {
  test.each(refused)("%s", (_, run, sentence) => {
    expect(run).toThrow(gradus.GradusError);
    expect(run).toThrow(sentence);
  });
});

test("in a promise", async () => {
  const sum = g.compile((a: { add(b: unknown): unknown }, b: unknown) => a.add(b));
  await expect(sum(x, 5)).rejects.toThrow(
    "compile: every argument must be a tensor, or tensors in arrays and records; got 5.",
  );
  expect(() => g.realize(1)).toThrow("realize: needs a tensor; got 1.");
});

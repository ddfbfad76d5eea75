/** Proves the gate: what may enter and how it is understood, and the sentence for everything else. */

import { expect, test } from "vitest";
import { DataError } from "../base/errors.ts";
import { tensor } from "../tensor/create.ts";
import { type ArraysOptions, fromArrays } from "./from-arrays.ts";

test("nested lists give the input's shape", () => {
  const data = fromArrays({
    inputs: [
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ],
    targets: [0],
  });
  expect(data.inputShape).toEqual([2, 3]);
  expect([...data.inputs]).toEqual([1, 2, 3, 4, 5, 6]);
});

test("a plain list of numbers is examples of one value", () => {
  const data = fromArrays({ inputs: [1.5, 2.5], targets: [[1], [2]] });
  expect(data.inputShape).toEqual([1]);
  expect(data.targetShape).toEqual([1]);
});

test("flat arrays are cut evenly where no shape is given", () => {
  const data = fromArrays({ inputs: Float64Array.of(1, 2, 3, 4, 5, 6), targets: Uint8Array.of(1, 0) });
  expect(data.inputShape).toEqual([3]);
  expect(data.inputs).toBeInstanceOf(Float32Array);
  expect(data.targets).toEqual(Int32Array.of(1, 0));
});

test("a buffer of Node is taken as bytes", () => {
  const data = fromArrays({ inputs: Buffer.of(1, 2, 3, 4), inputShape: [2], targets: [0, 1] });
  expect(data.inputs.constructor).toBe(Uint8Array);
  expect(data.select([1]).inputs).toEqual(Uint8Array.of(3, 4));
});

test("labels get numbers as names, names get indices", () => {
  expect(fromArrays({ inputs: [1, 2, 3], targets: [0, 2, 0] }).classes).toEqual(["0", "1", "2"]);
  const named = fromArrays({ inputs: [1, 2, 3], targets: ["dog", "cat", "dog"] });
  expect(named.classes).toEqual(["cat", "dog"]);
  expect(named.targets).toEqual(Int32Array.of(1, 0, 1));
  expect(fromArrays({ inputs: [1], targets: ["b"], classes: ["c", "b"] }).target(0)).toBe(1);
});

test("a typed array is a list: as a row, as a target, at any depth", () => {
  const rows = fromArrays({ inputs: [Float32Array.of(1, 2), Float64Array.of(3, 4)], targets: [0, 1] });
  expect([rows.inputShape, [...rows.inputs]]).toEqual([[2], [1, 2, 3, 4]]);
  const pictures = fromArrays({
    inputs: [[Uint8Array.of(1, 2), Uint8Array.of(3, 4)]],
    targets: [Float32Array.of(0.5)],
  });
  expect([pictures.inputShape, pictures.targetShape, pictures.target(0)]).toEqual([[2, 2], [1], Float32Array.of(0.5)]);
  expect(() => fromArrays({ inputs: [Float32Array.of(1), Float32Array.of(1, 2)], targets: [0, 1] })).toThrow(
    "example 1 has a list of 2 at depth 0",
  );
});

const refusals: readonly [what: string, options: ArraysOptions, message: string][] = [
  ["no examples", { inputs: [], targets: [] }, "data: needs at least one example; got none. Check what was read."],
  [
    "empty arrays",
    { inputs: new Float32Array(0), targets: new Int32Array(0) },
    "data: needs at least one example; got none.",
  ],
  [
    "different lengths",
    { inputs: [[1], [2]], targets: [0] },
    "data: needs one target per input; got 2 inputs and 1 targets. Check that both come from the same set.",
  ],
  [
    "NaN",
    { inputs: [[[1, 2]], [[3, NaN]]], targets: [0, 1] },
    "inputs: every value must be finite; got NaN at [0, 1] of example 1. Remove or repair that example.",
  ],
  [
    "infinite targets",
    { inputs: [1], targets: [[-Infinity]] },
    "targets: every value must be finite; got -Infinity at [0]",
  ],
  [
    "a ragged list",
    { inputs: [[1, 2], [3]], targets: [0, 1] },
    "inputs: every example must have the shape [2] of the first; example 1 has a list of 1 at depth 0. Make all examples alike.",
  ],
  ["a list too deep", { inputs: [[1], [[2]]] as never, targets: [0, 1] }, "example 1 has a list of 1 at depth 1"],
  ["no number", { inputs: [["1"]] as never, targets: [0] }, 'example 0 has "1" at depth 1'],
  ["a missing value", { inputs: [[1], [undefined]] as never, targets: [0, 1] }, "example 1 has undefined at depth 1"],
  [
    "a hole",
    { inputs: [[1, 2], Object.assign(new Array(2), { 1: 2 })], targets: [0, 1] },
    "example 1 has undefined at depth 1",
  ],
  ["a missing example", { inputs: [[1], undefined] as never, targets: [0, 1] }, "example 1 has undefined at depth 0"],
  [
    "a missing label",
    { inputs: [1, 2], targets: ["a", undefined] as never },
    "must be a class name, as the first is; got undefined at example 1",
  ],
  ["a number among names", { inputs: [1, 2], targets: ["a", 1] as never }, "got 1 at example 1. Name its class."],
  [
    "a name among numbers",
    { inputs: [1, 2], targets: [1, "a"] as never },
    'got "a" at example 1. Give every example a label.',
  ],
  [
    "a label left out",
    { inputs: [1, 2], targets: [0, undefined] as never },
    "got undefined at example 1. Give every example a label.",
  ],
  ["nothing", undefined as never, "data: needs inputs, a list of numbers per example, or a typed array; got none."],
  ["no inputs", {} as never, "got none. Write fromArrays({ inputs: [[0, 1], [1, 0]], targets: [0, 1] })."],
  [
    "no targets",
    { inputs: [1] } as never,
    "data: needs targets, a label or a list of numbers per example, or a typed array; got none.",
  ],
  ["null", { inputs: null, targets: [0] } as never, "got null."],
  ["a text", { inputs: "1,2", targets: [0] } as never, 'got "1,2".'],
  [
    "a tensor",
    { inputs: tensor([[1]]), targets: [0] } as never,
    "got a Tensor. Take its numbers: await tensor.array().",
  ],
  [
    "BigInts",
    { inputs: BigInt64Array.of(1n), targets: [0] } as never,
    "got a BigInt64Array of 1. Convert it: Float32Array.from(values, Number).",
  ],
  [
    "rows of BigInts",
    { inputs: [BigInt64Array.of(1n)], targets: [0] } as never,
    "example 0 has a BigInt64Array of 1 at depth 0",
  ],
  [
    "a shape that is none",
    { inputs: [1], targets: [0], inputShape: 1 } as never,
    "data: inputShape is a list such as [28, 28]; got 1.",
  ],
  ["a number of classes", { inputs: [1], targets: [0], classes: 10 } as never, "they are 10. Correct classes."],
  [
    "a class twice",
    { inputs: [1], targets: [0], classes: ["a", "a"] },
    'data: class names must be distinct texts, at most 65536 of at most 200 characters; "a" stands there twice. Correct classes.',
  ],
  ["a class name of a megabyte", { inputs: [1], targets: ["x".repeat(1e6)] }, "name 0 has 1000000 characters."],
  [
    "a scale of nothing",
    { inputs: [1], targets: [0], scale: {} as never },
    "scale: needs { multiply, add }, two finite numbers; got multiply undefined and add undefined. Write { multiply: 1 / 255, add: 0 }.",
  ],
  [
    "a scale that is NaN",
    { inputs: [1], targets: [0], scale: { multiply: NaN, add: 0 } },
    "got multiply NaN and add 0.",
  ],
  [
    "an infinite scale",
    { inputs: [1], targets: [0], scale: { multiply: 1, add: Infinity } },
    "got multiply 1 and add Infinity.",
  ],
  [
    "a scale beyond float32",
    { inputs: [1], targets: [0], scale: { multiply: 1e300, add: 0 } },
    "got multiply 1e+300 and add 0.",
  ],
  [
    "a scale that leads to infinity",
    { inputs: [[1], [-1e10]], targets: [0, 1], scale: { multiply: 2 ** 127, add: 0 } },
    "scale: every value must stay finite; -10000000000 · 1.7014118346046923e+38 + 0 does not. Take numbers nearer to 1.",
  ],
  ["examples without values", { inputs: [[], []], targets: [0, 1] }, "inputs: examples of shape [0] have no values."],
  [
    "a label out of range",
    { inputs: [1, 2], targets: [0, 3], classes: ["a", "b", "c"] },
    "targets: a label of the 3 classes is an integer from 0 to 2; got 3 at example 1. " +
      "Number the classes from 0, and name all of them in classes.",
  ],
  ["a negative label", { inputs: [1], targets: Int32Array.of(-1) }, "got -1 at example 0"],
  [
    "an absurd label",
    { inputs: [1], targets: [2 ** 31] },
    "is an integer from 0 to 65535; got 2147483648 at example 0",
  ],
  [
    "a fraction as a label",
    { inputs: [1], targets: [0.5] },
    "got 0.5 at example 0. For quantities, give one list per example, such as [[0.5], [1.5]].",
  ],
  [
    "an unknown class",
    { inputs: [1], targets: ["cow"], classes: ["cat", "dog"] },
    "targets: every label must be one of the classes cat, dog; got cow at example 0. Add it to classes, or correct it.",
  ],
  [
    "a shape that does not fit",
    { inputs: new Uint8Array(10), inputShape: [4], targets: [0] },
    "inputs: 10 values are no whole number of examples of shape [4]. Check the shape.",
  ],
  [
    "values that do not divide",
    { inputs: new Float32Array(10), targets: [0, 1, 2] },
    "inputs: 10 values do not divide into 3 examples. Check the lengths, or name the shape.",
  ],
  [
    "two flat arrays",
    { inputs: new Float32Array(10), targets: new Float32Array(5) },
    "data: two flat arrays do not tell how many examples there are. Give inputShape, such as [2].",
  ],
  [
    "another shape than the lists have",
    { inputs: [[1, 2]], inputShape: [3], targets: [0] },
    "inputs: needs examples of shape [3]; got [2]. Check the shape.",
  ],
];

test("an unknown class among many is said in a short sentence, without control characters", () => {
  const classes = Array.from({ length: 60_000 }, (_, i) => `class ${i}\n`);
  const attempt = (): unknown => fromArrays({ inputs: [1], targets: ["\u001b[2J"], classes });
  expect(attempt).toThrow(/^[^\p{Cc}]{1,400}$/u);
  expect(attempt).toThrow("class 11\ufffd … (60000); got \ufffd[2J at example 0");
});

test.each(refusals)("refuses %s", (_, options, message) => {
  const attempt = (): unknown => fromArrays(options);
  expect(attempt).toThrow(DataError);
  expect(attempt).toThrow(message);
});

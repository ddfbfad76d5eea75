/** Proves the gate: what may enter and how it is understood, and the sentence for everything else. */

import { expect, test } from "vitest";
import { DataError } from "../base/errors.ts";
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

test.each(refusals)("refuses %s", (_, options, message) => {
  const attempt = (): unknown => fromArrays(options);
  expect(attempt).toThrow(DataError);
  expect(attempt).toThrow(message);
});

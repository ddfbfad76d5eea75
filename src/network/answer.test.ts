/** Proves that numbers which are not finite, given or computed, make no answer. */

import { expect, test } from "vitest";
import { DataError } from "../base/errors.ts";
import { tensor } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { dense } from "./layers/dense.ts";
import { Network, network } from "./network.ts";

const net = network([2], dense(2)).initialize({ seed: 1 });

test.each([
  [[NaN, 1], "every input must be finite; got NaN at [0]. Repair it, or leave that input out."],
  [
    [
      [0, 1],
      [1, -Infinity],
    ],
    "every input must be finite; got -Infinity at [1, 1].",
  ],
  [{ data: Float32Array.of(0, Infinity), shape: [2] }, "every input must be finite; got Infinity at [1]."],
  [[{ data: Float32Array.of(NaN, 0), shape: [2] }], "every input must be finite; got NaN at [0]."],
  [Float64Array.of(1e300, 0), "every input must be finite in float32; got 1e+300 at [0]."],
  [undefined, "needs numbers nested as [2], an example of a data set, or a tensor; got undefined."],
  ["seven.pgm", 'needs numbers nested as [2], an example of a data set, or a tensor; got "seven.pgm".'],
] as const)("%j is no input", async (input, sentence) => {
  for (const operation of ["predict", "classify"] as const) {
    const ask = net[operation](input as never);
    await expect(ask).rejects.toThrow(DataError);
    await expect(ask).rejects.toThrow(`${operation}: ${sentence}`);
  }
});

test("outputs that are not finite are no classification", async () => {
  const broken = new Network([1], [dense(2)]).setParameters(
    new Map<string, Tensor>([
      ["0.weight", tensor([[3e38], [1]])],
      ["0.bias", tensor([0, 0])],
    ]),
  );
  const sentence = "classify: the network's outputs must be finite; those of example 1 are not. Check its weights,";
  await expect(broken.classify([[0], [10]] as never)).rejects.toThrow(sentence);
  await expect(net.classify(tensor([NaN, 0]) as never)).rejects.toThrow("those of example 0 are not");
});

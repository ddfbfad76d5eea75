// Proves that kernels have parts enough for many threads whichever axis is long, and no more than their work is worth.

import { expect, test } from "vitest";
import type { Shape } from "../base/shape.ts";
import { build } from "../graph/build.ts";
import type { Node } from "../graph/node.ts";
import { simplifyModule } from "../graph/simplify.ts";
import { moduleOf } from "../targets/testing.ts";
import { compileModule } from "./compile.ts";

const machine = { lanes: 16, vectorRegisters: 32, workers: 2 };

/** Parts of the first kernel of a module with one output. */
function partsOf(inputs: Node[], output: Node): number {
  return compileModule(simplifyModule(moduleOf({ inputs, outputs: [output] })), machine).before[0]!.kernel.extent;
}

test.for<[Shape, number]>([
  [[], 1],
  [[1000], 1],
  [[100_000], 98],
  [[500, 784], 383], // one axis in truth
])("a map over one axis, %j", ([shape, parts]) => {
  const x = build.input("x", shape, "float32");
  expect(partsOf([x], build.exp(x))).toBe(parts);
});

test.for<[Shape, number]>([
  [[100, 10], 100],
  [[2, 100_000], 2 * 98],
  [[2, 700], 2],
  [[200, 100_000], 200],
])("a map whose rows differ, %j", ([shape, parts]) => {
  const x = build.input("x", shape, "float32");
  const row = build.input("row", [shape[0]!], "float32");
  expect(partsOf([x, row], build.mul(x, build.broadcast(row, shape, [0])))).toBe(parts);
});

test("small outer axes are taken together", () => {
  const x = build.input("x", [3, 40, 50, 60], "float32");
  expect(partsOf([x], build.exp(build.transpose(x, [2, 1, 0, 3])))).toBe(50 * 40);
  expect(partsOf([x], build.exp(build.transpose(x, [0, 2, 1, 3])))).toBe(3 * 50);
});

test.for<[Shape, number[], number, number]>([
  [[500, 784], [0, 1], 383, 1], // blocks of 1024
  [[3, 100_000], [1], 3 * 98, 1],
  [[100_000, 10], [0], 391, 1], // blocks of 256
  [[100_000, 100], [0], 391, 2], // strips of 256 columns
])("a sum of few results and many blocks, %j over %j", ([shape, axes, ...parts]) => {
  const x = build.input("x", shape, "float32");
  const module = moduleOf({ inputs: [x], outputs: [build.reduceSum(x, axes)] });
  const { before } = compileModule(simplifyModule(module), machine);
  expect(before.map(({ kernel }) => kernel.extent)).toEqual(parts);
});

test.for<[Shape, number[], number]>([
  [[100, 10], [1], 100],
  [[100, 500], [0], 8],
  [[16_384], [0], 1],
  [[2, 300, 500], [1], 2 * 8],
  [[2, 50, 300, 20], [1, 3], 600], // brought into line by a copy first
  [[2, 50, 300], [2], 100],
])("a sum in one kernel, %j over %j", ([shape, axes, parts]) => {
  const x = build.input("x", shape, "float32");
  const module = moduleOf({ inputs: [x], outputs: [build.reduceSum(x, axes)] });
  const { before } = compileModule(simplifyModule(module), machine);
  expect(before.at(-1)!.kernel.extent).toBe(parts);
});

// Proves that the quick count of a kernel's instructions is near the exact one, on kernels of many kinds and shapes.

import { expect, test } from "vitest";
import { compileModule } from "../compiler/compile.ts";
import { build } from "../graph/build.ts";
import type { Node } from "../graph/node.ts";
import { simplifyModule } from "../graph/simplify.ts";
import { moduleOf } from "../targets/testing.ts";
import type { Kernel } from "./language.ts";
import { Trips } from "./trips.ts";
import { workOf } from "./work.ts";

const input = (...shape: number[]): Node => build.input("x", shape, "float32");
const x = input(100, 70);

function exactly(kernel: Kernel): number {
  let sum = 0;
  const free = new Set(["indexConstant", "indexBinary", "constant", "laneNumbers", "splat"]);
  new Trips(kernel).forEach(({ op }, times) => {
    if (!free.has(op)) sum += times;
  });
  return sum;
}

const product = (m: number, k: number, n: number): [Node, Node[]] => {
  const [a, b] = [input(m, k), input(k, n)];
  return [build.dot(a, b, { batch: [[], []], contract: [[1], [0]] }), [a, b]];
};

test.for<[string, Node, Node[]]>([
  ["map", build.relu(build.add(x, x)), [x]],
  ["exp", build.exp(x), [x]],
  ["transposed", build.tanh(build.transpose(x, [1, 0])), [x]],
  ["sums of rows", build.reduceSum(x, [1]), [x]],
  ["sums of columns", build.reduceSum(x, [0]), [x]],
  ["maximum", build.reduceMax(x, [0, 1]), [x]],
  ["running sums", build.cumulativeSum(x, 0), [x]],
  ["sort", build.argSort(x), [x]],
  ["product 1·1·1", ...product(1, 1, 1)],
  ["product 13·17·5", ...product(13, 17, 5)],
  ["product 100·784·500", ...product(100, 784, 500)],
  ["product 500·100·10", ...product(500, 100, 10)],
  ["product 37·1500·211", ...product(37, 1500, 211)],
])("%s", ([, output, inputs]) => {
  for (const lanes of [4, 16]) {
    const machine = { lanes, vectorRegisters: 16, workers: 1 };
    const { before } = compileModule(simplifyModule(moduleOf({ inputs, outputs: [output] })), machine);
    const kernels = before.map(({ kernel }) => kernel);
    const [quick, exact] = [workOf, exactly].map((count) => kernels.reduce((sum, kernel) => sum + count(kernel), 0));
    expect(quick! / exact!).toBeGreaterThan(0.5);
    expect(quick! / exact!).toBeLessThan(2);
  }
});

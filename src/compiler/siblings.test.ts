// Proves that reductions of one input are one pass where they can be, that they wait for each other where they must, and that the bits stay.

import { describe, expect, test } from "vitest";
import { build } from "../graph/build.ts";
import { gradient } from "../graph/gradient.ts";
import type { Node } from "../graph/node.ts";
import { simplifyModule } from "../graph/simplify.ts";
import { modes, moduleOf, requireAgreement, targetsIn, valuesFor } from "../targets/testing.ts";
import { compileModule } from "./compile.ts";
import type { Machine } from "./machine.ts";

const spread = (row: Node, like: Node): Node => build.broadcast(row, like.shape, [like.shape.length - 1]);
const leading = (x: Node): number[] => x.shape.slice(0, -1).map((_, axis) => axis);
const sum = (x: Node): Node => build.reduceSum(x, leading(x));
const times = (x: Node, factor: number): Node => build.mul(x, build.constant(factor, x.shape, x.dtype));

/** Sums of a normalization's gradient, and one that needs another one first. */
function sums(x: Node, y: Node): { together: Node[]; later: Node } {
  const together = [sum(x), sum(build.mul(x, y)), build.reduceMax(x, leading(x))];
  return { together, later: sum(build.mul(build.sub(x, spread(times(together[0]!, 0.01), x)), y)) };
}

describe.for(modes)("numerics %s", (numerics) => {
  test.for([
    [7, 5],
    [3, 5, 5, 16],
    [2, 64, 64, 32],
    [300, 3],
    [5000, 20],
    [4, 70, 70],
  ])("siblings over [%i, …]", async (shape, { skip }) => {
    const targets = await targetsIn(numerics, skip);
    const [x, y] = [build.input("x", shape, "float32"), build.input("y", shape, "float32")];
    const { together, later } = sums(x, y);
    const epilogue = build.div(together[1]!, build.add(together[0]!, together[2]!));
    const inner = [build.reduceSum(x, [shape.length - 1]), build.reduceMax(build.mul(x, y), [shape.length - 1])];
    const outputs = [...together, later, epilogue, ...inner];
    const inputs = [valuesFor(x, "x"), valuesFor(y, "y")];
    await requireAgreement(targets, moduleOf({ inputs: [x, y], outputs }), { inputs });
  });

  test("a state that one updates and another reads", async ({ skip }) => {
    const targets = await targetsIn(numerics, skip);
    const x = build.input("x", [4096, 24], "float32");
    const state = build.input("mean", [24], "float32");
    const next = build.add(times(state, 0.9), times(sum(x), 0.1));
    const other = build.sub(sum(build.mul(x, x)), state);
    const module = moduleOf({ inputs: [x], states: [{ current: state, next }], outputs: [other] });
    await requireAgreement(targets, module, { inputs: [valuesFor(x, "x")], states: [valuesFor(state, "mean")] }, 2);
  });
});

const machine: Machine = { lanes: 16, vectorRegisters: 32, workers: 1 };

test("what depends on nobody is one pass, what depends on another's result a second one", () => {
  const [x, y] = [build.input("x", [8, 8, 8, 32], "float32"), build.input("y", [8, 8, 8, 32], "float32")];
  const { together, later } = sums(x, y);
  const { before } = compileModule(
    simplifyModule(moduleOf({ inputs: [x, y], outputs: [...together, later] })),
    machine,
  );
  expect(before.map(({ kernel }) => kernel.name)).toEqual([
    "reduce reduceSum·reduceMax·reduceSum·mul [8, 8, 8, 32]",
    "reduce reduceSum [8, 8, 8, 32]",
  ]);
});

test("an epilogue of two siblings stays with them", () => {
  const x = build.input("x", [512, 256, 32], "float32");
  const [mean, square] = [sum(x), sum(build.mul(x, x))];
  const outputs = [build.sub(times(square, 0.5), build.mul(mean, mean))];
  const { before } = compileModule(simplifyModule(moduleOf({ inputs: [x], outputs })), machine);
  expect(before.map(({ kernel }) => kernel.name)).toEqual([
    "reduce blocks reduceSum·reduceSum [512, 256, 32]",
    "combine reduceSum·reduceSum·sub [512, 32]",
  ]);
});

test("a normalization is two passes for its sums and one map, and as much back", () => {
  const [x, dy] = [build.input("x", [64, 16, 16, 32], "float32"), build.input("dy", [64, 16, 16, 32], "float32")];
  const [gamma, beta] = [build.input("gamma", [32], "float32"), build.input("beta", [32], "float32")];
  const mean = times(sum(x), 2 ** -14);
  // For any constant m: mean((x − m)²) − (mean(x) − m)², so that nothing flows back through the mean of what has mean zero.
  const fixed = build.stopGradient(mean);
  const [fromFixed, rest] = [build.sub(x, spread(fixed, x)), build.sub(mean, fixed)];
  const variance = build.sub(times(sum(build.mul(fromFixed, fromFixed)), 2 ** -14), build.mul(rest, rest));
  const scale = build.div(gamma, build.sqrt(build.add(variance, build.constant(1e-5, [32], "float32"))));
  const y = build.add(build.mul(build.sub(x, spread(mean, x)), spread(scale, x)), spread(beta, x));
  const gradients = gradient(y, dy, [x, gamma, beta]) as Node[];
  const module = moduleOf({ inputs: [x, dy, gamma, beta], outputs: [y, ...gradients] });
  const { before } = compileModule(simplifyModule(module), machine);
  const names = before.map(({ kernel }) => kernel.name).filter((name) => !name.startsWith("combine"));
  expect(names).toEqual([
    "reduce blocks reduceSum [64, 16, 16, 32]",
    "reduce blocks reduceSum [64, 16, 16, 32]",
    "map add [64, 16, 16, 32]",
    "reduce blocks reduceSum·reduceSum·reduceSum [64, 16, 16, 32]",
    "map add [64, 16, 16, 32]",
  ]);
});

// Proves that maps over squares equal the reference to the bit: lines that squares divide and that they do not, forwards and backwards,
// beside other operands, in place; and that they are taken where one tensor is read across its lines, and not elsewhere.

import { describe, expect, test } from "vitest";
import type { Shape } from "../base/shape.ts";
import { build } from "../graph/build.ts";
import type { Module } from "../graph/module.ts";
import type { Node } from "../graph/node.ts";
import { modes, moduleOf, requireAgreement, targetsIn, valuesFor } from "../targets/testing.ts";
import { compileModule } from "./compile.ts";

const input = (shape: Shape): Node => build.input(`${shape}`, shape, "float32");
const reversed = (x: Node): Node =>
  build.slice(
    x,
    x.shape.map((n) => n - 1),
    x.shape,
    x.shape.map(() => -1),
  );

const maps: Record<string, () => { inputs: Node[]; output: Node }> = {
  "whole squares": () => map([32, 48], (x) => build.transpose(x, [1, 0])),
  "rows and columns that remain": () => map([37, 21], (x) => build.transpose(x, [1, 0])),
  "less than a square": () => map([5, 4], (x) => build.transpose(x, [1, 0])),
  "backwards along both": () => map([19, 35], (x) => build.transpose(reversed(x), [1, 0])),
  "rows that are read backwards": () => map([19, 35], reversed),
  "an axis outside": () => map([3, 18, 20], (x) => build.transpose(x, [0, 2, 1])),
  "an axis between": () => map([18, 3, 20], (x) => build.transpose(x, [2, 1, 0])),
  "the kernel of a convolution": () => map([20, 17, 3, 3], (x) => build.transpose(x, [2, 3, 1, 0])),
};

function map(shape: Shape, view: (x: Node) => Node): { inputs: Node[]; output: Node } {
  const x = input(shape);
  const seen = view(x);
  const y = input(seen.shape);
  return { inputs: [x, y], output: build.add(build.mul(seen, y), build.exp(seen)) };
}

describe.for(modes)("numerics %s", (numerics) => {
  test.for(Object.keys(maps))("%s", async (name, { skip }) => {
    const targets = await targetsIn(numerics, skip);
    const { inputs, output } = maps[name]!();
    const values = inputs.map((node, i) => valuesFor(node, `operand ${i}`));
    await requireAgreement(targets, moduleOf({ inputs, outputs: [output] }), { inputs: values });
  });

  test("a parameter moves by a gradient whose axes lie otherwise, in place", async ({ skip }) => {
    const targets = await targetsIn(numerics, skip);
    const { inputs, states } = update();
    const values = {
      inputs: inputs.map((x) => valuesFor(x, "gradient")),
      states: states.map(({ current }) => valuesFor(current, "state")),
    };
    await requireAgreement(targets, moduleOf({ inputs, states }), values, 3);
  });
});

function update(): Pick<Module, "inputs" | "states"> {
  const [w, m, g] = [input([40, 25]), input([40, 25]), input([25, 40])];
  const next = build.add(build.mul(m, build.constant(0.9, m.shape, "float32")), build.transpose(g, [1, 0]));
  return {
    inputs: [g],
    states: [
      { current: m, next },
      { current: w, next: build.sub(w, next) },
    ],
  };
}

test("squares are taken for one tensor that is read across its lines", () => {
  const machine = { lanes: 8, vectorRegisters: 16, workers: 1 };
  // Every row of a square is written one after the other; without them the code has one store.
  const stores = (module: Partial<Module>): number[] =>
    compileModule(moduleOf(module), machine).before.map(
      ({ kernel }) => JSON.stringify(kernel.body).split('"op":"store"').length - 1,
    );
  const { inputs, output } = maps["whole squares"]!();
  expect(stores({ inputs, outputs: [output] })).toEqual([8]);
  expect(stores(update())).toEqual([4 * 8]);
  const [a, b] = [input([16, 16]), input([16, 16])];
  const both = build.add(build.transpose(a, [1, 0]), build.transpose(b, [1, 0]));
  expect(stores({ inputs: [a, b], outputs: [both] })).toEqual([1]);
  expect(stores({ inputs: [a, b], outputs: [build.add(a, b)] })).toEqual([1]);
  const integers = build.input("integers", [16, 16], "int32");
  expect(stores({ inputs: [integers], outputs: [build.transpose(integers, [1, 0])] })).toEqual([1]);
});

// Proves that what goes along rows, a softmax, a normalization, a loss with its gradient, is one kernel and equals the reference to
// the bit for rows of every length; and that nothing joins which reads other rows, waits for others or is written in place.

import { describe, expect, test } from "vitest";
import { build } from "../graph/build.ts";
import { gradient } from "../graph/gradient.ts";
import type { Module } from "../graph/module.ts";
import type { Node } from "../graph/node.ts";
import { simplifyModule } from "../graph/simplify.ts";
import { modes, moduleOf, requireAgreement, targetsIn, valuesFor } from "../targets/testing.ts";
import { compileModule } from "./compile.ts";

const machine = { lanes: 16, vectorRegisters: 32, workers: 2 };
const lengths = [1, 2, 3, 10, 15, 16, 17, 31, 63, 64, 65, 80, 100, 127, 1000, 1023, 1024, 1025];

const namesOf = (module: Module): string[] => {
  const { before, after } = compileModule(simplifyModule(module), machine);
  return [...before, ...after].map(({ kernel }) => kernel.name);
};
const input = (name: string, ...shape: number[]): Node => build.input(name, shape, "float32");
const valuesOf = ({ inputs, states }: Module) => ({
  inputs: inputs.map((node, i) => valuesFor(node, `operand ${i}`)),
  states: states.map(({ current }, i) => valuesFor(current, `state ${i}`)),
});

/** A value per row, at every element of the row. */
function along(value: Node, like: Node): Node {
  return build.broadcast(
    value,
    like.shape,
    value.shape.map((_, axis) => axis),
  );
}

function lastAxis(x: Node): number[] {
  return [x.shape.length - 1];
}

function softmax(x: Node): Node {
  const powers = build.exp(build.sub(x, along(build.reduceMax(x, lastAxis(x)), x)));
  return build.div(powers, along(build.reduceSum(powers, lastAxis(x)), x));
}

function normalize(x: Node): Node {
  const count = build.constant(x.shape.at(-1)!, x.shape.slice(0, -1), "float32");
  const mean = (of: Node): Node => build.div(build.reduceSum(of, lastAxis(of)), count);
  const centred = build.sub(x, along(mean(x), x));
  const spread = build.sqrt(build.add(mean(build.mul(centred, centred)), build.constant(0.1, count.shape, "float32")));
  return build.div(build.tanh(centred), along(spread, x));
}

/** A loss of softmax at labels, with its gradient. */
function lossOf(x: Node, labels: Node): Node[] {
  const shifted = build.sub(x, along(build.stopGradient(build.reduceMax(x, [1])), x));
  const isLabel = build.equal(along(labels, x), build.iota(x.shape, 1, "int32"));
  const atLabel = build.reduceSum(build.select(isLabel, shifted, build.constant(0, x.shape, "float32")), [1]);
  const losses = build.sub(build.log(build.reduceSum(build.exp(shifted), [1])), atLabel);
  const loss = build.reduceSum(losses, [0]);
  return [loss, gradient(loss, build.constant(1, [], "float32"), [x])[0]!];
}

describe.for(modes)("numerics %s", (numerics) => {
  test.for(lengths)("rows of %i", async (n, { skip }) => {
    const targets = await targetsIn(numerics, skip);
    const x = input("x", 7, n);
    const wide = input("wide", 2, 3, n);
    const labels = build.input("labels", [7], "int32");
    const modules = [
      moduleOf({ inputs: [x], outputs: [softmax(x), normalize(x)] }),
      moduleOf({ inputs: [x], outputs: [build.reduceMax(softmax(normalize(x)), [1])] }),
      moduleOf({ inputs: [wide], outputs: [softmax(wide), softmax(build.transpose(wide, [1, 0, 2]))] }),
      moduleOf({
        inputs: [x, labels],
        outputs: lossOf(build.mul(x, x), build.and(labels, build.constant(1, [7], "int32"))),
      }),
      moduleOf({ inputs: [x], outputs: [softmax(build.slice(x, [6, n - 1], [7, n], [-1, -1]))] }),
      moduleOf({ inputs: [x], outputs: [softmax(build.slice(softmax(x), [6, n - 1], [7, n], [-1, -1]))] }),
    ];
    for (const module of modules) await requireAgreement(targets, module, valuesOf(module));
  });

  test("rows of other types, and scalars as rows", async ({ skip }) => {
    const targets = await targetsIn(numerics, skip);
    const i = build.input("i", [5, 70], "int32");
    const isMost = build.equal(i, along(build.reduceMax(i, [1]), i));
    const most = build.reduceSum(build.cast(isMost, "int32"), [1]);
    const vectors = [3, 64, 65, 900].map((n) => input(`v${n}`, n));
    const finite = vectors.map((v) => build.less(build.reduceMax(build.abs(v), [0]), build.constant(9, [], "float32")));
    const modules = [
      moduleOf({
        inputs: [i],
        outputs: [build.select(isMost, i, along(most, i)), isMost, build.cast(isMost, "uint8")],
      }),
      moduleOf({ inputs: vectors, outputs: [finite.reduce(build.and), ...vectors.map(softmax)] }),
    ];
    for (const module of modules) await requireAgreement(targets, module, valuesOf(module));
    expect(namesOf(moduleOf({ inputs: vectors, outputs: [finite.reduce(build.and)] }))).toHaveLength(1);
  });

  test("a state that a row group reads, and one that it computes", async ({ skip }) => {
    const targets = await targetsIn(numerics, skip);
    const [w, v] = [input("w", 4, 20), input("v", 4, 20)];
    const states = [
      { current: w, next: softmax(build.add(w, v)) },
      { current: v, next: build.mul(softmax(v), softmax(w)) },
    ];
    const module = moduleOf({ states, outputs: [build.reduceSum(softmax(w), [1])] });
    await requireAgreement(targets, module, valuesOf(module), 3);
  });
});

test("a softmax is one kernel, and so is a loss with its gradient up to the sum over rows", () => {
  const x = input("x", 9, 10);
  const labels = build.input("labels", [9], "int32");
  expect(namesOf(moduleOf({ inputs: [x], outputs: [softmax(x)] }))).toHaveLength(1);
  expect(namesOf(moduleOf({ inputs: [x], outputs: [normalize(x)] }))).toHaveLength(1);
  expect(namesOf(moduleOf({ inputs: [x, labels], outputs: lossOf(x, labels) }))).toHaveLength(2);
});

test("elements of short rows that nobody else reads have no memory", () => {
  for (const [n, bytes] of [
    [64, 0],
    [65, 65 * 9 * 4],
  ] as const) {
    const x = input("x", 9, n);
    const { arena } = compileModule(simplifyModule(moduleOf({ inputs: [x], outputs: [softmax(x)] })), machine);
    expect(arena).toBe(Math.ceil(bytes / 64) * 64);
  }
});

test("other rows, other orders of a row and long rows are read from memory by kernels of their own", () => {
  const x = input("x", 9, 10);
  const long = input("long", 9, 1025);
  const y = softmax(x);
  const upside = build.slice(y, [8, 0], [9, 10], [-1, 1]);
  const mirrored = build.slice(y, [0, 9], [9, 10], [1, -1]);
  const columns = build.transpose(build.slice(y, [0, 0], [9, 9], [1, 1]), [1, 0]);
  for (const other of [upside, mirrored, columns]) {
    const rows = build.reduceSum(build.exp(other), [1]);
    expect(namesOf(moduleOf({ inputs: [x], outputs: [rows] }))).toHaveLength(2);
  }
  expect(namesOf(moduleOf({ inputs: [long], outputs: [softmax(long)] })).length).toBeGreaterThan(1);
});

test("nothing joins that waits for it by way of another kernel", () => {
  const x = input("x", 10, 10);
  const y = softmax(x);
  const product = build.dot(y, y, { batch: [[], []], contract: [[1], [0]] });
  const z = build.reduceSum(build.exp(build.mul(y, product)), [1]);
  expect(namesOf(moduleOf({ inputs: [x], outputs: [z] }))).toHaveLength(3);
});

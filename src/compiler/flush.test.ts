// Proves that flushes become additions where arithmetic has no subnormals, that nothing else does, and that no value changes by it.

import { expect, test } from "vitest";
import { build } from "../graph/build.ts";
import { rootsOf } from "../graph/module.ts";
import { type Node, topological } from "../graph/node.ts";
import { print } from "../graph/print.ts";
import { numberScalars } from "../kernel/numbers.ts";
import { interpret } from "../targets/reference/interpret.ts";
import { moduleOf } from "../targets/testing.ts";
import { flushByAdding } from "./flush.ts";

const constant = (value: number, x: Node): Node => build.constant(value, x.shape, x.dtype);

/** `select(|x| < bound, otherwise, x)`. */
function flushed(x: Node, bound = 2 ** -126, otherwise = 0): Node {
  return build.select(build.less(build.abs(x), constant(bound, x)), constant(otherwise, x), x);
}

function operations(outputs: readonly Node[]): string[] {
  return topological(outputs).map((node) => node.op.name);
}

test("a flush is an addition of 0, with the same values for zeros, NaN and infinities", () => {
  const x = build.input("x", [7], "float32");
  const module = moduleOf({ inputs: [x], outputs: [flushed(build.neg(x))] });
  const written = flushByAdding(module);
  expect(operations(rootsOf(written))).toEqual(["input", "neg", "constant", "add"]);
  const values = Float32Array.of(0, -0, 1, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** -126);
  const [before, after] = [module, written].map(({ outputs }) => {
    return interpret(outputs, new Map([[x, values]]), numberScalars("fused")).get(outputs[0]!)!;
  });
  expect([...after!].map((value) => Object.is(value, -0))).toEqual([...before!].map((value) => Object.is(value, -0)));
  expect(after).toEqual(before);
});

test("what only looks like one stays", () => {
  const x = build.input("x", [7], "float32");
  for (const other of [flushed(x, 2 ** -125), flushed(x, 2 ** -126, -0), flushed(x, 2 ** -126, 1)]) {
    const written = flushByAdding(moduleOf({ inputs: [x], outputs: [other] }));
    expect(print(written.outputs)).toBe(print([other]));
    expect(operations(written.outputs)).toContain("select");
  }
});

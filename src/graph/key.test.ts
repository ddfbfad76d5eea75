// Proves that equal structures have equal keys, and that any difference in operation, attribute, shape or role is one in the key.

import { expect, test } from "vitest";
import { moduleOf } from "../targets/testing.ts";
import { build } from "./build.ts";
import { attributesKey, structuralKey } from "./key.ts";
import type { Module } from "./module.ts";
import type { Node } from "./node.ts";

test("attributes as text tell −0, NaN and the infinities apart", () => {
  const values = [0, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1, null];
  expect(new Set(values.map((value) => attributesKey({ value }))).size).toBe(values.length);
});

function example(
  name: string,
  change: Partial<Record<"value" | "width", number>> = {},
): Module & { readonly all: Node[] } {
  const { value = 2, width = 3 } = change;
  const x = build.input(name, [width], "float32");
  const w = build.input(`${name} state`, [width], "float32");
  const y = build.mul(x, build.constant(value, [width], "float32"));
  const next = build.add(w, y);
  const loss = build.reduceSum(next, [0]);
  const guard = build.less(loss, build.constant(5, [], "float32"));
  return {
    ...moduleOf({ inputs: [x], states: [{ current: w, next }], outputs: [y, loss], guard, log: [loss] }),
    all: [x, w, y, next, loss],
  };
}

test("structures of equal topology and roles have one key, whatever the names", () => {
  expect(structuralKey(example("a"))).toBe(structuralKey(example("b")));
});

test("any change of operation, attribute, shape or role changes the key", () => {
  const original = example("a");
  const key = structuralKey(original);
  const [x, w, y, next, loss] = original.all as [Node, Node, Node, Node, Node];
  const changed: Module[] = [
    example("a", { value: 3 }),
    example("a", { value: -0 }),
    example("a", { width: 4 }),
    { ...original, guard: null },
    { ...original, log: [] },
    { ...original, log: [loss, loss] },
    { ...original, outputs: [loss, y] },
    { ...original, outputs: [y] },
    { ...original, outputs: [y, y] },
    { ...original, inputs: [], states: [...original.states, { current: x, next: y }] },
    { ...original, inputs: [x, w], states: [] },
    { ...original, states: [{ current: w, next: y }], outputs: [y, loss, next] },
  ];
  const keys = changed.map(structuralKey);
  expect(new Set([key, ...keys]).size).toBe(changed.length + 1);
});

test("the order of inputs is part of the structure", () => {
  const [a, b] = [build.input("a", [2], "float32"), build.input("b", [2], "float32")];
  const outputs = [build.sub(a, b)];
  expect(structuralKey(moduleOf({ inputs: [a, b], outputs }))).not.toBe(
    structuralKey(moduleOf({ inputs: [b, a], outputs })),
  );
});

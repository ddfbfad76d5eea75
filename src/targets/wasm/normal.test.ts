// Proves which values count as normal, and that none does which could be subnormal.

import { expect, test } from "vitest";
import { KernelBuilder } from "../../kernel/builder.ts";
import type { Vector } from "../../kernel/language.ts";
import { NormalValues } from "./normal.ts";
import type { Defining } from "./waiting.ts";

type Write = (k: KernelBuilder, x: Vector, y: Vector) => Vector;

function isNormal(write: Write): boolean {
  const k = new KernelBuilder(4, [1]);
  const at = (offset: number) => ({ buffer: 0, offset, terms: [] });
  const value = write(k, k.load(at(0), "float32"), k.load(at(16), "float32"));
  k.store({ buffer: 1, offset: 0, terms: [] }, "float32", value);
  const values = new NormalValues();
  for (const one of k.finish("test", 2, 1).body.instructions) if ("result" in one) values.note(one as Defining);
  return values.has(value);
}

const flush = (k: KernelBuilder, x: Vector, limit: number): Vector => {
  const { float32: f } = k.scalars;
  return f.select(f.less(f.abs(x), k.constant("float32", limit)), k.constant("float32", 0), x);
};

test.each<[string, boolean, Write]>([
  ["loads", true, (_, x) => x],
  ["signs and maxima of loads", true, (k, x, y) => k.scalars.float32.max(k.scalars.float32.neg(x), y)],
  ["roots of anything", true, (k, x, y) => k.scalars.float32.sqrt(k.scalars.float32.mul(x, y))],
  ["flushed products", true, (k, x, y) => flush(k, k.scalars.float32.mul(x, y), 2 ** -126)],
  ["products", false, (k, x, y) => k.scalars.float32.mul(x, y)],
  ["differences", false, (k, x, y) => k.scalars.float32.sub(x, y)],
  ["what is flushed too low", false, (k, x, y) => flush(k, k.scalars.float32.mul(x, y), 2 ** -127)],
  [
    "what is picked by another's size",
    false,
    (k, x, y) => {
      const { float32: f } = k.scalars;
      const small = f.less(f.abs(x), k.constant("float32", 2 ** -126));
      return f.select(small, k.constant("float32", 0), f.mul(x, y));
    },
  ],
])("%s: %s", (_, expected, write) => {
  expect(isNormal(write)).toBe(expected);
});

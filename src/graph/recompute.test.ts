/** Proves recomputation: the bits of gradients are those without it, what a region computed is not read again, and what is open is left alone. */

import { describe, expect, test } from "vitest";
import type { Data } from "../base/dtype.ts";
import { RandomStream } from "../base/rng.ts";
import { sizeOf } from "../base/shape.ts";
import { numberScalars } from "../kernel/numbers.ts";
import { interpret } from "../targets/reference/interpret.ts";
import { build } from "./build.ts";
import { gradient } from "./gradient.ts";
import { type Node, topological } from "./node.ts";
import { print } from "./print.ts";
import { inRegion } from "./region.ts";
import { simplify } from "./simplify.ts";
import { verify } from "./verify.ts";

type Around = <R>(f: () => R) => R;
const asIs: Around = (f) => f();

const input = (name: string): Node => build.input(name, [4], "float32");
const one = (node: Node): Node => build.constant(1, node.shape, node.dtype);
const countOf = (roots: readonly Node[], name: string): number =>
  topological(roots).filter(({ op }) => op.name === name).length;

/** The roots' values, where each input has its own. */
function valuesOf(roots: readonly Node[]): Data[] {
  const bound = new Map<Node, Data>();
  for (const node of topological(roots).filter(({ op }) => op.name === "input")) {
    const stream = new RandomStream(1, node.attributes.name);
    bound.set(
      node,
      Float32Array.from({ length: sizeOf(node.shape) }, () => stream.nextNormal()),
    );
  }
  const values = interpret(roots, bound, numberScalars("fused"));
  return roots.map((root) => values.get(root)!);
}

/** Functions of x and w whose parts may be recomputed; the gradient reaches each from several sides, so the order of additions shows. */
const functions: Readonly<Record<string, (x: Node, w: Node, around: Around) => Node>> = {
  "a value used inside and outside": (x, w, around) => {
    const y = around(() => build.mul(build.tanh(build.mul(x, w)), build.add(x, build.exp(x))));
    return build.add(build.mul(y, x), build.mul(x, w));
  },
  "one after the other": (x, w, around) => {
    const layer = (h: Node): Node => around(() => build.tanh(build.fma(h, w, build.sin(h))));
    return layer(layer(layer(x)));
  },
  "inside of each other": (x, w, around) =>
    around(() => {
      const h = around(() => build.sin(build.mul(x, build.exp(w))));
      const deep = around(() =>
        build.mul(
          h,
          around(() => build.tanh(build.mul(h, w))),
        ),
      );
      return build.add(build.exp(deep), build.mul(h, x));
    }),
  "several results, and one that leaks": (x, w, around) => {
    let leak = x;
    const [a, b] = around(() => {
      leak = build.sin(build.mul(x, w));
      return [build.exp(leak), build.tanh(leak)];
    }) as [Node, Node];
    return build.add(build.mul(a, leak), build.mul(b, build.mul(leak, x)));
  },
  "nothing but a source": (x, w, around) =>
    build.mul(
      around(() => x),
      around(() => w),
    ),
};

describe.for(Object.entries(functions))("%s", ([, f]) => {
  /** Value and gradients, then gradients of a gradient. */
  const roots = (around: Around): Node[] => {
    const [x, w] = [input("x"), input("w")];
    const y = f(x, w, around);
    const first = gradient(y, input("dy"), [x, w]) as Node[];
    return [y, ...first, ...gradient(first[1]!, input("v"), [x, w]).filter((node) => node !== null)];
  };

  test("the bits of gradients are those without recomputation", () => {
    const expected = valuesOf(roots(asIs)).slice(0, 3);
    const again = roots(inRegion).slice(0, 3);
    verify(again);
    expect(valuesOf(again)).toEqual(expected);
    const simple = simplify(again);
    verify(simple);
    expect(valuesOf(simple)).toEqual(expected);
  });

  test("gradients of gradients agree but for the order of their sums", () => {
    const [expected, actual] = [asIs, inRegion].map((around) => valuesOf(roots(around)).slice(3));
    const largest = Math.max(...expected!.flatMap((values) => [...values].map(Math.abs)));
    for (const [i, values] of expected!.entries()) {
      for (const [at, value] of values.entries()) {
        expect(Math.abs(value - actual![i]![at]!)).toBeLessThan(1e-6 * largest);
      }
    }
  });
});

test("a gradient reads a copy on inputs that wait for it", () => {
  const x = input("x");
  const y = inRegion(() => build.sin(build.exp(x)));
  const [g] = gradient(y, input("dy"), [x]);
  expect(print(simplify([y, g!]))).toMatchInlineSnapshot(`
    "%0 = input {"name":"x"} : float32[4]
    %1 = exp %0 : float32[4]
    %2 = sin %1 : float32[4]
    %3 = input {"name":"dy"} : float32[4]
    %4 = later %0 %3 : float32[4]
    %5 = exp %4 : float32[4]
    %6 = cos %5 : float32[4]
    %7 = mul %3 %6 : float32[4]
    %8 = mul %7 %5 : float32[4]
    return %2 %8"
  `);
});

test("where the gradient comes first of all, nothing waits and nothing is computed twice", () => {
  const x = input("x");
  const y = inRegion(() => build.sin(build.exp(x)));
  const roots = [y, ...(gradient(y, one(y), [x]) as Node[])];
  expect([countOf(roots, "later"), countOf(roots, "exp")]).toEqual([1, 2]);
  expect([countOf(simplify(roots), "later"), countOf(simplify(roots), "exp")]).toEqual([0, 1]);
});

test("regions inside of each other are computed once more at each depth", () => {
  const [x, dy] = [input("x"), input("dy")];
  const inner = (h: Node): Node => inRegion(() => build.sin(build.exp(h)));
  const y = inRegion(() => inner(inner(x)));
  const roots = simplify([y, ...(gradient(y, dy, [x]) as Node[])]);
  // Twice forward; once more up to the second one's input; then each alone.
  expect(countOf(roots, "exp")).toBe(2 + 1 + 2);
});

test("a gradient taken inside of a region computes nothing twice; one from outside does", () => {
  const [x, dy] = [input("x"), input("dy")];
  const slope = inRegion(() => {
    const y = build.sin(build.exp(x));
    return gradient(y, one(y), [x])[0]!;
  });
  expect(countOf([slope], "later")).toBe(0);
  expect(countOf(gradient(slope, dy, [x]) as Node[], "later")).toBeGreaterThan(0);
});

test("a function that throws closes its region", () => {
  const thrower = (): never => {
    throw new Error("inside");
  };
  expect(() => inRegion(thrower)).toThrow("inside");
  const x = input("x");
  expect(countOf(gradient(build.exp(x), input("dy"), [x]) as Node[], "later")).toBe(0);
});

// Proves that simplification never changes a bit, for −0, NaN and the infinities above all; that it finds what it promises to find;
// and that it leaves alone what would change, or what the numerics modes compute differently.

import { describe, expect, test } from "vitest";
import type { Data } from "../base/dtype.ts";
import { numberScalars } from "../kernel/numbers.ts";
import { interpret } from "../targets/reference/interpret.ts";
import { requireSameBits } from "../targets/testing.ts";
import { build } from "./build.ts";
import { type Node, topological } from "./node.ts";
import { still } from "./ops/spatial.ts";
import { simplify, simplifyModule } from "./simplify.ts";
import { verify } from "./verify.ts";

const special = Float32Array.of(
  0,
  -0,
  1,
  -1,
  0.1,
  1.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  3.4e38,
  2 ** -126,
);
const shape = [special.length];
const integers = Int32Array.of(0, 1, -1, 5, 2 ** 31 - 1, -(2 ** 31), 255, 256, -300, 16777217, 7);
const bools = Uint8Array.of(0, 1, 0, 1, 1, 0, 0, 1, 1, 0, 1);

const x = build.input("x", shape, "float32");
const i = build.input("i", shape, "int32");
const u = build.input("u", shape, "uint32");
const p = build.input("p", shape, "bool");
const bound = new Map<Node, Data>([
  [x, special],
  [i, integers],
  [u, Uint32Array.from(integers)],
  [p, bools],
]);

const float = (value: number): Node => build.constant(value, shape, "float32");
const operationsOf = (roots: readonly Node[]): string[] => topological(roots).map(({ op }) => op.name);

/** Simplifies one root, requires equal bits in both modes, and gives the result. */
function simplified(root: Node): Node {
  const [simple] = simplify([root]) as [Node];
  verify([simple]);
  for (const mode of ["fused", "portable"] as const) {
    const k = numberScalars(mode);
    requireSameBits([interpret([simple], bound, k).get(simple)!], [interpret([root], bound, k).get(root)!], mode);
  }
  expect([simple.shape, simple.dtype]).toEqual([root.shape, root.dtype]);
  return simple;
}

describe("identities that hold for every value", () => {
  const toItself: Record<string, Node> = {
    "x · 1": build.mul(x, float(1)),
    "1 · x": build.mul(float(1), x),
    "x / 1": build.div(x, float(1)),
    "x − 0": build.sub(x, float(0)),
    "x + −0": build.add(x, float(-0)),
    "−0 + x": build.add(float(-0), x),
    "− −x": build.neg(build.neg(x)),
    "select(c, x, x)": build.select(p, x, x),
    "select(true, x, y)": build.select(build.constant(1, shape, "bool"), x, float(3)),
    "select(false, y, x)": build.select(build.constant(0, shape, "bool"), float(3), x),
    "stopGradient(x)": build.stopGradient(x),
    "x after a constant": build.later(x, build.constant(1, [], "float32")),
    "reshape to itself": build.reshape(build.reshape(x, [1, 11]), shape),
    "transpose back": build.reshape(build.transpose(build.transpose(build.reshape(x, [1, 11]), [1, 0]), [1, 0]), shape),
    "broadcast to itself": build.broadcast(x, shape, [0]),
    "whole slice": build.slice(x, [0], shape, [1]),
    "reduceMax over nothing": build.reduceMax(x, []),
    "reduceMin over nothing": build.reduceMin(x, []),
  };
  test.for(Object.entries(toItself))("%s", ([, root]) => expect(simplified(root)).toBe(x));

  test("integers and bools", () => {
    expect(simplified(build.mul(i, build.constant(1, shape, "int32")))).toBe(i);
    expect(simplified(build.sub(u, build.constant(0, shape, "uint32")))).toBe(u);
    expect(simplified(build.neg(build.neg(i)))).toBe(i);
    expect(simplified(build.not(build.not(p)))).toBe(p);
  });
});

describe("what looks like an identity and is none", () => {
  const kept: Record<string, Node> = {
    "x + 0": build.add(x, float(0)),
    "0 + x": build.add(float(0), x),
    "x − −0": build.sub(x, float(-0)),
    "0 − x": build.sub(float(0), x),
    "x · 0": build.mul(x, float(0)),
    "x after x": build.later(x, x),
    "x · −1": build.mul(x, float(-1)),
    "x − x": build.sub(x, x),
    "x / x": build.div(x, x),
    "1 / x": build.div(float(1), x),
    "x = x": build.equal(x, x),
    "max(x, −∞)": build.max(x, float(Number.NEGATIVE_INFINITY)),
    "fma(x, 1, 0)": build.fma(x, float(1), float(0)),
    "sum over nothing": build.reduceSum(x, []),
    "sum over an axis of 1": build.reduceSum(build.reshape(x, [11, 1]), [1]),
    flip: build.slice(x, [10], shape, [-1]),
    "cast there and back": build.cast(build.cast(x, "int32"), "float32"),
    "through uint8": build.cast(build.cast(i, "uint8"), "int32"),
  };
  test.for(Object.entries(kept))("%s", ([, root]) => {
    const simple = simplified(root);
    expect(simple.op).toBe(root.op);
  });
});

describe("constants", () => {
  const scalar = (value: number): Node => build.constant(value, [], "float32");

  test("are computed as float32, from what float32 holds", () => {
    const sum = simplified(build.add(scalar(0.1), scalar(0.2)));
    expect(sum.op.name).toBe("constant");
    expect(sum.attributes.value).toBe(Math.fround(Math.fround(0.1) + Math.fround(0.2)));
    expect(simplified(build.equal(scalar(0.1), scalar(Math.fround(0.1)))).attributes.value).toBe(1);
    expect(simplified(build.mul(scalar(1e-30), scalar(1e-30))).attributes.value).toBe(0);
    expect(simplified(build.neg(scalar(0))).attributes.value).toBe(-0);
    expect(simplified(build.div(scalar(0), scalar(0))).attributes.value).toBeNaN();
  });

  test("wrap as integers do", () => {
    const int = (value: number, dtype: "int32" | "uint32" | "uint8"): Node => build.constant(value, [], dtype);
    expect(simplified(build.add(int(2 ** 31 - 1, "int32"), int(1, "int32"))).attributes.value).toBe(-(2 ** 31));
    expect(simplified(build.sub(int(0, "uint32"), int(1, "uint32"))).attributes.value).toBe(2 ** 32 - 1);
    expect(simplified(build.cast(int(300, "int32"), "uint8")).attributes.value).toBe(44);
    expect(simplified(build.cast(int(300, "uint8"), "int32")).attributes.value).toBe(44);
    expect(simplified(build.shiftRight(int(-8, "int32"), 1)).attributes.value).toBe(-4);
  });

  test("that the modes compute differently are left to the run", () => {
    // (1 + 2⁻¹²)² − (1 + 2⁻¹¹) is 2⁻²⁴ in one rounding and 0 in two.
    const a = scalar(1 + 2 ** -12);
    const differs = build.fma(a, a, scalar(-(1 + 2 ** -11)));
    expect(simplified(differs)).toBe(differs);
    expect(simplified(build.fma(scalar(2), scalar(3), scalar(4))).attributes.value).toBe(10);
    const folded = Array.from({ length: 200 }, (_, n) => simplified(build.exp(scalar(n / 16))).op.name);
    expect(new Set(folded)).toEqual(new Set(["constant", "exp"]));
  });

  test("pass through movements, not through reductions", () => {
    const three = build.broadcast(scalar(3), [2, 5], []);
    expect(simplified(build.transpose(three, [1, 0])).op.name).toBe("constant");
    expect(simplified(build.reshape(three, [10])).op.name).toBe("constant");
    expect(simplified(build.slice(three, [0, 1], [2, 2], [1, 2])).op.name).toBe("constant");
    expect(simplified(build.reduceSum(three, [0])).op.name).toBe("reduceSum");
  });

  test("of float64 are left alone", () => {
    const double = build.constant(0.1, [], "float64");
    expect(simplified(build.add(double, double)).op.name).toBe("add");
  });
});

describe("common subexpressions", () => {
  test("equal operations on equal inputs become one", () => {
    const make = (): Node => build.tanh(build.mul(x, build.add(x, float(0.5))));
    const simple = simplified(build.sub(make(), make()));
    expect(operationsOf([simple])).toEqual(["input", "constant", "add", "mul", "tanh", "sub"]);
    expect(simple.inputs[0]).toBe(simple.inputs[1]);
  });

  test("attributes, dtypes, zeros and NaN tell operations apart", () => {
    const different = [
      [build.reduceSum(build.reshape(x, [11, 1]), [0]), build.reduceSum(build.reshape(x, [11, 1]), [1])],
      [float(0), float(-0)],
      [float(Number.NaN), float(0)],
      [float(Number.POSITIVE_INFINITY), float(Number.NEGATIVE_INFINITY)],
      [float(1), build.constant(1, shape, "int32")],
      [float(1), build.constant(1, [1, 11], "float32")],
      [build.sub(x, float(2)), build.sub(float(2), x)],
      [build.shiftLeft(i, 1), build.shiftLeft(i, 2)],
      [build.cast(i, "bool"), build.cast(i, "uint8")],
    ];
    for (const [a, b] of different) {
      const [simpleA, simpleB] = simplify([a!, b!]);
      expect(simpleA).not.toBe(simpleB);
    }
  });

  test("inputs are never one, even with equal names", () => {
    const other = build.input("x", shape, "float32");
    const [sum] = simplify([build.add(x, other)]);
    expect(sum!.inputs).toEqual([x, other]);
    expect(sum!.inputs[0]).not.toBe(sum!.inputs[1]);
  });

  test("what a rewrite reveals is found too", () => {
    const a = build.tanh(build.mul(x, float(1)));
    const simple = simplified(build.add(a, build.tanh(build.stopGradient(x))));
    expect(operationsOf([simple])).toEqual(["input", "tanh", "add"]);
  });
});

describe("chains of movements", () => {
  const matrix = build.broadcast(x, [2, 3, 11], [2]);

  test("transposes compose", () => {
    const simple = simplified(build.transpose(build.transpose(build.exp(matrix), [1, 2, 0]), [1, 2, 0]));
    expect(operationsOf([simple])).toEqual(["input", "broadcast", "exp", "transpose"]);
    expect(simple.attributes.permutation).toEqual([2, 0, 1]);
  });

  test("broadcasts compose, through axes of size 1 too", () => {
    const column = build.reshape(build.exp(x), [11, 1]);
    const simple = simplified(build.broadcast(build.broadcast(column, [11, 1, 1], [0, 2]), [4, 11, 5, 3], [1, 2, 3]));
    expect(operationsOf([simple])).toEqual(["input", "exp", "reshape", "broadcast"]);
  });

  test("reshapes compose", () => {
    const simple = simplified(build.reshape(build.reshape(build.exp(matrix), [66]), [6, 11]));
    expect(operationsOf([simple])).toEqual(["input", "broadcast", "exp", "reshape"]);
  });
});

test("what no root needs is gone, and what a rewrite cut off too", () => {
  build.exp(x);
  const simple = simplified(build.select(build.constant(1, shape, "bool"), build.tanh(x), build.log(x)));
  expect(operationsOf([simple])).toEqual(["input", "tanh"]);
});

test("a module keeps its inputs, states and roles", () => {
  const state = build.input("state", shape, "float32");
  const guard = build.less(build.reduceSum(x, [0]), build.constant(1, [], "float32"));
  const log = build.reduceSum(build.mul(x, float(1)), [0]);
  const unused = build.input("unused", [3], "int32");
  const module = {
    inputs: [x, unused],
    states: [{ current: state, next: build.mul(state, float(1)) }],
    outputs: [build.div(x, float(1)), x],
    guard,
    log: [log],
  };
  const simple = simplifyModule(module);
  expect(simple.inputs).toEqual([x, unused]);
  expect(simple.states).toEqual([{ current: state, next: state }]);
  expect(simple.outputs).toEqual([x, x]);
  expect(simple.guard!.inputs[0]).toBe(simple.log[0]);
});

test("sums over whole axes are reductions, and their gradients broadcasts; no other windows are", () => {
  const n = special.length;
  const whole = { size: n, stride: 1, dilation: 1, low: 0, high: 0, base: 1 };
  const column = build.reshape(x, [1, n, 1]);
  const sum = build.windowSum(column, [still, whole, still]);
  expect(operationsOf([simplified(sum)])).not.toContain("windowSum");
  const row = build.reshape(x, [n, 1, 1]);
  const widened = build.windowSum(row, [still, { ...whole, low: n - 1, high: n - 1, base: n }, still]);
  expect(widened.shape).toEqual([n, n, 1]);
  expect(operationsOf([simplified(widened)])).not.toContain("windowSum");
  const others = [
    build.windowSum(build.reshape(x, [1, n]), [still, whole]),
    build.windowSum(column, [still, { ...whole, low: 1 }, still]),
    build.windowSum(row, [still, { ...whole, size: 2, low: 2, high: 2 }, still]),
  ];
  for (const other of others) expect(operationsOf([simplified(other)])).toContain("windowSum");
});

/** The operations that random programs consist of: every primitive, on operands that fit. For tests alone. */

import type { DType } from "../../base/dtype.ts";
import { sizeOf } from "../../base/shape.ts";
import { build } from "../../graph/build.ts";
import type { Node } from "../../graph/node.ts";
import { extentOf, type Sliding, slidingSize, still } from "../../graph/ops/spatial.ts";
import { type Family, type Generator, largest, sizes } from "./generator.ts";

const numbers: readonly DType[] = ["float32", "float32", "float32", "int32", "uint32"];
const anyDType: readonly DType[] = ["float32", "float32", "int32", "bool", "uint8"];

/** A dtype of the list, where float64 programs have floats alone. */
function dtypeOf(g: Generator, list: readonly DType[]): DType {
  return g.float === "float64" ? "float64" : g.pick(list);
}

function bounded(g: Generator, x: Node, low: number, high: number): Node {
  const bound = (value: number): Node => build.constant(value, x.shape, g.float);
  return build.min(build.max(x, bound(low)), bound(high));
}

const unary: Family = (g) => {
  const { neg, abs, relu, floor, sqrt, tanh, sigmoid, sin, cos, erf, stopGradient } = build;
  return g.pick([neg, abs, relu, floor, sqrt, tanh, sigmoid, sin, cos, erf, stopGradient])(g.any("float32"));
};

/** exp, log and pow between bounds, so that few values leave the normal range. */
const transcendental: Family = (g) => {
  const x = g.any("float32");
  const kind = g.below(3);
  if (kind === 0) return build.exp(bounded(g, x, -8, 8));
  const positive = build.add(build.abs(x), build.constant(0.25, x.shape, "float32"));
  if (kind === 1) return build.log(positive);
  return build.pow(bounded(g, positive, 0, 20), bounded(g, g.like(x.shape, "float32"), -4, 4));
};

const binary: Family = (g) => {
  const dtype = g.pick(numbers);
  const { add, sub, mul, div, floorDiv, mod, max, min } = build;
  const a = g.any(dtype);
  const choices = dtype === "float32" ? [add, sub, mul, div, max, min] : [add, sub, mul, floorDiv, mod, max, min];
  return g.pick(choices)(a, g.like(a.shape, dtype));
};

const fma: Family = (g) => {
  const a = g.any(g.float);
  return build.fma(a, g.like(a.shape, g.float), g.like(a.shape, g.float));
};

const logic: Family = (g) => {
  if (g.below(3) === 2) {
    const a = g.any("bool");
    return g.below(4) === 3 ? build.not(a) : g.pick([build.and, build.or, build.xor])(a, g.like(a.shape, "bool"));
  }
  const dtype = g.pick(numbers);
  const a = g.any(dtype);
  return g.pick([build.equal, build.less, build.lessEqual])(a, g.like(a.shape, dtype));
};

const bits: Family = (g) => {
  const a = g.any(g.pick(["int32", "uint32"] as const));
  const count = g.below(32);
  if (g.below(2)) return g.pick([build.shiftLeft, build.shiftRight])(a, count);
  return g.pick([build.and, build.or, build.xor])(a, g.like(a.shape, a.dtype));
};

const select: Family = (g) => {
  const condition = g.any("bool");
  const dtype = g.pick(["float32", "int32", "bool", "uint8"] as const);
  return build.select(condition, g.like(condition.shape, dtype), g.like(condition.shape, dtype));
};

const cast: Family = (g) => {
  const all = ["float32", "int32", "uint32", "uint8", "bool"] as const;
  return build.cast(g.any(g.pick(all)), g.pick(all));
};

const random: Family = (g) => {
  const counter = g.any("uint32");
  const word = (): Node => g.like(counter.shape, "uint32");
  return build.threefry(counter, word(), word(), word());
};

const broadcast: Family = (g) => {
  const x = g.any(dtypeOf(g, anyDType));
  const shape: number[] = [];
  const axes: number[] = [];
  for (const size of x.shape) {
    if (g.below(4) === 3) shape.push(g.pick([2, 3, 5]));
    axes.push(shape.push(size === 1 && g.below(2) ? g.pick([2, 3, 7]) : size) - 1);
  }
  if (g.below(3) === 2) shape.push(g.pick([1, 2, 5]));
  return sizeOf(shape) > largest ? x : build.broadcast(x, shape, axes);
};

const transpose: Family = (g) => {
  const x = g.any(dtypeOf(g, anyDType));
  const axes = x.shape.map((_, axis) => axis);
  return build.transpose(
    x,
    x.shape.map(() => axes.splice(g.below(axes.length), 1)[0]!),
  );
};

const later: Family = (g) => {
  const x = g.any(dtypeOf(g, anyDType));
  return build.later(x, g.any(dtypeOf(g, anyDType)));
};

const slice: Family = (g) => {
  const x = g.any(dtypeOf(g, anyDType));
  const parts = x.shape.map((n) => {
    const size = n - g.below(n + 1);
    const step = size > 1 ? 1 + g.below(Math.floor((n - 1) / (size - 1))) : 1;
    const span = size === 0 ? 0 : (size - 1) * step;
    const first = g.below(Math.max(1, n - span));
    return g.below(2) ? { start: first + span, size, step: -step } : { start: first, size, step };
  });
  const list = (name: "start" | "size" | "step"): number[] => parts.map((part) => part[name]);
  return build.slice(x, list("start"), list("size"), list("step"));
};

const reshape: Family = (g) => {
  const x = g.any(dtypeOf(g, anyDType));
  let rest = sizeOf(x.shape);
  if (rest === 0) return build.reshape(x, [0, 3]);
  const shape: number[] = [];
  for (const factor of [2, 3, 5, 7, 17, 4]) {
    if (rest % factor === 0 && g.below(2)) {
      shape.splice(g.below(shape.length + 1), 0, factor);
      rest /= factor;
    }
  }
  shape.splice(g.below(shape.length + 1), 0, rest);
  return build.reshape(x, shape);
};

const pad: Family = (g) => {
  const x = g.any(dtypeOf(g, anyDType));
  const counts = (n: number): number[] => x.shape.map(() => g.below(n));
  return build.pad(x, counts(3), counts(3), counts(2), g.pick([0, 1, -0, 0.1]));
};

const concat: Family = (g) => {
  const x = g.any(dtypeOf(g, anyDType));
  if (x.shape.length === 0) return x;
  const axis = g.below(x.shape.length);
  const other = g.like(x.shape.with(axis, g.pick(sizes)), x.dtype);
  return build.concat(g.below(2) ? [other, x, x] : [x, other], axis);
};

const reduce: Family = (g) => {
  const x = g.any(g.pick(numbers));
  const axes = x.shape.map((_, axis) => axis).filter(() => g.below(2));
  return g.pick([build.reduceSum, build.reduceMax, build.reduceMin, build.reduceProduct])(x, axes);
};

const sum: Family = (g) => {
  const x = g.any(g.float);
  return build.reduceSum(
    x,
    x.shape.map((_, axis) => axis).filter(() => g.below(2)),
  );
};

const argMax: Family = (g) => {
  const x = g.any(g.pick(numbers));
  const axes = x.shape.flatMap((n, axis) => (n > 0 ? [axis] : []));
  return axes.length > 0 ? build.argMax(x, g.pick(axes)) : x;
};

const scan: Family = (g) => {
  const x = g.any(dtypeOf(g, numbers));
  return x.shape.length > 0 ? build.cumulativeSum(x, g.below(x.shape.length)) : x;
};

const dot: Family = (g) => {
  const a = g.any(g.float);
  const axes = a.shape.map((_, axis) => axis);
  const roles = axes.map(() => g.pick(["contract", "free", "batch"] as const));
  const paired = axes.filter((axis) => roles[axis] !== "free");
  const free = Array.from({ length: g.below(2) }, () => g.pick([1, 3, 8, 17]));
  // b has a's paired axes in a random order, its own between them.
  const order: (number | null)[] = [...free.map(() => null)];
  for (const axis of paired) order.splice(g.below(order.length + 1), 0, axis);
  const sizesOfFree = [...free];
  const b = g.like(
    order.map((axis) => (axis === null ? sizesOfFree.pop()! : a.shape[axis]!)),
    g.float,
  );
  const sides = (role: string): [number[], number[]] => {
    const left = paired.filter((axis) => roles[axis] === role);
    return [left, left.map((axis) => order.indexOf(axis))];
  };
  return build.dot(a, b, { batch: sides("batch"), contract: sides("contract") });
};

/** A kernel or window that fits an axis of `n`. */
function sliding(g: Generator, n: number, mostBase = 2): Sliding {
  const base = 1 + g.below(mostBase);
  const stride = 1 + g.below(3);
  const dilation = 1 + g.below(2);
  const size = 1 + g.below(3);
  const missing = Math.max(0, extentOf(size, dilation) - extentOf(n, base));
  const low = g.below(3);
  return { size, stride, dilation, low, high: Math.max(g.below(3), missing - low), base };
}

const conv: Family = (g) => {
  const x = g.any(g.float);
  if (x.shape.length < 2 || sizeOf(x.shape) === 0) return x;
  const slidings = x.shape.slice(1, -1).map((n) => sliding(g, n));
  const channels = x.shape.at(-1)!;
  const groups = g.pick([1, 2, 3].filter((n) => channels % n === 0));
  const out = groups * g.pick([1, 2, 3, 5]);
  const w = g.like([out, channels / groups, ...slidings.map(({ size }) => size)], g.float);
  const axes = slidings.map(({ size: _, ...axis }) => axis);
  const apart = build.reshape(x, [...x.shape.slice(0, -1), groups, channels / groups]);
  return build.conv(g.below(4) === 1 ? apart : x, w, { axes, groups, channelsFirst: g.below(2) === 1 });
};

const window =
  (
    choices: (g: Generator) => readonly ((x: Node, axes: readonly Sliding[]) => Node)[],
    dtypes: readonly DType[],
  ): Family =>
  (g) => {
    const x = g.any(dtypeOf(g, dtypes));
    if (x.shape.length === 0 || sizeOf(x.shape) === 0) return x;
    const operation = g.pick(choices(g));
    return operation(
      x,
      x.shape.map((n) => (g.below(2) ? sliding(g, n, operation === build.windowSum ? 2 : 1) : still)),
    );
  };

/** Values to places within windows, most of which exist. */
const windowScatter: Family = (g) => {
  const dtype = dtypeOf(g, numbers);
  const shape = g.any(dtype).shape;
  if (shape.length === 0 || sizeOf(shape) === 0) return g.any(dtype);
  const axes = shape.map((n) => (g.below(2) ? sliding(g, n, 1) : still));
  const windows = axes.map((axis, i) => slidingSize("windowScatter", i, shape[i]!, axis));
  if (sizeOf(windows) > largest) return g.any(dtype);
  const places = build.and(g.like(windows, "int32"), build.constant(7, windows, "int32"));
  return build.windowScatter(g.like(windows, dtype), places, shape, axes);
};

const anyWindow = window(() => [build.windowSum, build.windowMax, build.windowArgMax], numbers);
const windowSum = window(() => [build.windowSum], numbers);

const gather: Family = (g) => {
  const table = g.any(dtypeOf(g, anyDType));
  const indices = g.any("int32");
  if (table.shape.length === 0 || (table.shape[0] === 0 && sizeOf(indices.shape) > 0)) return table;
  return sizeOf(indices.shape) * sizeOf(table.shape.slice(1)) > largest ? table : build.gather(table, indices);
};

const scatterAdd: Family = (g) => {
  const indices = g.any("int32");
  const dtype = dtypeOf(g, numbers);
  const rest = g.shape(g.below(2));
  if (sizeOf(indices.shape) * sizeOf(rest) > largest) return indices;
  // Indices near the range: most hit, some are dropped.
  const near = build.and(indices, build.constant(15, indices.shape, "int32"));
  const chosen = g.below(2) ? indices : near;
  return build.scatterAdd(chosen, g.like([...indices.shape, ...rest], dtype), g.pick([5, 1, 13]));
};

const argSort: Family = (g) => {
  const x = g.any(g.pick(numbers));
  return x.shape.length > 0 ? build.argSort(x) : x;
};

/** Every primitive; the commonest come more often. */
export const families: readonly Family[] = [
  ...[binary, unary, binary, fma, transcendental, logic, bits, select, cast, random],
  ...[broadcast, broadcast, transpose, slice, reshape, reshape, later, pad, concat],
  ...[reduce, reduce, argMax, scan, dot, dot, conv, anyWindow, windowScatter, gather, scatterAdd, argSort],
];

const smoothUnary: Family = (g) => {
  const { tanh, sigmoid, sin, cos, erf, neg } = build;
  return g.pick([tanh, sigmoid, sin, cos, erf, neg])(g.any(g.float));
};

/** Kept small by what saturates, so that differences of large numbers do not drown the measurement. */
const smoothBinary: Family = (g) => {
  const a = build.tanh(g.any(g.float));
  return g.pick([build.add, build.sub, build.mul])(a, build.tanh(g.like(a.shape, g.float)));
};

/** Operations with derivatives everywhere. */
export const smoothFamilies: readonly Family[] = [
  ...[smoothBinary, smoothUnary, fma, broadcast, transpose, slice, reshape, later, pad, concat],
  ...[sum, scan, dot, dot, conv, windowSum, windowScatter, gather, scatterAdd],
];

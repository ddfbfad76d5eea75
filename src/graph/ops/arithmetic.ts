/**
 * Arithmetic of elements: each a line of scalar instructions and a gradient. Meanings follow PyTorch where it has one: relu′(0) = 0,
 * abs′(0) = 0, max and min split the gradient of a tie, division of integers and mod round down.
 */

import { modulo } from "../../kernel/modulo.ts";
import { numbersOf } from "../../kernel/scalars.ts";
import type { ElementwiseOperation } from "../operation.ts";
import { binary, float, type Gradient, type None, samplesFor, unary } from "./define.ts";
import { floats, integers, numeric, requireDType, requireSameDType, requireSameShape } from "./rules.ts";

export const neg: ElementwiseOperation<None> = unary("neg", {
  dtypes: [...floats, "int32"],
  lower: (k, [x], type) => (type === "int32" ? k.int32.sub(k.int32.constant(0), x!) : float(k, type).neg(x!)),
  gradient: (b, g) => [b.neg(g)],
});

export const abs: ElementwiseOperation<None> = unary("abs", {
  dtypes: [...floats, "int32"],
  lower: (k, [x], type) =>
    type === "int32" ? k.int32.max(x!, k.int32.sub(k.int32.constant(0), x!)) : float(k, type).abs(x!),
  gradient: (b, g, { inputs: [x] }) => {
    const zero = b.constant(0, x!.shape, x!.dtype);
    return [b.select(b.equal(x!, zero), zero, b.select(b.less(x!, zero), b.neg(g), g))];
  },
});

/** `max(x, 0)`. Its gradient looks at the output, so that the input need not be kept. */
export const relu: ElementwiseOperation<None> = unary("relu", {
  dtypes: [...floats, "int32"],
  lower: (k, [x], type) => numbersOf(k, type).max(x!, numbersOf(k, type).constant(0)),
  gradient: (b, g, y) => {
    const zero = b.constant(0, y.shape, y.dtype);
    return [b.select(b.less(zero, y), g, zero)];
  },
});

export const floor: ElementwiseOperation<None> = unary("floor", {
  dtypes: floats,
  lower: (k, [x], type) => float(k, type).floor(x!),
  gradient: (b, g) => [b.constant(0, g.shape, g.dtype)],
});

/** The same value; no gradient passes. */
export const stopGradient: ElementwiseOperation<None> = {
  name: "stopGradient",
  kind: "elementwise",
  infer: ([x]) => ({ shape: x!.shape, dtype: x!.dtype }),
  lower: (_, [x]) => x!,
  float64: (x) => x,
  gradient: () => [null],
  samples: [
    ...samplesFor(["float32", "int32", "uint32", "bool"], 1),
    { inputs: [{ shape: [9], dtype: "uint8" }], attributes: {} },
  ],
};

export const add: ElementwiseOperation<None> = binary("add", {
  dtypes: numeric,
  lower: (k, [a, b], type) => numbersOf(k, type).add(a!, b!),
  gradient: (_, g) => [g, g],
});

export const sub: ElementwiseOperation<None> = binary("sub", {
  dtypes: numeric,
  lower: (k, [a, b], type) => numbersOf(k, type).sub(a!, b!),
  gradient: (b, g) => [g, b.neg(g)],
});

export const mul: ElementwiseOperation<None> = binary("mul", {
  dtypes: numeric,
  lower: (k, [a, b], type) => numbersOf(k, type).mul(a!, b!),
  gradient: (b, g, { inputs: [x, y] }) => [b.mul(g, y!), b.mul(g, x!)],
});

export const div: ElementwiseOperation<None> = binary("div", {
  dtypes: floats,
  lower: (k, [a, b], type) => float(k, type).div(a!, b!),
  gradient: (b, g, node) => {
    const y = node.inputs[1]!;
    const toNumerator = b.div(g, y);
    return [toNumerator, b.neg(b.mul(toNumerator, node))];
  },
});

/** `⌊a / b⌋` of integers; a quotient that does not fit saturates, 0 / 0 is 0. */
export const floorDiv: ElementwiseOperation<None> = binary("floorDiv", {
  dtypes: integers,
  lower: (k, [a, b], type) => k[type as "int32" | "uint32"].floorDiv(a!, b!),
  gradient: null,
});

/** To the larger (or smaller) operand; a tie is split in halves. */
const extremum =
  (larger: boolean): Gradient =>
  (b, g, { inputs: [x, y] }) => {
    const zero = b.constant(0, g.shape, g.dtype);
    const half = b.mul(g, b.constant(0.5, g.shape, g.dtype));
    const tie = b.equal(x!, y!);
    const first = larger ? b.less(y!, x!) : b.less(x!, y!);
    const second = larger ? b.less(x!, y!) : b.less(y!, x!);
    return [first, second].map((wins) => b.select(tie, half, b.select(wins, g, zero)));
  };

export const max: ElementwiseOperation<None> = binary("max", {
  dtypes: numeric,
  lower: (k, [a, b], type) => numbersOf(k, type).max(a!, b!),
  gradient: extremum(true),
});

export const min: ElementwiseOperation<None> = binary("min", {
  dtypes: numeric,
  lower: (k, [a, b], type) => numbersOf(k, type).min(a!, b!),
  gradient: extremum(false),
});

/** What is left of `a / b` rounded down: it has the sign of b. Floats are exact while |a / b| < 2²⁴; for integers `a mod 0 = a`. */
export const mod: ElementwiseOperation<None> = binary("mod", {
  dtypes: numeric,
  lower: (k, [a, b], type) => {
    if (type !== "int32" && type !== "uint32") return modulo(k, a!, b!);
    return k[type].sub(a!, k[type].mul(b!, k[type].floorDiv(a!, b!)));
  },
  float64: (a, b) => a - b * Math.floor(a / b),
  gradient: (b, g, { inputs: [x, y] }) => [g, b.neg(b.mul(g, b.floor(b.div(x!, y!))))],
});

/** `a·b + c`, by the mode's rounding. */
export const fma: ElementwiseOperation<None> = {
  name: "fma",
  kind: "elementwise",
  infer([a, b, c]) {
    requireDType("fma", a!, floats);
    for (const other of [b!, c!]) {
      requireSameDType("fma", a!, other);
      requireSameShape("fma", a!, other);
    }
    return { shape: a!.shape, dtype: a!.dtype };
  },
  lower: (k, [a, b, c], [type]) => float(k, type!).fma(a!, b!, c!),
  gradient: (b, g, { inputs: [x, y] }) => [b.mul(g, y!), b.mul(g, x!), g],
  samples: samplesFor(floats, 3),
};

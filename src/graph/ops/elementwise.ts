/**
 * Elementwise operations: each a line of scalar instructions and a gradient. Meanings follow PyTorch where it has one: relu′(0) = 0,
 * abs′(0) = 0, max and min split the gradient of a tie.
 */

import { type DType, isFloat } from "../../base/dtype.ts";
import { exp as expSequence, log as logSequence, sigmoid as sigmoidSequence, tanh as tanhSequence } from "../../kernel/math.ts";
import { sizeOf } from "../../base/shape.ts";
import type { Scalars, ScalarType } from "../../kernel/scalars.ts";
import { numbersOf, scalarOf } from "../../kernel/scalars.ts";
import { randomBits } from "../../kernel/threefry.ts";
import type { ElementwiseOperation, Sample, SampleInput } from "../operation.ts";
import { floats, integers, numeric, requireDType, requireSameDType, requireSameShape } from "./rules.ts";

type None = Record<string, never>;
type Lower = <T>(k: Scalars<T>, args: readonly T[], type: ScalarType) => T;
type Gradient = NonNullable<ElementwiseOperation<None>["gradient"]>;

interface Definition {
  readonly dtypes: readonly DType[];
  readonly lower: Lower;
  readonly gradient: Gradient | null;
  readonly float64?: (...args: number[]) => number;
  /** The result's dtype when it is not the operands'. */
  readonly result?: DType;
}

/** Values at which meanings are easily lost. */
const special: Partial<Record<DType, readonly number[]>> = {
  float32: [0, -0, 1, -1, 0.5, -2.5, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 3.4e38, 1e-30],
  int32: [0, 1, -1, 5, 65537, 16777217, 2147483647, -2147483648],
  uint32: [0, 1, 5, 65537, 16777217, 2147483647, 2147483648, 4294967295],
};

function samplesFor(dtypes: readonly DType[], arity: number): Sample[] {
  const shared = dtypes.filter((dtype) => dtype !== "float64");
  const inputs = (spec: SampleInput): SampleInput[] => Array.from({ length: arity }, () => spec);
  return [
    ...shared.flatMap((dtype): Sample[] => [
      { inputs: inputs({ shape: [7, 13], dtype }), attributes: {} },
      { inputs: inputs({ shape: [1], dtype }), attributes: {} },
      { inputs: inputs({ shape: [3, 0], dtype }), attributes: {}, note: "empty" },
    ]),
    ...shared.flatMap((dtype): Sample[] => {
      const values = special[dtype];
      return values ? [{ inputs: specials(dtype, values, arity), attributes: {}, note: "special values" }] : [];
    }),
  ];
}

/** Every operand meets every special value. */
function specials(dtype: DType, special: readonly number[], arity: number): SampleInput[] {
  const table = Array.from({ length: arity }, () => special.length);
  const size = sizeOf(table);
  return table.map((_, axis) => {
    const block = sizeOf(table.slice(axis + 1));
    const values = Array.from({ length: size }, (_, i) => special[Math.floor(i / block) % special.length]!);
    return { shape: [size], dtype, values };
  });
}

function unary(name: string, { dtypes, lower, gradient, float64 }: Definition): ElementwiseOperation<None> {
  return {
    name,
    kind: "elementwise",
    infer([x]) {
      requireDType(name, x!, dtypes);
      return { shape: x!.shape, dtype: x!.dtype };
    },
    lower: (k, args, types) => lower(k, args, types[0]!),
    ...(float64 ? { float64 } : {}),
    gradient,
    samples: samplesFor(dtypes, 1),
  };
}

function binary(name: string, { dtypes, lower, gradient, result }: Definition): ElementwiseOperation<None> {
  return {
    name,
    kind: "elementwise",
    infer([a, b]) {
      requireDType(name, a!, dtypes);
      requireSameDType(name, a!, b!);
      requireSameShape(name, a!, b!);
      return { shape: a!.shape, dtype: result ?? a!.dtype };
    },
    lower: (k, args, types) => lower(k, args, types[0]!),
    gradient,
    samples: samplesFor(dtypes, 2),
  };
}

/** The float instructions of a register type. */
function float<T>(k: Scalars<T>, type: ScalarType): Scalars<T>["float32"] {
  return k[type as "float32" | "float64"];
}

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

export const exp: ElementwiseOperation<None> = unary("exp", {
  dtypes: floats,
  lower: (k, [x]) => expSequence(k, x!),
  float64: Math.exp,
  gradient: (b, g, y) => [b.mul(g, y)],
});

export const log: ElementwiseOperation<None> = unary("log", {
  dtypes: floats,
  lower: (k, [x]) => logSequence(k, x!),
  float64: Math.log,
  gradient: (b, g, { inputs: [x] }) => [b.div(g, x!)],
});

export const sqrt: ElementwiseOperation<None> = unary("sqrt", {
  dtypes: floats,
  lower: (k, [x], type) => float(k, type).sqrt(x!),
  gradient: (b, g, y) => [b.div(g, b.mul(b.constant(2, y.shape, y.dtype), y))],
});

export const tanh: ElementwiseOperation<None> = unary("tanh", {
  dtypes: floats,
  lower: (k, [x]) => tanhSequence(k, x!),
  float64: Math.tanh,
  gradient: (b, g, y) => [b.mul(g, b.sub(b.constant(1, y.shape, y.dtype), b.mul(y, y)))],
});

/** `1 / (1 + exp(−x))`. */
export const sigmoid: ElementwiseOperation<None> = unary("sigmoid", {
  dtypes: floats,
  lower: (k, [x]) => sigmoidSequence(k, x!),
  float64: (x) => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x))),
  gradient: (b, g, y) => [b.mul(g, b.mul(y, b.sub(b.constant(1, y.shape, y.dtype), y)))],
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

const comparison = (name: "equal" | "less" | "lessEqual"): ElementwiseOperation<None> =>
  binary(name, {
    dtypes: numeric,
    result: "bool",
    lower: (k, [a, b], type) => numbersOf(k, type)[name](a!, b!),
    gradient: null,
  });

export const equal: ElementwiseOperation<None> = comparison("equal");
export const less: ElementwiseOperation<None> = comparison("less");
export const lessEqual: ElementwiseOperation<None> = comparison("lessEqual");

const logic = (name: "and" | "or" | "xor"): ElementwiseOperation<None> =>
  binary(name, {
    dtypes: ["bool", ...integers],
    lower: (k, [a, b], type) => k[type as "bool" | "int32" | "uint32"][name](a!, b!),
    gradient: null,
  });

export const and: ElementwiseOperation<None> = logic("and");
export const or: ElementwiseOperation<None> = logic("or");
export const xor: ElementwiseOperation<None> = logic("xor");

export const not: ElementwiseOperation<None> = unary("not", {
  dtypes: ["bool"],
  lower: (k, [x]) => k.bool.not(x!),
  gradient: null,
});

/** `then` where the condition holds, else `otherwise`. */
export const select: ElementwiseOperation<None> = {
  name: "select",
  kind: "elementwise",
  infer([condition, then, otherwise]) {
    requireDType("select", condition!, ["bool"]);
    requireSameDType("select", then!, otherwise!);
    requireSameShape("select", condition!, then!);
    requireSameShape("select", then!, otherwise!);
    return { shape: then!.shape, dtype: then!.dtype };
  },
  lower: (k, [condition, then, otherwise], [, type]) => k[type!].select(condition!, then!, otherwise!),
  gradient: (b, g, { inputs: [condition] }) => {
    const zero = b.constant(0, g.shape, g.dtype);
    return [null, b.select(condition!, g, zero), b.select(condition!, zero, g)];
  },
  samples: (["float32", "int32", "bool", "uint8"] as const).map((dtype) => ({
    inputs: [
      { shape: [5, 3], dtype: "bool" },
      { shape: [5, 3], dtype },
      { shape: [5, 3], dtype },
    ],
    attributes: {},
  })),
};

/** Another dtype: float to integer truncates and saturates, integer to uint8 keeps the low byte, anything to bool is "not 0". */
export const cast: ElementwiseOperation<{ dtype: DType }> = {
  name: "cast",
  kind: "elementwise",
  infer: ([x], { dtype }) => ({ shape: x!.shape, dtype }),
  lower: (k, [x], [type], { dtype }) => convert(k, x!, type!, dtype),
  gradient: (b, g, { inputs: [x] }) => [isFloat(x!.dtype) ? b.cast(g, x!.dtype) : null],
  samples: (["float32", "int32", "uint32", "uint8", "bool"] as const).flatMap((from) =>
    (["float32", "int32", "uint32", "uint8", "bool"] as const).flatMap((dtype): Sample[] => [
      { inputs: [{ shape: [11], dtype: from }], attributes: { dtype } },
      ...edges(from, dtype),
    ]),
  ),
};

/** Values at both sides of where a cast rounds, wraps or saturates. */
function edges(from: DType, dtype: DType): Sample[] {
  const floats = [255.9, 256, -0.9, -300, 2147483520, 2147483648, -2147483648, -2147483904, 4294967040, 4294967296];
  const values = from === "float32" ? [...special.float32!, ...floats] : special[from];
  return values ? [{ inputs: [{ shape: [values.length], dtype: from, values }], attributes: { dtype }, note: "edges" }] : [];
}

function convert<T>(k: Scalars<T>, x: T, from: ScalarType, to: DType): T {
  const target = scalarOf(to);
  if (to === "float64") return x; // the reference's numbers hold every other type exactly
  if (from === "float32" || from === "float64") {
    const source = k[from];
    if (to === "uint8") {
      const low = k.int32.max(source.toInt32(x), k.int32.constant(0));
      return k.int32.toUint32(k.int32.min(low, k.int32.constant(255)));
    }
    if (target === "bool") return k.bool.not(source.equal(x, source.constant(0)));
    if (target === "int32") return source.toInt32(x);
    if (target === "uint32") return source.toUint32(x);
    return x;
  }
  if (from === "bool") {
    if (target === "bool") return x;
    if (target === "int32") return k.bool.toInt32(x);
    return target === "uint32" ? k.bool.toUint32(x) : k.bool.toFloat32(x);
  }
  const source = k[from];
  if (target === "bool") return k.bool.not(source.equal(x, source.constant(0)));
  if (target === "int32") return source.toInt32(x);
  if (to === "uint8") return k.uint32.and(source.toUint32(x), k.uint32.constant(255));
  return target === "uint32" ? source.toUint32(x) : source.toFloat32(x);
}

const shift = (name: "shiftLeft" | "shiftRight"): ElementwiseOperation<{ count: number }> => ({
  name,
  kind: "elementwise",
  infer([x]) {
    requireDType(name, x!, integers);
    return { shape: x!.shape, dtype: x!.dtype };
  },
  lower: (k, [x], [type], { count }) => k[type as "int32" | "uint32"][name](x!, count),
  gradient: null,
  samples: (["int32", "uint32"] as const).flatMap((dtype) =>
    [0, 3, 31].map((count): Sample => ({ inputs: [{ shape: [8], dtype, values: special[dtype]! }], attributes: { count } })),
  ),
});

export const shiftLeft: ElementwiseOperation<{ count: number }> = shift("shiftLeft");
export const shiftRight: ElementwiseOperation<{ count: number }> = shift("shiftRight");

/** The n-th random number of a stream: Threefry-2x32-20 of (key, counter), see base/rng. */
export const threefry: ElementwiseOperation<None> = {
  name: "threefry",
  kind: "elementwise",
  infer([counter, ...others]) {
    requireDType("threefry", counter!, ["uint32"]);
    for (const other of others) {
      requireSameDType("threefry", counter!, other);
      requireSameShape("threefry", counter!, other);
    }
    return { shape: counter!.shape, dtype: "uint32" };
  },
  lower: (k, [n, key0, key1, stream]) => randomBits(k, n!, key0!, key1!, stream!),
  gradient: null,
  samples: [
    { inputs: Array.from({ length: 4 }, (): SampleInput => ({ shape: [67], dtype: "uint32" })), attributes: {} },
    { inputs: Array.from({ length: 4 }, (): SampleInput => ({ shape: [1], dtype: "uint32" })), attributes: {} },
  ],
};

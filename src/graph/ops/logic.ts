/** Comparing, choosing, bits and changes of dtype. */

import { type DType, isFloat } from "../../base/dtype.ts";
import { numbersOf, type Scalars, type ScalarType, scalarOf } from "../../kernel/scalars.ts";
import { randomBits } from "../../kernel/threefry.ts";
import type { ElementwiseOperation, Sample, SampleInput } from "../operation.ts";
import { binary, type None, special, unary } from "./define.ts";
import { integers, numeric, requireDType, requireSameDType, requireSameShape } from "./rules.ts";

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
  return values
    ? [{ inputs: [{ shape: [values.length], dtype: from, values }], attributes: { dtype }, note: "edges" }]
    : [];
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
    [0, 3, 31].map(
      (count): Sample => ({ inputs: [{ shape: [8], dtype, values: special[dtype]! }], attributes: { count } }),
    ),
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

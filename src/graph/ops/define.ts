/** How elementwise records are written: rules and samples that all of one operand or two have in common. */

import type { DType } from "../../base/dtype.ts";
import { sizeOf } from "../../base/shape.ts";
import type { Scalars, ScalarType } from "../../kernel/scalars.ts";
import type { ElementwiseOperation, Sample, SampleInput } from "../operation.ts";
import { requireDType, requireSameDType, requireSameShape } from "./rules.ts";

export type None = Record<string, never>;
type Lower = <T>(k: Scalars<T>, args: readonly T[], type: ScalarType) => T;
export type Gradient = NonNullable<ElementwiseOperation<None>["gradient"]>;

export interface Definition {
  readonly dtypes: readonly DType[];
  readonly lower: Lower;
  readonly gradient: Gradient | null;
  readonly float64?: (...args: number[]) => number;
  /** The result's dtype when it is not the operands'. */
  readonly result?: DType;
}

/** Values at which meanings are easily lost. */
export const special: Partial<Record<DType, readonly number[]>> = {
  float32: [0, -0, 1, -1, 0.5, -2.5, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 3.4e38, 1e-30],
  int32: [0, 1, -1, 5, 65537, 16777217, 2147483647, -2147483648],
  uint32: [0, 1, 5, 65537, 16777217, 2147483647, 2147483648, 4294967295],
};

export function samplesFor(dtypes: readonly DType[], arity: number): Sample[] {
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

export function unary(name: string, { dtypes, lower, gradient, float64 }: Definition): ElementwiseOperation<None> {
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

export function binary(
  name: string,
  { dtypes, lower, gradient, float64, result }: Definition,
): ElementwiseOperation<None> {
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
    ...(float64 ? { float64 } : {}),
    gradient,
    samples: samplesFor(dtypes, 2),
  };
}

/** The float instructions of a register type. */
export function float<T>(k: Scalars<T>, type: ScalarType): Scalars<T>["float32"] {
  return k[type as "float32" | "float64"];
}

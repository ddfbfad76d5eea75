/** Operations that need no input: a splat, a counter, and what is bound at run time. */

import type { DType } from "../../base/dtype.ts";
import { checkShape, type Shape } from "../../base/shape.ts";
import { elementOf } from "../../kernel/numbers.ts";
import type { SourceOperation } from "../operation.ts";
import { numeric, requireDType, requireShape } from "./rules.ts";

/** One value everywhere, as the dtype holds it. */
export const constant: SourceOperation<{ value: number; shape: Shape; dtype: DType }> = {
  name: "constant",
  kind: "source",
  infer(_, { shape, dtype }) {
    checkShape("constant", shape);
    return { shape, dtype };
  },
  element: ({ dtype, attributes: { value } }) => elementOf(dtype, value),
  affine: ({ dtype, attributes: { value } }) => ({ axis: -1, offset: elementOf(dtype, value), step: 0 }),
  gradient: null,
  samples: [
    { inputs: [], attributes: { value: 1.5, shape: [7], dtype: "float32" } },
    { inputs: [], attributes: { value: -3, shape: [], dtype: "int32" }, note: "scalar" },
    { inputs: [], attributes: { value: Number.NaN, shape: [2, 3], dtype: "float32" } },
    { inputs: [], attributes: { value: 1, shape: [0], dtype: "bool" }, note: "empty" },
    { inputs: [], attributes: { value: 0.1, shape: [5], dtype: "float32" }, note: "rounds" },
    { inputs: [], attributes: { value: -1e-40, shape: [5], dtype: "float32" }, note: "subnormal" },
    { inputs: [], attributes: { value: 0.1, shape: [3], dtype: "bool" }, note: "not 0" },
    { inputs: [], attributes: { value: 300, shape: [3], dtype: "uint8" }, note: "wraps" },
    { inputs: [], attributes: { value: -1, shape: [3], dtype: "uint32" }, note: "wraps" },
  ],
};

/** 0, 1, 2, … along one axis. */
export const iota: SourceOperation<{ shape: Shape; axis: number; dtype: DType }> = {
  name: "iota",
  kind: "source",
  infer(_, { shape, axis, dtype }) {
    checkShape("iota", shape);
    requireDType("iota", { dtype }, numeric);
    requireShape(
      axis >= 0 && axis < shape.length,
      "iota",
      "the axis must be one of the shape's",
      `axis ${axis}`,
      "Name another axis.",
    );
    return { shape, dtype };
  },
  element: (node, index) => index[node.attributes.axis]!,
  affine: (node) => ({ axis: node.attributes.axis, offset: 0, step: 1 }),
  gradient: null,
  samples: [
    { inputs: [], attributes: { shape: [11], axis: 0, dtype: "float32" } },
    { inputs: [], attributes: { shape: [3, 5], axis: 0, dtype: "int32" } },
    { inputs: [], attributes: { shape: [3, 5], axis: 1, dtype: "uint32" } },
  ],
};

/** A value bound when the program runs. */
export const input: SourceOperation<{ name: string; shape: Shape; dtype: DType }> = {
  name: "input",
  kind: "source",
  infer(_, { shape, dtype }) {
    checkShape("input", shape);
    return { shape, dtype };
  },
  element: null,
  affine: null,
  gradient: null,
  samples: [],
};

/** Operations that need no input: a splat, a counter, and what is bound at run time. */

import type { DType } from "../../base/dtype.ts";
import { checkShape, type Shape } from "../../base/shape.ts";
import type { SourceOperation } from "../operation.ts";
import { requireShape } from "./rules.ts";

/** One value everywhere. */
export const constant: SourceOperation<{ value: number; shape: Shape; dtype: DType }> = {
  name: "constant",
  kind: "source",
  infer(_, { shape, dtype }) {
    checkShape("constant", shape);
    return { shape, dtype };
  },
  element: (node) => node.attributes.value,
  affine: (node) => ({ axis: -1, offset: node.attributes.value, step: 0 }),
  gradient: null,
  samples: [
    { inputs: [], attributes: { value: 1.5, shape: [7], dtype: "float32" } },
    { inputs: [], attributes: { value: -3, shape: [], dtype: "int32" }, note: "scalar" },
    { inputs: [], attributes: { value: Number.NaN, shape: [2, 3], dtype: "float32" } },
    { inputs: [], attributes: { value: 1, shape: [0], dtype: "bool" }, note: "empty" },
  ],
};

/** 0, 1, 2, … along one axis. */
export const iota: SourceOperation<{ shape: Shape; axis: number; dtype: DType }> = {
  name: "iota",
  kind: "source",
  infer(_, { shape, axis, dtype }) {
    checkShape("iota", shape);
    requireShape(axis >= 0 && axis < shape.length, "iota", "the axis must be one of the shape's", `axis ${axis}`, "Name another axis.");
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

/** Reading and adding at computed places, and sorting. No index reaches memory that is not the operand's. */

import { sameShape, showShape } from "../../base/shape.ts";
import type { GatherOperation, ScatterOperation, SortOperation } from "../operation.ts";
import { numeric, requireDType, requireShape } from "./rules.ts";

type None = Record<string, never>;

/** Rows of a table `[n, …rest]` at indices `[…i]`: `[…i, …rest]`. Indices clamp to [0, n). */
export const gather: GatherOperation<None> = {
  name: "gather",
  kind: "gather",
  infer([table, indices]) {
    requireDType("gather", indices!, ["int32"]);
    requireShape(
      table!.shape.length > 0 && (table!.shape[0]! > 0 || indices!.shape.includes(0)),
      "gather",
      "the table needs at least one row",
      showShape(table!.shape),
      "Pass a table [rows, …].",
    );
    return { shape: [...indices!.shape, ...table!.shape.slice(1)], dtype: table!.dtype };
  },
  gradient: (b, g, { inputs: [table, indices] }) => [b.clampedScatterAdd(indices!, g, table!.shape[0]!), null],
  samples: [
    {
      inputs: [
        { shape: [5, 3], dtype: "float32" },
        { shape: [4], dtype: "int32", values: [0, 4, 2, 2] },
      ],
      attributes: {},
    },
    {
      inputs: [
        { shape: [5], dtype: "float32" },
        { shape: [2, 2], dtype: "int32", values: [1, -7, 99, 3] },
      ],
      attributes: {},
      note: "clamps",
    },
    {
      inputs: [
        { shape: [5, 2], dtype: "uint8" },
        { shape: [3], dtype: "int32", values: [4, 0, 1] },
      ],
      attributes: {},
    },
  ],
};

/** Zeros `[size, …rest]` plus each update `[…i, …rest]` at its index, in index order; out of range is dropped. */
export const scatterAdd: ScatterOperation<{ size: number }> = {
  name: "scatterAdd",
  kind: "scatterAdd",
  infer([indices, updates], { size }) {
    requireDType("scatterAdd", indices!, ["int32"]);
    requireDType("scatterAdd", updates!, numeric);
    const rank = indices!.shape.length;
    requireShape(
      sameShape(updates!.shape.slice(0, rank), indices!.shape),
      "scatterAdd",
      `updates must begin with the shape of the indices ${showShape(indices!.shape)}`,
      showShape(updates!.shape),
      "Give each index one update.",
    );
    return { shape: [size, ...updates!.shape.slice(rank)], dtype: updates!.dtype };
  },
  gradient: (b, g, { inputs: [indices, updates], attributes: { size } }) => {
    if (size === 0) return [null, b.constant(0, updates!.shape, updates!.dtype)];
    const rows = b.gather(g, indices!);
    const axes = indices!.shape.map((_, axis) => axis);
    const bound = b.constant(size, indices!.shape, "int32");
    const zero = b.constant(0, indices!.shape, "int32");
    const inside = b.and(b.lessEqual(zero, indices!), b.less(indices!, bound));
    const dropped = b.constant(0, updates!.shape, updates!.dtype);
    return [null, b.select(b.broadcast(inside, updates!.shape, axes), rows, dropped)];
  },
  samples: [
    {
      inputs: [
        { shape: [4], dtype: "int32", values: [1, 1, 0, 4] },
        { shape: [4, 3], dtype: "float32" },
      ],
      attributes: { size: 5 },
    },
    {
      inputs: [
        { shape: [3], dtype: "int32", values: [-1, 2, 9] },
        { shape: [3], dtype: "float32" },
      ],
      attributes: { size: 4 },
      note: "drops",
    },
    {
      inputs: [
        { shape: [2, 2], dtype: "int32", values: [0, 1, 0, 1] },
        { shape: [2, 2, 5], dtype: "int32" },
      ],
      attributes: { size: 2 },
    },
  ],
};

/** The permutation (int32) that sorts the last axis ascending; stable; NaN last, −0 before +0. */
export const argSort: SortOperation<None> = {
  name: "argSort",
  kind: "sort",
  infer([x]) {
    requireDType("argSort", x!, ["float32", "int32", "uint32"]);
    requireShape(x!.shape.length > 0, "argSort", "needs an axis to sort along", "a scalar", "Reshape it to [1].");
    return { shape: x!.shape, dtype: "int32" };
  },
  gradient: null,
  samples: [
    {
      inputs: [
        {
          shape: [9],
          dtype: "float32",
          values: [3, -1, Number.NaN, 0, -0, 3, Number.NEGATIVE_INFINITY, 2, Number.POSITIVE_INFINITY],
        },
      ],
      attributes: {},
    },
    { inputs: [{ shape: [3, 37], dtype: "uint32" }], attributes: {} },
    {
      inputs: [{ shape: [2, 5], dtype: "int32", values: [3, -1, 3, -(2 ** 31), 0, 1, 1, 1, 0, 2 ** 31 - 1] }],
      attributes: {},
    },
  ],
};

/** Class indices as rows with a single 1. */

import type { DType } from "../base/dtype.ts";
import { ShapeError } from "../base/errors.ts";
import type { Shape } from "../base/shape.ts";
import { build } from "../graph/build.ts";
import { requireDType } from "../graph/ops/rules.ts";
import { nodeGiven, type Tensor } from "../tensor/tensor.ts";
import { nodeOf, tensorOf } from "../tensor/trace.ts";

/**
 * A row for each index, 1 at the index and 0 elsewhere. An index that is no class gives zeros only.
 *
 * @param indices  int32, `[...i]`
 * @param classes  length of the rows
 * @param dtype    of the result; `bool` says "is this class"
 * @returns        `[...i, classes]`
 * @throws {ShapeError} classes is not a positive integer
 * @example oneHot(tensor([2, 0], { dtype: "int32" }), 3)  // [[0, 0, 1], [1, 0, 0]]
 */
export function oneHot<I extends Shape, const N extends number, D extends DType = "float32">(
  indices: Tensor<I, "int32">,
  classes: N,
  dtype?: D,
): Tensor<[...I, N], NoInfer<D>> {
  if (!Number.isSafeInteger(classes) || classes < 1) {
    throw new ShapeError(`oneHot: classes must be a positive integer; got ${classes}. Give the number of classes.`, {
      operation: "oneHot",
      actual: String(classes),
    });
  }
  requireDType("oneHot", nodeGiven("oneHot", indices), ["int32"]);
  const shape = [...indices.shape, classes];
  const index = build.broadcast(
    nodeOf(indices),
    shape,
    indices.shape.map((_, axis) => axis),
  );
  const isClass = build.equal(index, build.iota(shape, indices.shape.length, "int32"));
  return tensorOf(build.cast(isClass, dtype ?? "float32"));
}

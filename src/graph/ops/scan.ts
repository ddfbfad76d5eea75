/** Running sums along an axis. */

import type { DType } from "../../base/dtype.ts";
import { type Shape, showShape } from "../../base/shape.ts";
import type { Sample, ScanOperation } from "../operation.ts";
import { numeric, requireDType, requireShape } from "./rules.ts";

const sample = (shape: Shape, axis: number, dtype: DType = "float32"): Sample => ({
  inputs: [{ shape, dtype }],
  attributes: { axis },
});

/** `y_i = x_0 + … + x_i` along one axis: chains in blocks of 256, the sums of whole blocks added left to right before them. */
export const cumulativeSum: ScanOperation<{ axis: number }> = {
  name: "cumulativeSum",
  kind: "scan",
  infer([x], { axis }) {
    requireDType("cumulativeSum", x!, numeric);
    requireShape(
      Number.isInteger(axis) && axis >= 0 && axis < x!.shape.length,
      "cumulativeSum",
      "the axis must exist",
      `axis ${axis} of ${showShape(x!.shape)}`,
      "Name another axis.",
    );
    return { shape: x!.shape, dtype: x!.dtype };
  },
  axis: (node) => node.attributes.axis,
  gradient: (b, g, { attributes: { axis } }) => {
    const { shape } = g;
    const start = shape.map((n, i) => (i === axis ? Math.max(0, n - 1) : 0));
    const step = shape.map((_, i) => (i === axis ? -1 : 1));
    return [b.slice(b.cumulativeSum(b.slice(g, start, shape, step), axis), start, shape, step)];
  },
  samples: [
    sample([7], 0),
    sample([5, 13], 1),
    sample([5, 13], 0),
    sample([3, 4, 5], 1),
    sample([2, 600], 1),
    sample([600, 3], 0),
    sample([4, 6], 1, "int32"),
    sample([3, 0], 1),
  ],
};

/**
 * Sums and maxima over windows that slide along axes; padding is skipped. The first maximum of a window, in row-major order, takes its
 * gradient, as in PyTorch.
 */

import type { DType } from "../../base/dtype.ts";
import { type Shape, stridesOf } from "../../base/shape.ts";
import { numbersOf } from "../../kernel/scalars.ts";
import type { Builders } from "../build.ts";
import type { Node } from "../node.ts";
import type { Sample, WindowOperation } from "../operation.ts";
import { lowestOf, numeric, requireDType, requireShape } from "./rules.ts";
import { extentOf, type Sliding, slidingSize, still } from "./spatial.ts";

export interface WindowAttributes {
  /** One entry per axis; {@link still} leaves an axis as it is. */
  readonly axes: readonly Sliding[];
}

const pool = (size: number, stride: number, low = 0, high = 0, dilation = 1): Sliding => ({
  ...{ size, stride, low, high, dilation, base: 1 },
});

const sample = (shape: Shape, axes: readonly Sliding[], dtype: DType = "float32"): Sample => ({
  inputs: [{ shape, dtype, values: "distinct" }],
  attributes: { axes } satisfies WindowAttributes,
});

const samples: readonly Sample[] = [
  sample([2, 6, 6, 5], [still, pool(2, 2), pool(2, 2), still]),
  sample([2, 7, 5, 3], [still, pool(3, 2, 1, 1), pool(3, 2, 1, 1), still]),
  sample([1, 9, 8, 2], [still, pool(3, 1, 2, 2, 2), pool(2, 3), still]),
  sample([13], [pool(4, 2, 1, 2)]),
  sample([3, 5], [still, pool(2, 1)]),
  sample([2, 300], [still, pool(290, 3)]),
  sample([4, 6, 3], [still, pool(3, 1, 1, 1), still], "int32"),
];

function shapeOf(name: string, x: Node, axes: readonly Sliding[]): number[] {
  requireDType(name, x, numeric);
  requireShape(
    axes.length === x.shape.length,
    name,
    `needs one window per axis of ${x.shape.length}`,
    String(axes.length),
    "Leave an axis as it is with a window of 1.",
  );
  return axes.map((sliding, axis) => slidingSize(name, axis, x.shape[axis]!, sliding));
}

/** `Σ` over each window; the input may be spread by `base`, so that the gradient is a window sum again. */
export const windowSum: WindowOperation<WindowAttributes> = {
  name: "windowSum",
  kind: "window",
  gives: "combination",
  infer: ([x], { axes }) => ({ shape: shapeOf("windowSum", x!, axes), dtype: x!.dtype }),
  windows: (node) => node.attributes.axes,
  combine: (k, a, b, type) => numbersOf(k, type).add(a, b),
  identity: () => 0,
  gradient: (b, g, { inputs: [x], attributes: { axes } }) => {
    const back = axes.map(({ size, stride, dilation, low, base }, axis): Sliding => {
      const before = (size - 1) * dilation - low;
      const after = (x!.shape[axis]! - 1) * base + 1 + low - extentOf(g.shape[axis]!, stride);
      return { size, stride: base, dilation, low: before, high: after, base: stride };
    });
    return [b.windowSum(g, back)];
  },
  samples: [...samples, sample([2, 4, 5], [still, { ...pool(3, 1, 2, 2), base: 2 }, pool(2, 1)])],
};

/** The largest of each window, NaN if there is one. */
export const windowMax: WindowOperation<WindowAttributes> = {
  name: "windowMax",
  kind: "window",
  gives: "combination",
  infer: ([x], { axes }) => ({ shape: shapeOf("windowMax", x!, axes), dtype: x!.dtype }),
  windows: (node) => node.attributes.axes,
  combine: (k, a, b, type) => numbersOf(k, type).max(a, b),
  identity: lowestOf,
  gradient: (b, g, node) => [toFirstMaxima(b, g, node)],
  samples,
};

/** The place of the first NaN, else of the first maximum, within each window, counted in row-major order; int32. */
export const windowArgMax: WindowOperation<WindowAttributes> = {
  name: "windowArgMax",
  kind: "window",
  gives: "place",
  infer: ([x], { axes }) => ({ shape: shapeOf("windowArgMax", x!, axes), dtype: "int32" }),
  windows: (node) => node.attributes.axes,
  combine: (k, a, b, type) => numbersOf(k, type).max(a, b),
  identity: lowestOf,
  gradient: null,
  samples,
};

/** Adds each window's gradient at the position of its first maximum, windows in order. */
function toFirstMaxima(b: Builders, g: Node, { inputs: [x], attributes: { axes } }: Node<WindowAttributes>): Node {
  const size = x!.shape.reduce((product, n) => product * n, 1);
  const within = axes.map((sliding) => sliding.size);
  const constant = (value: number): Node => b.constant(value, g.shape, "int32");
  let rest = b.windowArgMax(x!, axes);
  let flat = constant(0);
  const strides = stridesOf(x!.shape);
  const windowStrides = stridesOf(within);
  axes.forEach(({ stride, dilation, low }, axis) => {
    if (x!.shape[axis] === 1 && within[axis] === 1) return;
    const k = b.floorDiv(rest, constant(windowStrides[axis]!));
    rest = b.sub(rest, b.mul(k, constant(windowStrides[axis]!)));
    const from = b.mul(b.iota(g.shape, axis, "int32"), constant(stride));
    const position = b.sub(b.add(from, b.mul(k, constant(dilation))), constant(low));
    flat = b.add(flat, b.mul(position, constant(strides[axis]!)));
  });
  const count = g.shape.reduce((product, n) => product * n, 1);
  const sums = b.scatterAdd(b.reshape(flat, [count]), b.reshape(g, [count]), size);
  return b.reshape(sums, x!.shape);
}

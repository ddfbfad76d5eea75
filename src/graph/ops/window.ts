/**
 * Sums and maxima over windows that slide along axes, and their way back; padding is skipped. The first maximum of a window, in row-major
 * order, takes its gradient, as in PyTorch.
 */

import type { DType } from "../../base/dtype.ts";
import { type Shape, sameShape, showShape, sizeOf, stridesOf } from "../../base/shape.ts";
import { numbersOf } from "../../kernel/scalars.ts";
import type { Builders } from "../build.ts";
import type { Node } from "../node.ts";
import type { Sample, WindowOperation } from "../operation.ts";
import { lowestOf, numeric, requireDType, requireSameShape, requireShape } from "./rules.ts";
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

/** Windows over the results `to` of `axes`: for each element of `from` the windows that covered it, each through its last element first. */
function wayBack(axes: readonly Sliding[], from: Shape, to: Shape): Sliding[] {
  return axes.map(({ size, stride, dilation, low, base }, axis) => {
    const before = (size - 1) * dilation - low;
    const after = (from[axis]! - 1) * base + 1 + low - extentOf(to[axis]!, stride);
    return { size, stride: base, dilation, low: before, high: after, base: stride };
  });
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
  gradient: (b, g, { inputs: [x], attributes: { axes } }) => [b.windowSum(g, wayBack(axes, x!.shape, g.shape))],
  samples: [...samples, sample([2, 4, 5], [still, { ...pool(3, 1, 2, 2), base: 2 }, pool(2, 1)])],
};

/** One function for both: who computes both shares the running maximum. */
const maximum: WindowOperation<WindowAttributes>["combine"] = (k, a, b, type) => numbersOf(k, type).max(a, b);

/** The largest of each window, NaN if there is one. */
export const windowMax: WindowOperation<WindowAttributes> = {
  name: "windowMax",
  kind: "window",
  gives: "combination",
  infer: ([x], { axes }) => ({ shape: shapeOf("windowMax", x!, axes), dtype: x!.dtype }),
  windows: (node) => node.attributes.axes,
  combine: maximum,
  identity: lowestOf,
  gradient: (b, g, { inputs: [x], attributes: { axes } }) => [
    b.windowScatter(g, b.windowArgMax(x!, axes), x!.shape, axes),
  ],
  samples,
};

/** The place of the first NaN, else of the first maximum, within each window, counted in row-major order; int32. */
export const windowArgMax: WindowOperation<WindowAttributes> = {
  name: "windowArgMax",
  kind: "window",
  gives: "place",
  infer: ([x], { axes }) => ({ shape: shapeOf("windowArgMax", x!, axes), dtype: "int32" }),
  windows: (node) => node.attributes.axes,
  combine: maximum,
  identity: lowestOf,
  gradient: null,
  samples,
};

interface WindowScatterAttributes extends WindowAttributes {
  readonly shape: Shape;
}

const scatterSample = (shape: Shape, axes: readonly Sliding[], windows: Shape, places: readonly number[]): Sample => ({
  inputs: [
    { shape: windows, dtype: "float32" },
    {
      shape: windows,
      dtype: "int32",
      values: Array.from({ length: sizeOf(windows) }, (_, i) => places[i % places.length]!),
    },
  ],
  attributes: { shape, axes } satisfies WindowScatterAttributes,
});

/**
 * Inputs (values, places int32), one of each per window of a tensor of `shape`: zeros, plus each value at its place within its window, as
 * {@link windowArgMax} counts them, windows in order. What lies in the padding is dropped. It is the gradient of a maximum.
 */
export const windowScatter: WindowOperation<WindowScatterAttributes> = {
  name: "windowScatter",
  kind: "window",
  gives: "chosen",
  infer: ([values, places], { shape, axes }) => {
    requireDType("windowScatter", values!, numeric);
    requireDType("windowScatter", places!, ["int32"]);
    requireSameShape("windowScatter", values!, places!);
    requireShape(
      axes.length === shape.length && axes.every(({ base }) => base === 1),
      "windowScatter",
      `needs one window per axis of ${shape.length}, of base 1`,
      showShape(axes.map(({ base }) => base)),
      "Leave an axis as it is with a window of 1.",
    );
    const windows = axes.map((sliding, axis) => slidingSize("windowScatter", axis, shape[axis]!, sliding));
    requireShape(
      sameShape(windows, values!.shape),
      "windowScatter",
      `needs a value for each of the windows ${showShape(windows)}`,
      showShape(values!.shape),
      "Pass what the windows gave.",
    );
    return { shape, dtype: values!.dtype };
  },
  windows: ({ shape, inputs, attributes: { axes } }) => wayBack(axes, shape, inputs[0]!.shape),
  combine: (k, a, b, type) => numbersOf(k, type).add(a, b),
  identity: () => 0,
  gradient: (b, g, { inputs: [, places], attributes: { axes } }) => [atPlaces(b, g, places!, axes), null],
  samples: [
    scatterSample([2, 6, 6, 5], [still, pool(2, 2), pool(2, 2), still], [2, 3, 3, 5], [0, 1, 3, 2, 3, -1, 4]),
    scatterSample(
      [2, 7, 5, 3],
      [still, pool(3, 2, 1, 1), pool(3, 2, 1, 1), still],
      [2, 4, 3, 3],
      [4, 0, 8, 5, 7, 2, 1],
    ),
    scatterSample([1, 9, 8, 2], [still, pool(3, 1, 2, 2, 2), pool(2, 3), still], [1, 9, 3, 2], [0, 1, 5, 3, 2]),
    scatterSample([13], [pool(4, 2, 1, 2)], [7], [3, 1, 0, 2]),
  ],
};

/** The element of x at each window's place; 0 where the place lies in the padding, or is none. */
function atPlaces(b: Builders, x: Node, places: Node, axes: readonly Sliding[]): Node {
  const { shape } = places;
  const within = axes.map((sliding) => sliding.size);
  const constant = (value: number): Node => b.constant(value, shape, "int32");
  const inside = (value: Node, size: number): Node =>
    b.and(b.lessEqual(constant(0), value), b.less(value, constant(size)));
  let exists = inside(places, sizeOf(within));
  let rest = places;
  let flat = constant(0);
  const strides = stridesOf(x.shape);
  const windowStrides = stridesOf(within);
  axes.forEach(({ stride, dilation, low }, axis) => {
    const k = b.floorDiv(rest, constant(windowStrides[axis]!));
    rest = b.sub(rest, b.mul(k, constant(windowStrides[axis]!)));
    const from = b.mul(b.iota(shape, axis, "int32"), constant(stride));
    const position = b.sub(b.add(from, b.mul(k, constant(dilation))), constant(low));
    exists = b.and(exists, inside(position, x.shape[axis]!));
    flat = b.add(flat, b.mul(position, constant(strides[axis]!)));
  });
  const [count, size] = [sizeOf(shape), sizeOf(x.shape)];
  const found = b.reshape(b.gather(b.reshape(x, [size]), b.reshape(flat, [count])), shape);
  return b.select(exists, found, b.constant(0, shape, x.dtype));
}

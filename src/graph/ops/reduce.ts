/** Combining elements along axes, in the order of the contract's rule for sums; the reduced axes vanish from the shape. */

import type { DType } from "../../base/dtype.ts";
import { type Shape, showShape } from "../../base/shape.ts";
import { numbersOf, type ScalarType } from "../../kernel/scalars.ts";
import type { Builders } from "../build.ts";
import type { Node } from "../node.ts";
import type { ArgReduceOperation, ReduceOperation, Sample } from "../operation.ts";
import { lowestOf, numeric, requireDType, requireShape } from "./rules.ts";

export interface Axes {
  /** Distinct, ascending. */
  readonly axes: readonly number[];
}

const sample = (shape: Shape, axes: readonly number[], dtype: DType = "float32"): Sample => ({
  inputs: [{ shape, dtype, values: "distinct" }],
  attributes: { axes },
});

const samples: readonly Sample[] = [
  sample([7], [0]),
  sample([5, 13], [1]),
  sample([5, 13], [0]),
  sample([3, 4, 5], [0, 2]),
  sample([3, 4, 5], [0, 1, 2]),
  sample([2, 1100], [1]),
  sample([300, 3], [0]),
  sample([4, 6], [1], "int32"),
  sample([1], [0]),
];

/** Factors around 1: long products neither vanish nor overflow at once. */
const productSamples: readonly Sample[] = [
  { inputs: [{ shape: [5, 4], dtype: "float32" }], attributes: { axes: [1] } },
  { inputs: [{ shape: [7, 3], dtype: "float32", values: "positive" }], attributes: { axes: [0] } },
  { inputs: [{ shape: [2, 3, 4], dtype: "float32" }], attributes: { axes: [0, 2] } },
  {
    inputs: [{ shape: [2, 1100], dtype: "float32", values: "positive" }],
    attributes: { axes: [1] },
    note: "several chains",
  },
  { inputs: [{ shape: [4, 6], dtype: "int32" }], attributes: { axes: [1] } },
  ...[
    [2, 0, 3, 5],
    [2, 0, 0, 5],
    [1, 2, 3, 4],
  ].map((values) => ({
    inputs: [{ shape: [4], dtype: "float32" as const, values }],
    attributes: { axes: [0] },
    note: "zeros",
  })),
];

/** Reduced axes come back as size 1 and widen again. */
function spread(b: Builders, value: Node, { inputs: [x], attributes: { axes } }: Node<Axes>): Node {
  const kept = x!.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  return b.broadcast(value, x!.shape, kept);
}

function reduction(
  name: string,
  combine: ReduceOperation<Axes>["combine"],
  identity: (type: ScalarType) => number,
  gradient: ReduceOperation<Axes>["gradient"],
  own: readonly Sample[] = samples,
): ReduceOperation<Axes> {
  return {
    name,
    kind: "reduce",
    infer([x], { axes }) {
      requireDType(name, x!, numeric);
      requireShape(
        axes.every((axis, i) => axis < x!.shape.length && axis > (axes[i - 1] ?? -1)),
        name,
        `axes must be distinct and below ${x!.shape.length}`,
        showShape(axes),
        "Name each axis once.",
      );
      return { shape: x!.shape.filter((_, axis) => !axes.includes(axis)), dtype: x!.dtype };
    },
    axes: (node) => node.attributes.axes,
    combine,
    identity,
    gradient,
    samples: own,
  };
}

export const reduceSum: ReduceOperation<Axes> = reduction(
  "reduceSum",
  (k, a, b, type) => numbersOf(k, type).add(a, b),
  () => 0,
  (b, g, node) => [spread(b, g, node)],
);

/**
 * For each element the product of all others that are reduced with it: a table of every element against every other, with 1 on the
 * diagonal. Quadratic in their number, but a polynomial as the product is one: right at zeros too, to any order.
 */
function productOfOthers(b: Builders, { inputs: [x], attributes: { axes } }: Node<Axes>): Node {
  const { shape, dtype } = x!;
  const rank = shape.length;
  const table = [...shape, ...axes.map((axis) => shape[axis]!)];
  const kept = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const places = [...kept, ...axes.map((_, i) => rank + i)];
  const isItself = axes
    .map((axis, i) => b.equal(b.iota(table, axis, "int32"), b.iota(table, rank + i, "int32")))
    .reduce((all, same) => b.and(all, same), b.constant(1, table, "bool"));
  const others = b.select(
    isItself,
    b.constant(1, table, dtype),
    b.broadcast(b.transpose(x!, [...kept, ...axes]), table, places),
  );
  return b.reduceProduct(
    others,
    axes.map((_, i) => rank + i),
  );
}

/** `Π x`. */
export const reduceProduct: ReduceOperation<Axes> = reduction(
  "reduceProduct",
  (k, a, b, type) => numbersOf(k, type).mul(a, b),
  () => 1,
  (b, g, node) => [b.mul(spread(b, g, node), productOfOthers(b, node))],
  productSamples,
);

/** The gradient goes to the first element, in row-major order, that equals the result (or is NaN like it). */
function toFirstExtremum(b: Builders, g: Node, node: Node<Axes>): readonly Node[] {
  const x = node.inputs[0]!;
  const y = spread(b, node, node);
  const bothNaN = b.and(b.not(b.equal(x, x)), b.not(b.equal(y, y)));
  const hit = b.or(b.equal(x, y), bothNaN);
  // Among the hits the lowest position wins: reduceMin of positions, with a bound for the others.
  const { axes } = node.attributes;
  const zero = b.constant(0, x.shape, "int32");
  const position = axes.reduce((sum, axis) => {
    const size = b.constant(x.shape[axis]!, x.shape, "int32");
    return b.add(b.mul(sum, size), b.iota(x.shape, axis, "int32"));
  }, zero);
  const bound = b.constant(2 ** 31 - 1, x.shape, "int32");
  const first = b.reduceMin(b.select(hit, position, bound), axes);
  const wins = b.and(hit, b.equal(position, spread(b, first, node)));
  return [b.select(wins, spread(b, g, node), b.constant(0, x.shape, x.dtype))];
}

export const reduceMax: ReduceOperation<Axes> = reduction(
  "reduceMax",
  (k, a, b, type) => numbersOf(k, type).max(a, b),
  lowestOf,
  toFirstExtremum,
);

export const reduceMin: ReduceOperation<Axes> = reduction(
  "reduceMin",
  (k, a, b, type) => numbersOf(k, type).min(a, b),
  (type) => (type === "int32" ? 2 ** 31 - 1 : type === "uint32" ? 2 ** 32 - 1 : Number.POSITIVE_INFINITY),
  toFirstExtremum,
);

/** The index (int32) of the first NaN, else of the first maximum. */
export const argMax: ArgReduceOperation<{ axis: number }> = {
  name: "argMax",
  kind: "argReduce",
  infer([x], { axis }) {
    requireDType("argMax", x!, numeric);
    requireShape(
      axis >= 0 && axis < x!.shape.length && x!.shape[axis]! > 0,
      "argMax",
      "the axis must exist and not be empty",
      `axis ${axis} of ${showShape(x!.shape)}`,
      "Name another axis.",
    );
    return { shape: x!.shape.toSpliced(axis, 1), dtype: "int32" };
  },
  axis: (node) => node.attributes.axis,
  gradient: null,
  samples: [
    { inputs: [{ shape: [5, 13], dtype: "float32" }], attributes: { axis: 1 } },
    { inputs: [{ shape: [5, 13], dtype: "float32" }], attributes: { axis: 0 } },
    {
      inputs: [{ shape: [6], dtype: "float32", values: [1, 3, Number.NaN, 3, Number.NaN, 2] }],
      attributes: { axis: 0 },
    },
    { inputs: [{ shape: [2, 3, 4], dtype: "int32" }], attributes: { axis: 1 } },
  ],
};

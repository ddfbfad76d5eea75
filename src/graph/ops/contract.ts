/** The contraction: sums of products over paired axes, batched. Its gradients are contractions again. */

import { type Shape, showShape } from "../../base/shape.ts";
import type { Builders } from "../build.ts";
import type { Node } from "../node.ts";
import type { ContractOperation, DotAttributes, Sample } from "../operation.ts";
import { floats, requireDType, requireSameDType, requireShape } from "./rules.ts";

type Pair = readonly [readonly number[], readonly number[]];

const sample = (a: Shape, b: Shape, batch: Pair, contract: Pair): Sample => ({
  inputs: [
    { shape: a, dtype: "float32" },
    { shape: b, dtype: "float32" },
  ],
  attributes: { batch, contract },
});

/** Axes that are neither batch nor contracted, in order. */
function freeAxes(shape: Shape, batch: readonly number[], contract: readonly number[]): number[] {
  return shape.map((_, axis) => axis).filter((axis) => !batch.includes(axis) && !contract.includes(axis));
}

export const dot: ContractOperation<DotAttributes> = {
  name: "dot",
  kind: "contract",
  infer([a, b], { batch, contract }) {
    requireDType("dot", a!, floats);
    requireSameDType("dot", a!, b!);
    const pairs = [batch, contract].flatMap(([left, right]) => left.map((axis, i) => [axis, right[i]!] as const));
    requireShape(
      pairs.every(([x, y]) => x < a!.shape.length && y < b!.shape.length && a!.shape[x] === b!.shape[y]),
      "dot",
      "paired axes must have equal sizes",
      `${showShape(a!.shape)} and ${showShape(b!.shape)} paired at ${pairs.map(([x, y]) => `${x}–${y}`).join(", ")}`,
      "Transpose or reshape one of them.",
    );
    const shape = [
      ...batch[0].map((axis) => a!.shape[axis]!),
      ...freeAxes(a!.shape, batch[0], contract[0]).map((axis) => a!.shape[axis]!),
      ...freeAxes(b!.shape, batch[1], contract[1]).map((axis) => b!.shape[axis]!),
    ];
    return { shape, dtype: a!.dtype };
  },
  axes: (node) => node.attributes,
  gradient: (builders, g, node) => [towards(builders, g, node, 0), towards(builders, g, node, 1)],
  samples: [
    sample([5, 7], [7, 3], [[], []], [[1], [0]]),
    sample([5, 7], [3, 7], [[], []], [[1], [1]]),
    sample([7, 5], [7, 3], [[], []], [[0], [0]]),
    sample([2, 5, 7], [2, 7, 3], [[0], [0]], [[2], [1]]),
    sample(
      [2, 3, 4],
      [4, 3, 5],
      [[], []],
      [
        [1, 2],
        [1, 0],
      ],
    ),
    sample([3, 1030], [1030, 2], [[], []], [[1], [0]]),
    sample([4], [4], [[], []], [[0], [0]]),
    sample([3], [2], [[], []], [[], []]),
  ],
};

/** The gradient of one operand: g contracted with the other over the other's free axes, then put in the operand's order. */
function towards(b: Builders, g: Node, node: Node<DotAttributes>, side: 0 | 1): Node {
  const { batch, contract } = node.attributes;
  const other = side === 0 ? 1 : 0;
  const [mine, theirs] = [node.inputs[side]!, node.inputs[other]!];
  const myFree = freeAxes(mine.shape, batch[side], contract[side]);
  const theirFree = freeAxes(theirs.shape, batch[other], contract[other]);
  const batches = batch[0].map((_, i) => i);
  // Axes of g: batch, free of a, free of b.
  const start = batch[0].length + (side === 0 ? myFree.length : 0);
  const gFree = theirFree.map((_, i) => start + i);
  const product = b.dot(g, theirs, { batch: [batches, batch[other]], contract: [gFree, theirFree] });
  // Axes of the product: batch, my free axes, then the contracted ones in the order in which the other has them.
  const theirContracted = freeAxes(theirs.shape, batch[other], theirFree);
  const order = [
    ...batch[side],
    ...myFree,
    ...theirContracted.map((axis) => contract[side][contract[other].indexOf(axis)]!),
  ];
  return b.transpose(
    product,
    mine.shape.map((_, axis) => order.indexOf(axis)),
  );
}

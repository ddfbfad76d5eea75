/** Proves concat and stack by hand: values, gradients, and the sentences where the tensors do not go together. */

import { describe, expect, test } from "vitest";
import { ones, tensor, zeros } from "./create.ts";
import { grad } from "./grad.ts";
import { concat, stack } from "./join.ts";
import type { Tensor } from "./tensor.ts";
import { refusal } from "./testing.ts";

const a = tensor([
  [1, 2],
  [3, 4],
]);
const b = tensor([[5], [6]]);

describe("concat", () => {
  test("along any axis", async () => {
    expect(await concat([a, b], 1).array()).toEqual([
      [1, 2, 5],
      [3, 4, 6],
    ]);
    expect(await concat([a, b, b], -1).array()).toEqual([
      [1, 2, 5, 5],
      [3, 4, 6, 6],
    ]);
    expect(await concat([b, b], 0).array()).toEqual([[5], [6], [5], [6]]);
    expect(await concat([tensor([1, 2]), zeros([0]), tensor([3])], 0).array()).toEqual([1, 2, 3]);
    expect(await concat([a], 0).array()).toEqual(await a.array());
    expect(concat([tensor([true]), tensor([false])], 0).dtype).toBe("bool");
  });

  test("each tensor takes its part of the gradient", async () => {
    const weights = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    const f = ({ x, y }: { x: Tensor; y: Tensor }): Tensor => concat([x, y], 1).mul(weights).sum();
    const { x, y } = grad(f)({ x: a as Tensor, y: b as Tensor });
    expect(await x.array()).toEqual([
      [1, 2],
      [4, 5],
    ]);
    expect(await y.array()).toEqual([[3], [6]]);
  });
});

describe("stack", () => {
  const [x, y] = [tensor([1, 2]), tensor([3, 4])];

  test("along any place for a new axis", async () => {
    const rows = [
      [1, 2],
      [3, 4],
    ];
    const columns = [
      [1, 3],
      [2, 4],
    ];
    expect(await stack([x, y], 0).array()).toEqual(rows);
    expect(await stack([x, y], -2).array()).toEqual(rows);
    expect(await stack([x, y], 1).array()).toEqual(columns);
    expect(await stack([x, y], -1).array()).toEqual(columns);
    expect(await stack([tensor(1), tensor(2)], 0).array()).toEqual([1, 2]);
    expect(await stack([x], 0).array()).toEqual([[1, 2]]);
  });

  test("each tensor takes its slice of the gradient", async () => {
    const f = ([v, w]: [Tensor, Tensor]): Tensor =>
      stack([v, w], 1)
        .mul(tensor([10, 20]))
        .sum();
    const [v, w] = grad(f)([x as Tensor, y as Tensor]);
    expect(await v.array()).toEqual([10, 10]);
    expect(await w.array()).toEqual([20, 20]);
  });
});

test("refused at the call, with these sentences", () => {
  const integers = tensor([1], { dtype: "int32" });
  const refusals: (() => unknown)[] = [
    () => concat([] as Tensor[], 0),
    () => concat([a, ones([3, 1])] as Tensor[], 1),
    () => concat([a, ones([2])] as Tensor[], 0),
    () => concat([a, ones([2])] as Tensor[], 1),
    () => concat([a, b] as Tensor[], 2),
    () => concat([tensor(1) as Tensor], 0),
    () => concat([integers, tensor([1])] as Tensor[], 0),
    () => stack([] as Tensor[], 0),
    () => stack([a, b] as Tensor[], 0),
    () => stack([a, a] as Tensor[], 3),
    () => stack([integers, tensor([1])] as Tensor[], 0),
  ];
  const sentences = refusals.map(refusal);
  expect(sentences.join("\n")).toMatchInlineSnapshot(`
    "ShapeError: concat: needs at least one tensor; got none. Pass a non-empty list.
    ShapeError: concat: all dimensions but axis 1 must agree; got [2, 2], [3, 1]. Reshape or slice them first.
    ShapeError: concat: all dimensions but axis 0 must agree; got [2, 2], [2]. Reshape or slice them first.
    ShapeError: concat: all dimensions but axis 1 must agree; got [2, 2], [2]. Reshape or slice them first.
    ShapeError: concat: axis 2 does not exist; a tensor of rank 2 has axes -2…1.
    ShapeError: concat: axis 0 does not exist; a scalar has no axes.
    DTypeError: concat: all tensors must have the same dtype; got int32 and float32. Cast one of them.
    ShapeError: stack: needs at least one tensor; got none. Pass a non-empty list.
    ShapeError: stack: all tensors must have the same shape; got [2, 2] and [2, 1]. Reshape or slice them first.
    ShapeError: stack: axis 3 does not exist; a tensor of rank 3 has axes -3…2.
    DTypeError: stack: all tensors must have the same dtype; got int32 and float32. Cast one of them."
  `);
});

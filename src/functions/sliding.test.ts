/**
 * Proves convolution and pooling by hand, that their shapes are types, and the sentences where something does not fit. PyTorch's values
 * stand in golden.test.ts.
 */

import { describe, expect, test } from "vitest";
import type { Shape } from "../base/shape.ts";
import { arange, ones, tensor } from "../tensor/create.ts";
import { grad } from "../tensor/grad.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { is, refusal } from "../tensor/testing.ts";
import { type ConvOptions, conv1d, conv2d, conv3d } from "./conv.ts";
import { averagePool1d, averagePool2d, averagePool3d, maxPool1d, maxPool2d, maxPool3d } from "./pool.ts";

const n: number = 8;
const line = tensor([[[1], [2], [3], [4], [5]]]); // [1, 5, 1]
const image = arange(9).reshape([1, 3, 3, 1]);

describe("by hand", () => {
  test("convolution is correlation: the kernel is not turned", async () => {
    const kernel = tensor([[[1, 10]]]);
    expect(await conv1d(line, kernel).data()).toEqual(Float32Array.of(21, 32, 43, 54));
    expect(await conv1d(line, kernel, { stride: 2 }).data()).toEqual(Float32Array.of(21, 43));
    expect(await conv1d(line, kernel, { dilation: 3 }).data()).toEqual(Float32Array.of(41, 52));
    expect(await conv1d(line, kernel, { padding: 1 }).data()).toEqual(Float32Array.of(10, 21, 32, 43, 54, 5));
    expect(await conv1d(line, kernel, { padding: "same" }).data()).toEqual(Float32Array.of(21, 32, 43, 54, 5));
    expect(await conv1d(line, kernel, { padding: [[2, 0]] }).data()).toEqual(Float32Array.of(0, 10, 21, 32, 43, 54));
  });

  test("same with a stride gives ⌈n / stride⌉ positions", async () => {
    const three = tensor([[[1, 1, 1]]]);
    // 1 before and 1 after 5 positions; 0 before and 1 after 4.
    expect(await conv1d(line, three, { padding: "same", stride: 2 }).data()).toEqual(Float32Array.of(3, 9, 9));
    expect(await conv1d(line.slice([0, 1]), three, { padding: "same", stride: 2 }).data()).toEqual(
      Float32Array.of(9, 9),
    );
  });

  test("channels are summed, groups keep them apart", async () => {
    const two = tensor([
      [
        [1, 10],
        [2, 20],
      ],
    ]); // [1, 2, 2]
    expect(await conv1d(two, tensor([[[1], [1]]])).array()).toEqual([[[11], [22]]]);
    expect(await conv1d(two, tensor([[[3]], [[4]]]), { groups: 2 }).array()).toEqual([
      [
        [3, 40],
        [6, 80],
      ],
    ]);
  });

  test("rows before columns", async () => {
    const kernel = tensor([
      [
        [
          [1, 0],
          [0, 10],
        ],
      ],
    ]);
    expect(await conv2d(image, kernel).data()).toEqual(Float32Array.of(40, 51, 73, 84));
    expect(conv3d(ones([1, 4, 8, 8, 2]), ones([6, 2, 3, 3, 3])).shape).toEqual([1, 2, 6, 6, 6]);
  });

  test("pooling", async () => {
    expect(await maxPool1d(line, 2).data()).toEqual(Float32Array.of(2, 4));
    expect(await maxPool1d(line.neg(), 3, { stride: 1, padding: 1 }).data()).toEqual(
      Float32Array.of(-1, -1, -2, -3, -4),
    );
    expect(await maxPool2d(image, 2, { stride: 1 }).data()).toEqual(Float32Array.of(4, 5, 7, 8));
    expect(await averagePool2d(image, 2, { stride: 1 }).data()).toEqual(Float32Array.of(2, 3, 5, 6));
    expect(await averagePool1d(line, 3, { padding: 1 }).data()).toEqual(Float32Array.of(1, 4));
    expect(await averagePool1d(line, 2, { padding: 1 }).data()).toEqual(Float32Array.of(0.5, 2.5, 4.5));
    expect(await averagePool1d(line, 2, { padding: 1, countPadding: false }).data()).toEqual(
      Float32Array.of(1, 2.5, 4.5),
    );
    expect(await maxPool1d(tensor([[[3], [7]]], { dtype: "int32" }), 2).data()).toEqual(Int32Array.of(7));
  });

  test("the first of equal ones takes the gradient of the largest", async () => {
    const f = (x: Tensor): Tensor =>
      maxPool1d(x, 2, { stride: 1 })
        .mul(tensor([1, 10, 100]).expand(1))
        .sum();
    expect(await grad(f)(tensor([[[4], [4], [4], [1]]])).data()).toEqual(Float32Array.of(1, 10, 100, 0));
  });
});

test("shapes are types", () => {
  is(conv2d(ones([1, 28, 28, 3]), ones([8, 3, 5, 5])), [1, 24, 24, 8]);
  is(conv2d(ones([1, 28, 28, 3]), ones([8, 3, 3, 3]), { stride: 2, padding: "same" }), [1, 14, 14, 8]);
  is(
    conv2d(ones([1, 9, 8, 4]), ones([8, 2, 3, 2]), { groups: 2, dilation: [2, 3], stride: [2, 1], padding: [0, 2] }),
    [1, 3, 9, 8],
  );
  is(conv2d(ones([1, 5, 4, 2]), ones([3, 2, 3, 2]), { padding: [[0, 1], 2] }), [1, 4, 7, 3]);
  is(conv2d(ones([n, 28, 28, 3]), ones([8, 3, 3, 3])), [n, 26, 26, 8]);
  is(conv2d(ones([2, n, 28, 3]), ones([8, 3, 3, 3])), [2, 6 as number, 26, 8]);
  is(conv2d(ones([2, 8, 8, 3]), ones([8, 3, 3, 3]), { stride: n }), [2, 1 as number, 1 as number, 8]);
  is(conv2d(ones([2, 8, 8, 3]), ones([8, 3, 3, 3]), {} as ConvOptions), [2, 6 as number, 6 as number, 8]);
  is(conv2d(ones([2, 8, 8, 3]) as Tensor<Shape, "float32">, ones([8, 3, 3, 3])), [2, 6, 6, 8] as Shape);
  is(conv1d(ones([2, 9, 3]), ones([5, 3, 2]), { stride: 3 }), [2, 3, 5]);
  is(conv3d(ones([1, 4, 8, 8, 2]), ones([6, 2, 3, 3, 3])), [1, 2, 6, 6, 6]);
  is(maxPool2d(ones([1, 28, 28, 8]), 2), [1, 14, 14, 8]);
  is(maxPool2d(ones([1, 7, 7, 8]), [3, 2], { stride: 2, padding: 1 }), [1, 4, 4, 8]);
  is(averagePool2d(ones([1, 7, 7, 64]), 7), [1, 1, 1, 64]);
  is(averagePool2d(ones([n, 7, 7, 64], { dtype: "float64" }), 7), [n, 1, 1, 64], "float64");
  is(maxPool1d(ones([1, 7, 2]), 2), [1, 3, 2]);
  is(maxPool3d(ones([1, 4, 8, 8, 2]), [1, 2, 2]), [1, 4, 4, 4, 2]);
  is(averagePool3d(ones([1, 4, 8, 8, 2]), 2), [1, 2, 4, 4, 2]);
  is(averagePool1d(ones([1, 8, 2]), n), [1, 1 as number, 2]);
});

test("refused at the call, with these sentences", () => {
  // Of unknown shape: the types know better, and would not let most of these programs pass.
  const x: Tensor<Shape, "float32"> = ones([1, 5, 5, 4]);
  const w: Tensor<Shape, "float32"> = ones([6, 4, 3, 3]);
  const integers = tensor([[[1], [2]]], { dtype: "int32" });
  const refusals: (() => unknown)[] = [
    () => conv2d(x.squeeze(0), w),
    () => conv1d(x, w),
    () => conv2d(x, w, { groups: 2 }),
    () => conv2d(x, w, { groups: 0 }),
    () => conv2d(x, ones([6, 4, 6, 3]) as typeof w),
    () => conv2d(x, w, { dilation: 3 }),
    () => conv2d(x, w, { stride: 0 }),
    () => conv2d(x, w, { stride: [1, 1, 1] }),
    () => conv2d(x, w, { dilation: 0.5 }),
    () => conv2d(x, w, { padding: -1 }),
    () => conv2d(x, w, { padding: [1] }),
    () => conv2d(x, w, { padding: [[1, 2, 3], 0] as never }),
    () => conv2d(x, w, { padding: [null, "ab"] as never }),
    () => conv1d(integers as never, ones([1, 1, 1])),
    () => conv2d(x, ones([6, 4, 3, 3], { dtype: "float64" }) as never),
    () => maxPool1d(x, 2),
    () => maxPool2d(x, 6),
    () => maxPool2d(x, 2, { padding: 2 }),
    () => maxPool2d(x, [2]),
    () => averagePool1d(integers, 2),
    () => maxPool1d(tensor([[[true]]]), 1),
  ];
  const sentences = refusals.map(refusal);
  expect(sentences.join("\n")).toMatchInlineSnapshot(`
    "ShapeError: conv2d: needs x [batch, rows, columns, channels] and weight [out, channels / groups, rows, columns]; got [5, 5, 4] and [6, 4, 3, 3]. Reshape one of them.
    ShapeError: conv1d: needs x [batch, length, channels] and weight [out, channels / groups, length]; got [1, 5, 5, 4] and [6, 4, 3, 3]. Reshape one of them.
    ShapeError: conv2d: groups must divide channels and outputs, and the weight be [out, channels / groups, rows, columns]; got x [1, 5, 5, 4], weight [6, 4, 3, 3] and 2 groups. Change one of them.
    ShapeError: conv2d: groups must divide channels and outputs, and the weight be [out, channels / groups, rows, columns]; got x [1, 5, 5, 4], weight [6, 4, 3, 3] and 0 groups. Change one of them.
    ShapeError: conv2d: the kernel must fit into the padded input; along rows it covers 6 of 5 positions. Take a smaller kernel, or more padding.
    ShapeError: conv2d: the kernel must fit into the padded input; along rows it covers 7 of 5 positions. Take a smaller kernel, or more padding.
    ShapeError: conv2d: stride must be a positive integer, or one for each of the spatial axes [rows, columns]; got 0. Write stride 2, or [2, 2].
    ShapeError: conv2d: stride must be a positive integer, or one for each of the spatial axes [rows, columns]; got [1, 1, 1]. Write stride 2, or [2, 2].
    ShapeError: conv2d: dilation must be a positive integer, or one for each of the spatial axes [rows, columns]; got 0.5. Write dilation 2, or [2, 2].
    ShapeError: conv2d: padding must be same, valid, a non-negative integer, or for each of the spatial axes [rows, columns] an integer or [before, after]; got -1. Write 1, or [1, 1].
    ShapeError: conv2d: padding must be same, valid, a non-negative integer, or for each of the spatial axes [rows, columns] an integer or [before, after]; got [1]. Write 1, or [1, 1].
    ShapeError: conv2d: padding must be same, valid, a non-negative integer, or for each of the spatial axes [rows, columns] an integer or [before, after]; got [[1, 2, 3], 0]. Write 1, or [1, 1].
    ShapeError: conv2d: padding must be same, valid, a non-negative integer, or for each of the spatial axes [rows, columns] an integer or [before, after]; got [null, ab]. Write 1, or [1, 1].
    DTypeError: conv1d: takes float32, float64; got int32. Cast it to float32 first.
    DTypeError: conv2d: both operands must have the same dtype; got float32 and float64. Cast one of them, as in x.cast("float32").
    ShapeError: maxPool1d: needs x [batch, length, channels]; got [1, 5, 5, 4]. Reshape it.
    ShapeError: maxPool2d: the window must fit into the padded input; along rows it covers 6 of 5 positions. Take a smaller window, or more padding.
    ShapeError: maxPool2d: padding must be smaller than the size, so that each window meets the input; got [2, 2] for size 2. Take less padding.
    ShapeError: maxPool2d: size must be a positive integer, or one for each of the spatial axes [rows, columns]; got [2]. Write size 2, or [2, 2].
    DTypeError: averagePool1d: takes float32, float64; got int32. Cast it to float32 first.
    DTypeError: maxPool1d: takes float32, float64, int32, uint32; got bool. Cast it to float32 first."
  `);
});

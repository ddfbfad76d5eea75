/**
 * Proves transposed convolution, adaptive pooling, upsampling and maxout by hand, that their shapes are types, and the sentences where
 * something does not fit. PyTorch's values stand in network/golden.test.ts.
 */

import { expect, test } from "vitest";
import type { Shape } from "../base/shape.ts";
import { ones, tensor } from "../tensor/create.ts";
import { grad } from "../tensor/grad.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { is, refusal } from "../tensor/testing.ts";
import { adaptiveAveragePool2d, adaptiveMaxPool2d } from "./adaptive-pool.ts";
import { conv2d } from "./conv.ts";
import { convTranspose1d, convTranspose2d, convTranspose3d } from "./conv-transpose.ts";
import { maxout } from "./maxout.ts";
import { upsample2d } from "./upsample.ts";

const n: number = 8;

test("transposed convolution is what convolution does to a gradient", async () => {
  const options = { stride: 2, padding: [1, 0], dilation: [1, 2], groups: 2 } as const;
  const weight = tensor(
    Array.from({ length: 4 * 3 * 3 * 2 }, (_, i) => ((7 * i) % 11) - 5),
    { shape: [4, 3, 3, 2] },
  );
  const x = ones([1, 7, 9, 6]);
  const y = conv2d(x, weight, options);
  const g = tensor(
    Array.from({ length: y.size }, (_, i) => ((5 * i) % 7) - 3),
    { shape: y.shape },
  );
  const slope = grad((x: Tensor) =>
    conv2d(x, weight as Tensor, options)
      .mul(g)
      .sum(),
  )(x);
  // Rows 7 and columns 9 leave nothing over: (7 + 2 − 3) and (9 − 3) are even.
  expect(await convTranspose2d(g, weight, options).array()).toEqual(await slope.array());
});

test("same gives as many positions as the stride times those of the input", async () => {
  const line = tensor([[[1], [2]]]);
  expect(await convTranspose1d(line, tensor([[[1, 1, 1]]]), { stride: 2, padding: "same" }).data()).toEqual(
    Float32Array.of(1, 1, 3, 2),
  );
  expect(await convTranspose1d(line, tensor([[[5]]]), { stride: 3, padding: "same" }).data()).toEqual(
    Float32Array.of(5, 0, 0, 10, 0, 0),
  );
});

test("shapes are types", () => {
  is(convTranspose1d(ones([2, 5, 3]), ones([3, 4, 2]), { stride: 3 }), [2, 14, 4]);
  is(convTranspose2d(ones([1, 7, 7, 8]), ones([8, 3, 4, 4]), { stride: 2, padding: 1 }), [1, 14, 14, 3]);
  is(
    convTranspose2d(ones([1, 7, 5, 8]), ones([8, 3, 2, 4]), { groups: 4, stride: [3, 1], padding: "same" }),
    [1, 21, 5, 12],
  );
  is(
    convTranspose2d(ones([1, 4, 5, 2]), ones([2, 3, 3, 2]), {
      stride: 2,
      dilation: [1, 2],
      padding: [[0, 1], 1],
      outputPadding: [1, 0],
    }),
    [1, 9, 9, 3],
  );
  is(convTranspose3d(ones([1, 2, 4, 4, 2]), ones([2, 3, 2, 2, 2]), { stride: 2 }), [1, 4, 8, 8, 3]);
  is(convTranspose2d(ones([2, n, 4, 2]), ones([2, 3, 3, 3])), [2, 10 as number, 6, 3]);
  is(convTranspose2d(ones([2, 4, 4, 2]), ones([2, 3, 3, 3]), { groups: n - 7 }), [2, 6, 6, 3 as number]);
  is(convTranspose2d(ones([2, 4, 4, 2]) as Tensor<Shape, "float32">, ones([2, 3, 3, 3])), [2, 6, 6, 3] as Shape);
  is(adaptiveAveragePool2d(ones([1, 7, n, 2]), [2, 3]), [1, 2, 3, 2]);
  is(adaptiveMaxPool2d(ones([1, 7, 8, 2]), n), [1, 8 as number, 8 as number, 2]);
  is(upsample2d(ones([1, 7, 8, 2]), [2, 3]), [1, 14, 24, 2]);
  is(
    upsample2d(ones([1, 7, n, 2], { dtype: "float64" }), 2, { mode: "bilinear" }),
    [1, 14, 16 as number, 2],
    "float64",
  );
  is(maxout(ones([5, 12]), 3), [5, 4]);
  is(maxout(ones([12]), n - 4), [3 as number]);
});

test("refused at the call, with these sentences", () => {
  const x: Tensor<Shape, "float32"> = ones([1, 5, 5, 4]);
  const w: Tensor<Shape, "float32"> = ones([4, 6, 3, 3]);
  const integers = tensor([[[[1], [2]]]], { dtype: "int32" });
  const refusals: (() => unknown)[] = [
    () => convTranspose1d(x, w),
    () => convTranspose2d(x, ones([3, 6, 3, 3]) as typeof w),
    () => convTranspose2d(x, w, { groups: 3 }),
    () => convTranspose2d(x, w, { padding: 4 }),
    () => convTranspose2d(x, w, { stride: 2, outputPadding: 2 }),
    () => convTranspose2d(x, w, { outputPadding: [0, -1] }),
    () => convTranspose2d(x, w, { padding: "some" as never }),
    () => convTranspose2d(integers as never, w),
    () => adaptiveMaxPool2d(x.squeeze(0), 2),
    () => adaptiveAveragePool2d(x, 0),
    () => adaptiveAveragePool2d(integers as never, 1),
    () => upsample2d(x.squeeze(0), 2),
    () => upsample2d(x, 1.5),
    () => upsample2d(x, 2, { mode: "cubic" as never }),
    () => upsample2d(integers, 2, { mode: "bilinear" }),
    () => maxout(x, 3),
    () => maxout(tensor(1) as typeof x, 1),
  ];
  expect(refusals.map(refusal).join("\n")).toMatchInlineSnapshot(`
    "ShapeError: convTranspose1d: needs x [batch, length, channels] and weight [channels, out / groups, length]; got [1, 5, 5, 4] and [4, 6, 3, 3]. Reshape one of them.
    ShapeError: convTranspose2d: groups must divide the channels, and the weight be [channels, out / groups, rows, columns]; got x [1, 5, 5, 4], weight [3, 6, 3, 3] and 1 groups. Change one of them.
    ShapeError: convTranspose2d: groups must divide the channels, and the weight be [channels, out / groups, rows, columns]; got x [1, 5, 5, 4], weight [4, 6, 3, 3] and 3 groups. Change one of them.
    ShapeError: convTranspose2d: the padding must leave something of the output; along rows it cuts 8 of 7 positions. Take less padding.
    ShapeError: convTranspose2d: outputPadding must be smaller than the stride or the dilation; got 2 for stride 2 and dilation 1. Take a smaller one.
    ShapeError: convTranspose2d: outputPadding must be a non-negative integer, or one for each of the spatial axes [rows, columns]; got [0, -1]. Write outputPadding 2, or [2, 2].
    ShapeError: convTranspose2d: padding must be same, valid, a non-negative integer, or for each of the spatial axes [rows, columns] an integer or [before, after]; got "some". Write 1, or [1, 1].
    DTypeError: convTranspose2d: takes float32, float64; got int32. Cast it to float32 first.
    ShapeError: adaptiveMaxPool2d: needs x [batch, rows, columns, channels]; got [5, 5, 4]. Reshape it.
    ShapeError: adaptiveAveragePool2d: size must be a positive integer, or one for each of the spatial axes [rows, columns]; got 0. Write size 2, or [2, 2].
    DTypeError: adaptiveAveragePool2d: takes float32, float64; got int32. Cast it to float32 first.
    ShapeError: upsample2d: needs x [batch, rows, columns, channels]; got [5, 5, 4]. Reshape it.
    ShapeError: upsample2d: scale must be a positive integer, or one for each of the spatial axes [rows, columns]; got 1.5. Write scale 2, or [2, 2].
    GradusError: upsample2d: mode must be nearest or bilinear; got "cubic". Choose one of them.
    DTypeError: upsample2d: takes float32, float64; got int32. Cast it to float32 first.
    ShapeError: maxout: needs a last axis that 3 pieces divide; got [1, 5, 5, 4]. Change the number of pieces, or of units before.
    ShapeError: maxout: needs a last axis that 1 pieces divide; got []. Change the number of pieces, or of units before."
  `);
});

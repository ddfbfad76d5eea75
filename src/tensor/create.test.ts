/** Proves what tensors are made of: shapes and dtypes found, given or refused; what is given is copied; seeds fix the bits. */

import { describe, expect, test } from "vitest";
import { arange, full, normal, ones, tensor, uniform, zeros } from "./create.ts";
import type { Tensor } from "./tensor.ts";
import { refusal } from "./testing.ts";

describe("tensor", () => {
  test.each([
    ["a number", 2, [], "float32", 2],
    ["a boolean", true, [], "bool", 1],
    [
      "rows",
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
      [2, 3],
      "float32",
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ],
    ["booleans", [true, false], [2], "bool", [1, 0]],
    ["numbers and booleans mixed", [true, 2], [2], "float32", [1, 2]],
    ["nothing", [], [0], "float32", []],
    ["rows of nothing", [[], []], [2, 0], "float32", [[], []]],
    ["a Float32Array", Float32Array.of(1, 2), [2], "float32", [1, 2]],
    ["a Float64Array", Float64Array.of(0.1), [1], "float64", [0.1]],
    ["an Int32Array", Int32Array.of(-1), [1], "int32", [-1]],
    ["a Uint32Array", Uint32Array.of(4294967295), [1], "uint32", [4294967295]],
    ["a Uint8Array", Uint8Array.of(255), [1], "uint8", [255]],
    ["a Uint8ClampedArray", Uint8ClampedArray.of(300), [1], "uint8", [255]],
    ["an Int8Array", Int8Array.of(-128), [1], "int32", [-128]],
    ["a Uint16Array", Uint16Array.of(65535), [1], "int32", [65535]],
  ] as const)("%s", async (_, values, shape, dtype, expected) => {
    const x: Tensor = tensor(values as number);
    expect([x.shape, x.dtype]).toEqual([shape, dtype]);
    expect(await x.array()).toEqual(expected);
  });

  test("another shape and dtype", async () => {
    const x = tensor([1, 2, 3, 4], { shape: [2, 2], dtype: "int32" });
    expect([x.dtype, x.rank, x.size, String(x)]).toEqual(["int32", 2, 4, "Tensor int32 [2, 2]"]);
    expect(await x.data()).toEqual(Int32Array.of(1, 2, 3, 4));
    expect(await tensor([0, 1], { dtype: "bool" }).array()).toEqual([0, 1]);
  });

  test("floats are rounded to float32, below 2⁻¹²⁶ to zero of the same sign; float64 keeps all", async () => {
    expect(await tensor([0.1, 1e-40, -1e-40, 1e40]).data()).toEqual(Float32Array.of(0.1, 0, -0, Infinity));
    expect(await tensor([0.1, 1e-310], { dtype: "float64" }).data()).toEqual(Float64Array.of(0.1, 1e-310));
  });

  test("what was given may change afterwards, and so may what was read", async () => {
    const given = Float32Array.of(1, 2);
    const x = tensor(given);
    given[0] = 9;
    (await x.data())[1] = 9;
    expect(await x.array()).toEqual([1, 2]);
  });

  test("refusals", () => {
    expect(refusal(() => tensor([[1, 2], [3]]))).toMatchInlineSnapshot(
      `"DataError: tensor: all parts of a nested array must have the same shape; expected a list of 2 at [1], got a list of 1. Pad or cut the rows to one length."`,
    );
    expect(refusal(() => tensor([[1], 2] as never))).toMatchInlineSnapshot(
      `"DataError: tensor: all parts of a nested array must have the same shape; expected a list of 1 at [1], got a number. Pad or cut the rows to one length."`,
    );
    expect(refusal(() => tensor([1, [2]] as never))).toMatchInlineSnapshot(
      `"DataError: tensor: all parts of a nested array must have the same shape; expected a number at [1], got a list of 1. Pad or cut the rows to one length."`,
    );
    expect(refusal(() => tensor([[1], [[2]]] as never))).toMatchInlineSnapshot(
      `"DataError: tensor: all parts of a nested array must have the same shape; expected a number at [1, 0], got a list of 1. Pad or cut the rows to one length."`,
    );
    expect(refusal(() => tensor([1, null] as never))).toMatchInlineSnapshot(
      `"DataError: tensor: needs numbers or booleans; got null at [1]. Convert it to a number first."`,
    );
    expect(refusal(() => tensor("12" as never))).toMatchInlineSnapshot(
      `"DataError: tensor: needs numbers or booleans; got string at []. Convert it to a number first."`,
    );
    expect(refusal(() => tensor([1n] as never))).toMatchInlineSnapshot(
      `"DataError: tensor: needs numbers or booleans; got bigint at [0]. Convert it to a number first."`,
    );
    expect(refusal(() => tensor(undefined as never))).toMatchInlineSnapshot(
      `"DataError: tensor: needs numbers or booleans; got undefined at []. Convert it to a number first."`,
    );
    expect(refusal(() => tensor([1, 2, 3], { shape: [2, 2] }))).toMatchInlineSnapshot(
      `"ShapeError: tensor: [2, 2] needs 4 values; got 3. Give another shape."`,
    );
    expect(refusal(() => tensor([1, 2], { shape: [-2] }))).toMatchInlineSnapshot(
      `"ShapeError: tensor: every dimension must be a non-negative integer; got [-2]."`,
    );
    expect(refusal(() => tensor([1.5], { dtype: "int32" }))).toMatchInlineSnapshot(
      `"DTypeError: tensor: int32 does not hold the number 1.5. Take a float dtype, as in x.cast("float32")."`,
    );
    expect(refusal(() => tensor([256], { dtype: "uint8" }))).toMatchInlineSnapshot(
      `"DTypeError: tensor: uint8 does not hold the number 256. Take another dtype."`,
    );
    expect(refusal(() => tensor([2], { dtype: "bool" }))).toMatchInlineSnapshot(
      `"DTypeError: tensor: bool does not hold the number 2. Take another dtype."`,
    );
    expect(refusal(() => tensor([Number.NaN], { dtype: "int32" }))).toMatchInlineSnapshot(
      `"DTypeError: tensor: int32 does not hold the number NaN. Take a float dtype, as in x.cast("float32")."`,
    );
    expect(refusal(() => tensor([1], { dtype: "float16" as never }))).toMatchInlineSnapshot(
      `"DTypeError: tensor: dtype must be one of float32, float64, int32, uint32, uint8, bool; got float16. Choose one of them."`,
    );
  });

  test("an array that holds itself ends in a sentence, not in the stack", () => {
    const endless: unknown[] = [];
    endless.push(endless);
    expect(refusal(() => tensor(endless as never))).toMatchInlineSnapshot(
      `"DataError: tensor: arrays may nest 64 deep; got more. Look for an array that holds itself."`,
    );
  });
});

describe("constants", () => {
  test("values, shapes, dtypes", async () => {
    expect(await zeros([2, 2]).array()).toEqual([
      [0, 0],
      [0, 0],
    ]);
    expect(await ones([2], { dtype: "bool" }).array()).toEqual([1, 1]);
    expect(await full([3], 2.5).array()).toEqual([2.5, 2.5, 2.5]);
    expect(await full([], -1, { dtype: "int32" }).item()).toBe(-1);
    expect(await zeros([0, 3]).data()).toEqual(new Float32Array(0));
    expect(zeros([2], { dtype: "uint8" }).dtype).toBe("uint8");
  });

  test("refusals", () => {
    expect(refusal(() => zeros([-1]))).toMatchInlineSnapshot(
      `"ShapeError: zeros: every dimension must be a non-negative integer; got [-1]."`,
    );
    expect(refusal(() => ones([1.5]))).toMatchInlineSnapshot(
      `"ShapeError: ones: every dimension must be a non-negative integer; got [1.5]."`,
    );
    expect(refusal(() => full([2 ** 40, 2 ** 40], 1))).toMatchInlineSnapshot(
      `"ShapeError: full: [1099511627776, 1099511627776] has more elements than can be counted exactly."`,
    );
    expect(refusal(() => full([1], 0.5, { dtype: "int32" }))).toMatchInlineSnapshot(
      `"DTypeError: full: int32 does not hold the number 0.5. Take a float dtype, as in x.cast("float32")."`,
    );
    expect(refusal(() => zeros([2], { dtype: "float16" as never }))).toMatchInlineSnapshot(
      `"DTypeError: zeros: dtype must be one of float32, float64, int32, uint32, uint8, bool; got float16. Choose one of them."`,
    );
  });

  test("a hostile size is refused when it is made or read, and allocates nothing before", async () => {
    await expect(zeros([2 ** 33]).data()).rejects.toThrow(/^(x64|wasm): 32768 MiB more memory could not be had/);
  });
});

describe("arange", () => {
  test("as in Python", async () => {
    expect(await arange(3).array()).toEqual([0, 1, 2]);
    expect(await arange(1, 2, 0.5).array()).toEqual([1, 1.5]);
    expect(await arange(5, 0, -2).array()).toEqual([5, 3, 1]);
    expect(await arange(0, 3, -1).array()).toEqual([]);
    expect(await arange(2, 4, 1, { dtype: "int32" }).data()).toEqual(Int32Array.of(2, 3));
  });

  test("refusals", () => {
    expect(refusal(() => arange(0, 1, 0))).toMatchInlineSnapshot(
      `"GradusError: arange: needs finite numbers and a step other than 0; got 0, 1 and 0. Take a step such as 1."`,
    );
    expect(refusal(() => arange(Infinity))).toMatchInlineSnapshot(
      `"GradusError: arange: needs finite numbers and a step other than 0; got 0, Infinity and 1. Take a step such as 1."`,
    );
    expect(refusal(() => arange(0, 1, 0.5, { dtype: "int32" }))).toMatchInlineSnapshot(
      `"DTypeError: arange: int32 does not hold the number 0.5. Take a float dtype, as in x.cast("float32")."`,
    );
    expect(refusal(() => arange(0, 1e300, 1))).toMatchInlineSnapshot(
      `"ShapeError: arange: every dimension must be a non-negative integer; got [1e+300]."`,
    );
  });
});

describe("random", () => {
  const moments = (data: Float32Array) => {
    const mean = data.reduce((sum, x) => sum + x, 0) / data.length;
    return { mean, deviation: Math.sqrt(data.reduce((sum, x) => sum + (x - mean) ** 2, 0) / data.length) };
  };

  test("a seed fixes the numbers; without one they differ from call to call", async () => {
    expect(await normal([4], { seed: 1 }).data()).toEqual(await normal([4], { seed: 1 }).data());
    expect(await normal([4], { seed: 1 }).data()).not.toEqual(await normal([4], { seed: 2 }).data());
    expect(await uniform([4]).data()).not.toEqual(await uniform([4]).data());
    expect(await uniform([2, 3], { seed: 1 }).data()).toEqual((await uniform([6], { seed: 1 }).data()).slice());
  });

  test("the distributions are what they are called", async () => {
    const spread = moments(await normal([10_000], { mean: 3, deviation: 2, seed: 1 }).data());
    expect(spread.mean).toBeCloseTo(3, 1);
    expect(spread.deviation).toBeCloseTo(2, 1);
    const even = await uniform([10_000], { low: -1, high: 3, seed: 1 }).data();
    expect(moments(even).mean).toBeCloseTo(1, 1);
    expect([Math.min(...even) >= -1, Math.max(...even) < 3]).toEqual([true, true]);
  });

  test("refusals", () => {
    expect(refusal(() => normal([2], { seed: -1 }))).toMatchInlineSnapshot(
      `"GradusError: seed: must be an integer from 0 to 2⁵³ − 1; got -1. Choose one such as 42."`,
    );
    expect(refusal(() => uniform([2], { seed: 0.5 }))).toMatchInlineSnapshot(
      `"GradusError: seed: must be an integer from 0 to 2⁵³ − 1; got 0.5. Choose one such as 42."`,
    );
    expect(refusal(() => normal([-2]))).toMatchInlineSnapshot(
      `"ShapeError: normal: every dimension must be a non-negative integer; got [-2]."`,
    );
  });
});

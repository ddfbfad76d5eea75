/**
 * Proves the shapes that TypeScript knows: each type is what the run gives, unknown dimensions become number and unknown ranks Shape,
 * never any. The types are checked by tsc (`npm run types`), the shapes here.
 */

import { describe, expect, expectTypeOf, test } from "vitest";
import type { DType } from "../base/dtype.ts";
import type { Shape } from "../base/shape.ts";
import { arange, full, normal, ones, tensor, zeros } from "./create.ts";
import { grad, valueAndGrad } from "./grad.ts";
import type { Tensor } from "./tensor.ts";
import type { NestedNumbers } from "./types.ts";

const m = tensor([
  [1, 2, 3],
  [4, 5, 6],
]);
const n: number = 2;
const axis: number = 1;
const unknown: Tensor = m;

describe("creation", () => {
  test("shapes and dtypes of values", () => {
    expectTypeOf(m).toEqualTypeOf<Tensor<[2, 3], "float32">>();
    expectTypeOf(tensor(1)).toEqualTypeOf<Tensor<[], "float32">>();
    expectTypeOf(tensor([true, false])).toEqualTypeOf<Tensor<[2], "bool">>();
    expectTypeOf(tensor(Float64Array.of(1))).toEqualTypeOf<Tensor<[number], "float64">>();
    expectTypeOf(tensor([1, 2], { dtype: "int32" })).toEqualTypeOf<Tensor<[2], "int32">>();
    expectTypeOf(tensor([1, 2, 3, 4], { shape: [2, 2] })).toEqualTypeOf<Tensor<[2, 2], "float32">>();
    expectTypeOf(tensor([[1]] as number[][])).toEqualTypeOf<Tensor<[number, number], "float32">>();
  });

  test("constants and random numbers", () => {
    expectTypeOf(zeros([2, 3])).toEqualTypeOf<Tensor<[2, 3], "float32">>();
    expectTypeOf(ones([n, 3], { dtype: "bool" })).toEqualTypeOf<Tensor<[number, 3], "bool">>();
    expectTypeOf(full([], 1)).toEqualTypeOf<Tensor<[], "float32">>();
    expectTypeOf(arange(3)).toEqualTypeOf<Tensor<[number], "float32">>();
    expectTypeOf(normal([4], { dtype: "float64" })).toEqualTypeOf<Tensor<[4], "float64">>();
  });

  test("every tensor is a Tensor", () => {
    expectTypeOf(m).toExtend<Tensor>();
    expectTypeOf<Tensor<[2, 3], "float32">>().toExtend<Tensor<number[]>>();
    expectTypeOf<Tensor<[2], "int32">>().not.toExtend<Tensor<[2], "float32">>();
    expectTypeOf<Tensor<[2]>>().not.toExtend<Tensor<[3]>>();
  });
});

/** The type says the shape, and the run has it. */
function shapes<S extends Shape>(x: Tensor<S>, shape: S): void {
  expect(x.shape).toEqual(shape);
}

describe("results", () => {
  test("broadcasting", () => {
    const column = tensor([[1], [2]]);
    expectTypeOf(m.add(1)).toEqualTypeOf<Tensor<[2, 3], "float32">>();
    expectTypeOf(m.add(column)).toEqualTypeOf<Tensor<[2, 3], "float32">>();
    expectTypeOf(column.mul(tensor([1, 2, 3]))).toEqualTypeOf<Tensor<[2, 3], "float32">>();
    expectTypeOf(m.less(tensor(1))).toEqualTypeOf<Tensor<[2, 3], "bool">>();
    expectTypeOf(m.add(ones([n, 3]))).toEqualTypeOf<Tensor<[number, 3], "float32">>();
    expectTypeOf(m.add(unknown as Tensor<Shape, "float32">)).toEqualTypeOf<Tensor<Shape, "float32">>();
    expectTypeOf(m.less(0).select(m, 0)).toEqualTypeOf<Tensor<[2, 3], "float32">>();
    shapes(column.mul(tensor([1, 2, 3])), [2, 3]);
  });

  test("moving", () => {
    expectTypeOf(m.transpose()).toEqualTypeOf<Tensor<[3, 2], "float32">>();
    expectTypeOf(ones([2, 3, 4]).transpose([2, 0, 1])).toEqualTypeOf<Tensor<[4, 2, 3], "float32">>();
    expectTypeOf(m.reshape([3, 2])).toEqualTypeOf<Tensor<[3, 2], "float32">>();
    expectTypeOf(m.reshape([-1, 2])).toEqualTypeOf<Tensor<[number, 2], "float32">>();
    expectTypeOf(ones([2, 3, 4]).flatten(1)).toEqualTypeOf<Tensor<[2, 12], "float32">>();
    expectTypeOf(m.flatten()).toEqualTypeOf<Tensor<[6], "float32">>();
    expectTypeOf(m.expand(1)).toEqualTypeOf<Tensor<[2, 1, 3], "float32">>();
    expectTypeOf(m.expand(-1)).toEqualTypeOf<Tensor<[2, 3, 1], "float32">>();
    expectTypeOf(m.expand(0).squeeze(0)).toEqualTypeOf<Tensor<[2, 3], "float32">>();
    expectTypeOf(m.broadcastTo([5, 2, 3])).toEqualTypeOf<Tensor<[5, 2, 3], "float32">>();
    shapes(ones([2, 3, 4]).transpose([2, 0, 1]), [4, 2, 3]);
    shapes(m.expand(1), [2, 1, 3]);
    shapes(ones([2, 3, 4]).flatten(1), [2, 12]);
  });

  test("reducing", () => {
    expectTypeOf(m.sum()).toEqualTypeOf<Tensor<[], "float32">>();
    expectTypeOf(m.sum(0)).toEqualTypeOf<Tensor<[3], "float32">>();
    expectTypeOf(m.mean(-1)).toEqualTypeOf<Tensor<[2], "float32">>();
    expectTypeOf(m.max(1, { keepDims: true })).toEqualTypeOf<Tensor<[2, 1], "float32">>();
    expectTypeOf(m.sum(undefined, { keepDims: true })).toEqualTypeOf<Tensor<[1, 1], "float32">>();
    expectTypeOf(m.sum([0, 1])).toEqualTypeOf<Tensor<Shape, "float32">>();
    expectTypeOf(m.sum(axis)).toEqualTypeOf<Tensor<Shape, "float32">>();
    expectTypeOf(m.argMax(1)).toEqualTypeOf<Tensor<[2], "int32">>();
    shapes(m.max(1, { keepDims: true }), [2, 1]);
    shapes(m.mean(-1), [2]);
  });

  test("products and places", () => {
    expectTypeOf(m.matmul(ones([3, 4]))).toEqualTypeOf<Tensor<[2, 4], "float32">>();
    expectTypeOf(m.matmul(ones([3]))).toEqualTypeOf<Tensor<Shape, "float32">>();
    expectTypeOf(m.gather(zeros([4, 5], { dtype: "int32" }))).toEqualTypeOf<Tensor<[4, 5, 3], "float32">>();
    expectTypeOf(m.cast("uint8")).toEqualTypeOf<Tensor<[2, 3], "uint8">>();
    shapes(m.gather(zeros([4, 5], { dtype: "int32" })), [4, 5, 3]);
  });

  test("reading", async () => {
    expectTypeOf(m.data()).resolves.toEqualTypeOf<Float32Array>();
    expectTypeOf(m.argMax(0).data()).resolves.toEqualTypeOf<Int32Array>();
    expectTypeOf(m.array()).resolves.toEqualTypeOf<number[][]>();
    expectTypeOf(m.sum().array()).resolves.toEqualTypeOf<number>();
    expectTypeOf(unknown.array()).resolves.toEqualTypeOf<NestedNumbers>();
    expectTypeOf(unknown.dtype).toEqualTypeOf<DType>();
    expectTypeOf(m.rank).toEqualTypeOf<2>();
  });

  test("gradients are nested as the argument", () => {
    const f = ({ w }: { w: Tensor<[2]>; b: [Tensor<[]>] }): Tensor<[]> => w.sum();
    const parameters = { w: tensor([1, 2]), b: [tensor(1)] as [Tensor<[]>] };
    expectTypeOf(grad(f)).returns.toEqualTypeOf<{ w: Tensor<[2]>; b: [Tensor<[]>] }>();
    expectTypeOf(valueAndGrad(f)(parameters).value).toEqualTypeOf<Tensor<[]>>();
  });
});

test("errors in the editor are errors at run time", () => {
  const integers = tensor([1], { dtype: "int32" });
  // @ts-expect-error dtypes do not mix
  expect(() => m.add(integers)).toThrow("same dtype");
  const places = tensor([0]);
  // @ts-expect-error indices are int32
  expect(() => m.gather(places)).toThrow("gather: takes int32");
});

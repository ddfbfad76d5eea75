/**
 * Proves the shapes that TypeScript knows: each type is what the run gives, exact where dimensions are literals; unknown dimensions
 * become number and unknown ranks Shape, never any. What does not fit is refused: that the editor then says the sentence of the run
 * time is proved in test/editor. The types are checked by tsc (`npm run types`), the shapes here.
 */

import { describe, expect, expectTypeOf, test } from "vitest";
import type { DType } from "../base/dtype.ts";
import type { Shape } from "../base/shape.ts";
import { arange, full, normal, ones, tensor, uniform, zeros } from "./create.ts";
import { grad, valueAndGrad } from "./grad.ts";
import { concat, stack } from "./join.ts";
import type { Tensor } from "./tensor.ts";
import { is } from "./testing.ts";
import type { NestedNumbers, NestedValues } from "./types.ts";

const m = tensor([
  [1, 2, 3],
  [4, 5, 6],
]);
const cube = ones([2, 3, 4]);
const n: number = 2;
const axis: number = 1;
const shape: number[] = [2, 3];
const unknown = m as Tensor<Shape, "float32">;
/** An unknown rank, beside what the run has. */
const some = (...dimensions: number[]): Shape => dimensions;

describe("creation", () => {
  test("shapes and dtypes of values", () => {
    is(m, [2, 3]);
    is(tensor(1), []);
    is(tensor([true, false]), [2], "bool");
    is(tensor(Float64Array.of(1)), [1 as number], "float64");
    is(tensor([1, 2], { dtype: "int32" }), [2], "int32");
    is(tensor([1, 2, 3, 4], { shape: [2, 2] }), [2, 2]);
    is(tensor([[1]] as number[][]), [1 as number, 1 as number]);
    is(tensor([[1]] as NestedNumbers), some(1, 1) as number[]);
    is(tensor([[true]] as NestedValues) as Tensor<number[], "bool">, some(1, 1) as number[], "bool");
  });

  test("constants and random numbers", () => {
    is(zeros([2, 3]), [2, 3]);
    is(ones([n, 3], { dtype: "bool" }), [n, 3], "bool");
    is(full([], 1), []);
    is(arange(3), [3 as number]);
    is(normal([4], { dtype: "float64" }), [4], "float64");
    is(uniform([4, 1]), [4, 1]);
  });

  test("what is asked for where a tensor goes does not change what it is", () => {
    const any: Tensor[] = [zeros([2]), tensor([true]), m.less(0).select(0, 1)];
    expect(any.map(({ dtype }) => dtype)).toEqual(["float32", "bool", "float32"]);
    is(concat([tensor([true]), tensor([false])], 0), [2], "bool");
    // @ts-expect-error zeros are float32 unless they are asked for otherwise
    const integers: Tensor<[2], "int32"> = zeros([2]);
    // @ts-expect-error the same
    const more: Tensor<[2, 3], "int32"> = m.less(0).select(0, 1);
    expect([integers.dtype, more.dtype]).toEqual(["float32", "float32"]);
  });

  test("every tensor is a Tensor", () => {
    expectTypeOf(m).toExtend<Tensor>();
    expectTypeOf<Tensor<[2, 3], "float32">>().toExtend<Tensor<number[]>>();
    expectTypeOf<Tensor<[2, 3], "float32">>().toExtend<Tensor<[number, 3]>>();
    expectTypeOf<Tensor<[2], "int32">>().not.toExtend<Tensor<[2], "float32">>();
    expectTypeOf<Tensor<[2]>>().not.toExtend<Tensor<[3]>>();
    expectTypeOf<Tensor<Shape>>().not.toExtend<Tensor<[3]>>();
  });
});

describe("broadcasting", () => {
  const column = tensor([[1], [2]]);
  const row = tensor([1, 2, 3]);

  test("arithmetic", () => {
    is(m.add(1), [2, 3]);
    is(m.add(column), [2, 3]);
    is(column.mul(row), [2, 3]);
    is(row.sub(column), [2, 3]);
    is(m.div(tensor(2)), [2, 3]);
    is(m.maximum(ones([4, 1, 1])), [4, 2, 3]);
    is(m.pow(row), [2, 3]);
    is(m.mod(column), [2, 3]);
    is(tensor([1, 2], { dtype: "int32" }).floorDiv(2), [2], "int32");
    is(column.fma(row, ones([5, 1, 1])), [5, 2, 3]);
    is(column.fma(2, row), [2, 3]);
    is(m.add(1).sin().cos().erf().relu(), [2, 3]);
  });

  test("comparisons and choices", () => {
    is(m.less(tensor(1)), [2, 3], "bool");
    is(column.greaterEqual(row), [2, 3], "bool");
    is(m.less(0).select(m, 0), [2, 3]);
    is(m.less(0).select(1, column), [2, 3]);
    is(column.less(0).select(row, ones([5, 1, 1])), [5, 2, 3]);
    is(m.less(0).select(tensor(1, { dtype: "int32" }), 0), [2, 3], "int32");
  });

  test("an unknown dimension is 1 or the other; an unknown rank is unknown", () => {
    is(m.add(ones([n, 3])), [2, 3]);
    is(ones([n, 3]).add(1), [n, 3]);
    is(ones([n, 3]).add(row), [n, 3]);
    is(ones([n, 3]).mul(ones([n, 1])), [n, 3]);
    is(m.add(unknown), some(2, 3));
    is(unknown.add(m), some(2, 3));
    is(unknown.add(1), some(2, 3));
    is(m.add(n === 2 ? 1 : m), [2, 3]);
  });

  test("broadcastTo", () => {
    is(m.broadcastTo([5, 2, 3]), [5, 2, 3]);
    is(column.broadcastTo([2, n]), [2, n]);
    is(unknown.broadcastTo([2, 3]), [2, 3]);
    is(m.broadcastTo(shape), shape);
  });
});

describe("moving", () => {
  test("reshape", () => {
    is(m.reshape([3, 2]), [3, 2]);
    is(m.reshape([-1, 2]), [3, 2]);
    is(cube.reshape([2, -1]), [2, 12]);
    is(ones([28, 28, 64]).reshape([-1]), [50176]);
    is(ones([28, 28, 64]).reshape([-1, 64]), [784, 64]);
    is(tensor(1).reshape([-1, 1]), [1, 1]);
    is(m.reshape([n, 3]), [n, 3]);
    is(m.reshape([n, -1]), [n, 3 as number]);
    is(ones([n, 3]).reshape([-1]), [6 as number]);
    is(ones([n, 3]).reshape([3, 2]), [3, 2]);
    is(unknown.reshape([6]), [6]);
    is(m.reshape(shape), some(2, 3));
    is(zeros([0, 3]).reshape([3, 0]), [3, 0]);
  });

  test("flatten", () => {
    is(m.flatten(), [6]);
    is(cube.flatten(1), [2, 12]);
    is(cube.flatten(-2), [2, 12]);
    is(m.flatten(2), [2, 3, 1]);
    is(tensor(1).flatten(-1), [1]);
    is(ones([n, 3]).flatten(), [6 as number]);
    is(unknown.flatten(), [6 as number]);
    is(m.flatten(axis), some(2, 3));
  });

  test("transpose", () => {
    is(m.transpose(), [3, 2]);
    is(cube.transpose(), [4, 3, 2]);
    is(cube.transpose([2, 0, 1]), [4, 2, 3]);
    is(cube.transpose([-1, 0, 1]), [4, 2, 3]);
    is(ones([n, 3]).transpose(), [3, n]);
    is(m.transpose([axis, 0]), [3 as number, 2]);
    is(unknown.transpose(), some(3, 2));
    is(unknown.transpose([1, 0]), [3 as number, 2 as number]);
  });

  test("axes of size 1", () => {
    is(m.expand(0), [1, 2, 3]);
    is(m.expand(1), [2, 1, 3]);
    is(m.expand(2), [2, 3, 1]);
    is(m.expand(-1), [2, 3, 1]);
    is(m.expand(-2), [2, 1, 3]);
    is(m.expand(axis), [2 as number, 1 as number, 3 as number]);
    is(unknown.expand(0), [1, ...some(2, 3)]);
    is(m.expand(0).squeeze(0), [2, 3]);
    is(m.expand(1).squeeze(-2), [2, 3]);
    is(ones([n, 1]).squeeze(1), [n]);
    is(ones([1, n]).squeeze(0), [n]);
  });

  test("slice", () => {
    is(cube.slice([1]), [1, 3, 4]);
    is(cube.slice([null, 1]), [2, 2, 4]);
    is(cube.slice([], [null, -1, 2]), [2, 2, 2]);
    is(cube.slice([], [], [1, 2, 3]), [2, 2, 2]);
    is(cube.slice([], [], [-1]), [2, 3, 4]);
    is(ones([10]).slice([1], [9], [3]), [3]);
    is(ones([10]).slice([-3], [100]), [3]);
    is(ones([10]).slice([8], [2], [-4]), [2]);
    is(ones([10]).slice([-1], [-11], [-3]), [4]);
    is(ones([10]).slice([100], [0], [-1]), [9]);
    is(ones([10]).slice([5], [2]), [0]);
    is(ones([10]).slice([n]), [8 as number]);
    is(ones([n, 3]).slice([1]), [1 as number, 3]);
    is(ones([n, 3]).slice([null, 1]), [n, 2]);
    is(unknown.slice([1]), some(1, 3));
    is(m.slice([axis] as number[]), [1 as number, 3 as number]);
  });

  test("pad", () => {
    is(m.pad([1, 0], [2, 3]), [5, 6]);
    is(ones([n, 9]).pad([1, 1], [0, 0]), [3 as number, 10]);
    is(m.pad([n, 0], [0, 0]), [4 as number, 3]);
    is(m.pad([0, 0] as number[], [0, 0]), [2 as number, 3 as number]);
    is(unknown.pad([0, 0], [0, 0]), some(2, 3));
  });

  test("gather", () => {
    const indices = zeros([4, 5], { dtype: "int32" });
    is(m.gather(indices), [4, 5, 3]);
    is(m.gather(zeros([], { dtype: "int32" })), [3]);
    is(m.gather(indices as Tensor<Shape, "int32">), some(4, 5, 3));
    is(ones([n, 3]).gather(indices), [4, 5, 3]);
  });

  test("concat and stack", () => {
    is(concat([m, ones([4, 3])], 0), [6, 3]);
    is(concat([m, ones([2, 5]), ones([2, 1])], -1), [2, 9]);
    is(concat([m, ones([n, 3])], 0), [4 as number, 3]);
    is(concat([ones([n, 3]), ones([2, 4])], 1), [2, 7]);
    is(concat([m, unknown], 0), some(4, 3));
    is(concat([m, m], axis), some(2, 6));
    is(concat([m, m] as Tensor<[2, 3], "float32">[], 0), some(4, 3));
    is(concat([tensor([true]), tensor([false])], 0), [2], "bool");
    is(stack([m, m, m], 0), [3, 2, 3]);
    is(stack([m, m], -1), [2, 3, 2]);
    is(stack([m, ones([n, 3])], 1), [2, 2, 3]);
    is(stack([m, unknown], 0), some(2, 2, 3));
  });
});

describe("reducing", () => {
  test("no axes, one, several", () => {
    is(m.sum(), []);
    is(m.sum(0), [3]);
    is(m.mean(-1), [2]);
    is(m.product(-2), [3]);
    is(cube.sum([0, 2]), [3]);
    is(cube.sum([-1, 0]), [3]);
    is(cube.max([0, 1, 2]), []);
    is(cube.min([]), [2, 3, 4]);
    is(m.argMax(1), [2], "int32");
    is(m.argMax(-2), [3], "int32");
    is(m.cumulativeSum(-1), [2, 3]);
    is(m.argSort(), [2, 3], "int32");
  });

  test("keepDims", () => {
    is(m.max(1, { keepDims: true }), [2, 1]);
    is(m.sum(undefined, { keepDims: true }), [1, 1]);
    is(cube.mean([0, -1], { keepDims: true }), [1, 3, 1]);
    is(m.sum(1, { keepDims: n === 2 }), some(2, 1));
  });

  test("unknown axes, dimensions and ranks", () => {
    is(m.sum(axis), [2 as number]);
    is(m.sum(axis, { keepDims: true }), [2 as number, 1 as number]);
    is(cube.sum([axis, 0]), some(4));
    is(m.sum([0] as number[]), some(3));
    is(ones([n, 3]).sum(0), [3]);
    is(ones([n, 3]).sum(1), [n]);
    is(unknown.sum(), []);
    is(unknown.sum(0), some(3));
    is(m.sum((n === 2 ? 0 : 1) as 0 | 1), [3] as [3] | [2]);
  });
});

test("matrix products", () => {
  const vector = ones([3]);
  is(m.matmul(ones([3, 4])), [2, 4]);
  is(m.matmul(vector), [2]);
  is(vector.matmul(ones([3, 4])), [4]);
  is(vector.matmul(vector), []);
  is(ones([5, 2, 3]).matmul(ones([3, 4])), [5, 2, 4]);
  is(ones([5, 2, 3]).matmul(vector), [5, 2]);
  is(vector.matmul(ones([5, 3, 4])), [5, 4]);
  is(m.matmul(ones([5, 3, 4])), [5, 2, 4]);
  is(ones([7, 1, 2, 3]).matmul(ones([5, 3, 4])), [7, 5, 2, 4]);
  is(ones([n, 3]).matmul(ones([3, 4])), [n, 4]);
  is(ones([2, n]).matmul(ones([n, 4])), [2, 4]);
  is(m.matmul(m.transpose() as Tensor<Shape, "float32">), some(2, 2));
});

test("reading", async () => {
  expectTypeOf(m.data()).resolves.toEqualTypeOf<Float32Array>();
  expectTypeOf(m.argMax(0).data()).resolves.toEqualTypeOf<Int32Array>();
  expectTypeOf(m.array()).resolves.toEqualTypeOf<number[][]>();
  expectTypeOf(m.sum().array()).resolves.toEqualTypeOf<number>();
  expectTypeOf((unknown as Tensor).array()).resolves.toEqualTypeOf<NestedNumbers>();
  expectTypeOf((unknown as Tensor).dtype).toEqualTypeOf<DType>();
  expectTypeOf(m.rank).toEqualTypeOf<2>();
});

test("gradients are nested as the argument", () => {
  const f = ({ w }: { w: Tensor<[2]>; b: [Tensor<[]>] }): Tensor<[]> => w.sum();
  const parameters = { w: tensor([1, 2]), b: [tensor(1)] as [Tensor<[]>] };
  expectTypeOf(grad(f)).returns.toExtend<{ w: Tensor<[2]>; b: [Tensor<[]>] }>();
  expectTypeOf(valueAndGrad(f)(parameters).value).toExtend<Tensor<[]>>();
});

test("functions over any shape", () => {
  function centred<S extends Shape>(x: Tensor<S, "float32">, shift: Tensor<S, "float32">): Tensor<Shape, "float32"> {
    return x.sub(x.mean()).add(shift).less(0).select(x.mul(2), x);
  }
  function scores<In extends number, Out extends number>(
    x: Tensor<[In], "float32">,
    w: Tensor<[In, Out], "float32">,
  ): Tensor<Shape, "float32"> {
    return x.matmul(w);
  }
  /** Nobody knows S here: everything passes, and what comes out has some shape. */
  function everything<S extends Shape>(x: Tensor<S, "float32">, axis: number): Tensor[] {
    return [
      x.reshape([...x.shape, 1]).sum(0),
      x.reshape([-1]).reshape(x.shape),
      x.sum(axis, { keepDims: true }).broadcastTo(x.shape),
      x.max([0, 1]).expand(0).squeeze(0),
      x.product(0).cumulativeSum(0),
      x.transpose().matmul(x),
      x.transpose([1, 0]).flatten(1),
      x.slice([0], [1], [1]).pad([0, 0], [0, 0]),
      x.gather(x.argMax(0)),
      concat([x, x], 0),
      stack([x, x.neg()], -1),
      x.fma(x, 1).pow(2).mod(x).less(x).select(x, x.mean()),
    ];
  }
  expect(everything(m, 0).map((x) => x.size)).toEqual([3, 6, 6, 1, 3, 9, 6, 3, 9, 12, 12, 6]);
  expect(centred(m, m).shape).toEqual([2, 3]);
  is(scores(ones([3]), ones([3, 4])), some(4));
});

test("any stays out", () => {
  const untyped = m as Tensor<any, any>;
  is(untyped.add(m).mul(2) as Tensor<Shape, "float32">, some(2, 3));
  expectTypeOf(untyped.matmul(ones([3, 1])).shape).toEqualTypeOf<Shape>();
  expectTypeOf(untyped.sum(0).shape).toEqualTypeOf<Shape>();
  expectTypeOf(untyped.reshape([6]).shape).toEqualTypeOf<Shape>();
  expectTypeOf(untyped.slice([0]).shape).toEqualTypeOf<Shape>();
});

test("errors in the editor are errors at run time", () => {
  const integers = tensor([1], { dtype: "int32" });
  // @ts-expect-error dtypes do not mix
  expect(() => m.add(integers)).toThrow("same dtype");
  const places = tensor([0]);
  // @ts-expect-error indices are int32
  expect(() => m.gather(places)).toThrow("gather: takes int32");
  // @ts-expect-error shapes do not broadcast
  expect(() => m.add(ones([2]))).toThrow("add: shapes [2, 3] and [2] do not broadcast");
  // @ts-expect-error an unknown dimension beside one that cannot fit
  expect(() => m.add(ones([n, 4]))).toThrow("add: shapes [2, 3] and [2, 4] do not broadcast");
  // @ts-expect-error the inner dimensions differ
  expect(() => m.matmul(m)).toThrow("matmul: needs");
});

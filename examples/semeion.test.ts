/** Proves that 256-128-10 reads at least 92 % of Semeion's test digits, the mean of five seeds. */

import { expect, test } from "vitest";
import { has } from "./data.ts";
import { learnSemeion } from "./semeion.ts";

test.skipIf(!has("semeion"))("five seeds", async () => {
  let sum = 0;
  for (const seed of [1, 2, 3, 4, 5]) sum += await learnSemeion(seed);
  expect(sum / 5).toBeGreaterThanOrEqual(0.92);
});

/** Proves that 256-128-10 reads at least 92 % of Semeion's test digits, the mean of five seeds, and lecun1989 learns as it should. */

import { expect, test } from "vitest";
import { has } from "./data.ts";
import { learnSemeion } from "./semeion.ts";

test.skipIf(!has("semeion"))("five seeds", async () => {
  let sum = 0;
  for (const seed of [1, 2, 3, 4, 5]) sum += await learnSemeion("256-128-10", seed);
  expect(sum / 5).toBeGreaterThanOrEqual(0.92);
});

test.skipIf(!has("semeion"))("lecun1989, one seed and half of the epochs; the example itself takes five", async () => {
  expect(await learnSemeion("lecun1989", 2, 15)).toBeGreaterThanOrEqual(0.94);
});

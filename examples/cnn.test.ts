/**
 * Proves the short form of the convolutional example: 6,000 digits, two passes. The full forms, with targets of 99.0 and 99.4 % on MNIST and
 * 92.5 % on Fashion-MNIST, are `npm run examples -- cnn`.
 */

import { expect, test, vi } from "vitest";
import { learnPictures, recipes } from "./cnn.ts";
import { has, mnist } from "./data.ts";

test.skipIf(!has("mnist"))("a tenth of the digits", async () => {
  const told = vi.spyOn(console, "log").mockImplementation(() => {});
  const { train, test: tested } = await mnist();
  const split = { train: train.take(6000), test: tested.take(2000) };
  const found = await learnPictures({ ...recipes.quick, epochs: 2 }, split);
  expect(found.accuracy).toBeGreaterThanOrEqual(0.9);
  expect(told).toHaveBeenCalledTimes(2);
});

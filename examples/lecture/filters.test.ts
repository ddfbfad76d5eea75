/** Proves that pictures made for an output convince the network of it, and that they have less ink where ink costs, in the short form. */

import { expect, test } from "vitest";
import { has } from "../data.ts";
import { filtersExperiment } from "./filters.ts";
import { flawsOf, runShort } from "./testing.ts";

test.skipIf(!has("mnist"))("twenty steps uphill", async () => {
  const report = await runShort(filtersExperiment);
  expect(flawsOf(report)).toEqual([]);
  const { sure, ink, inkSparse } = report.figures as { sure: number[]; ink: number; inkSparse: number };
  expect(sure.filter((confidence) => confidence > 0.9).length).toBeGreaterThanOrEqual(7);
  expect(inkSparse).toBeLessThan(ink);
  expect(report.pictures.map(({ kind }) => kind)).toEqual(["images", "images", "images"]);
});

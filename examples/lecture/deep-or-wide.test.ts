/** Proves the course of the comparison in its short form: equal parameters, paired seeds, intervals. */

import { expect, test } from "vitest";
import { has } from "../data.ts";
import { deepOrWideExperiment } from "./deep-or-wide.ts";
import { flawsOf, runShort } from "./testing.ts";

test.skipIf(!has("mnist"))("four depths, as many parameters", async () => {
  const report = await runShort(deepOrWideExperiment);
  expect(flawsOf(report)).toEqual([]);
  const { cells, differences } = report.figures as {
    cells: { parameters: number; error: { count: number } }[];
    differences: unknown[];
  };
  for (const { parameters, error } of cells) {
    expect(Math.abs(parameters / 10_000 - 1)).toBeLessThan(0.1);
    expect(error.count).toBe(2);
  }
  expect([cells.length, differences.length]).toEqual([4, 3]);
});

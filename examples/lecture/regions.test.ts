/** Proves the built network's regions, one by one, and the count where it is known: lines in general position, and one bend. */

import { expect, test } from "vitest";
import { cellsOf } from "./cells.ts";
import { regionsExperiment } from "./regions.ts";
import { flawsOf, runShort } from "./testing.ts";

test("as many regions as Montúfar's bound, each with units of its own", async () => {
  const report = await runShort(regionsExperiment);
  expect(flawsOf(report)).toEqual([]);
  expect(report.figures.counts).toEqual([16, 256, 256 * 37]);
  expect(report.figures.distinct).toBe(256 * 37);
  for (const count of report.figures.shallow as number[]) expect(count).toBe(report.figures.most);
  expect(report.verdict.agrees).toBe("yes");
});

test("cells of three lines in general position, and of lines that miss the square", () => {
  const output = { weight: [[1, 1, 1]], bias: [0] };
  const lines = {
    weight: [
      [1, 0],
      [0, 1],
      [1, 1],
    ],
    bias: [0, 0, 0.5],
  };
  expect(cellsOf([lines, output], -2, 2).counts).toEqual([7]);
  expect(cellsOf([lines, output], 1, 2).counts).toEqual([1]);
});

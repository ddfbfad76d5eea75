/** Proves the slide's feature maps and what pooling leaves, maxout's groups, and the parameters of the lecture's network. */

import { expect, test } from "vitest";
import { convolutionExperiment } from "./convolution.ts";
import { flawsOf, runShort } from "./testing.ts";

test("the slide's numbers", async () => {
  const report = await runShort(convolutionExperiment);
  expect(flawsOf(report)).toEqual([]);
  expect(report.tables[0]!.rows.map((row) => row[1])).toEqual(["yes", "yes"]);
  expect(report.figures.groups).toEqual([7, 1, 2, 4]);
  expect(report.figures.total).toBe(137_660);
  expect(report.verdict.agrees).not.toBe("no");
});

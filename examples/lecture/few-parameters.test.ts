/** Proves the course of the comparison in its short form, and the number of parameters of both networks. */

import { expect, test } from "vitest";
import { has } from "../data.ts";
import { fewParametersExperiment } from "./few-parameters.ts";
import { flawsOf, runShort } from "./testing.ts";

test.skipIf(!has("mnist"))("a fifth of the parameters", async () => {
  const report = await runShort(fewParametersExperiment);
  expect(flawsOf(report)).toEqual([]);
  expect(report.figures.parameters).toEqual({ "CNN of the lecture": 137_660, "784-500-500-10": 648_010 });
  const { found } = report.figures as { found: { accuracies: number[] }[] };
  for (const { accuracies } of found) expect(accuracies[0]).toBeGreaterThan(0.5);
});

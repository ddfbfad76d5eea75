/** Proves that the worked network gives the lecture's values and gradients. */

import { expect, test } from "vitest";
import { neuronExperiment } from "./neuron.ts";
import { flawsOf, runShort } from "./testing.ts";

test("values to 12 and gradients to 9 decimals", async () => {
  const report = await runShort(neuronExperiment);
  expect(flawsOf(report)).toEqual([]);
  expect(report.figures.forwardError).toBeLessThanOrEqual(1e-12);
  expect(report.figures.backwardError).toBeLessThanOrEqual(1e-9);
  expect(report.verdict.agrees).toBe("yes");
});

/** Proves the slide's feature maps and what pooling leaves, and the parameters of the lecture's network. */

import { expect, test } from "vitest";
import { convolutionExperiment } from "./convolution.ts";
import { flawsOf, runShort } from "./testing.ts";

test("the slide's numbers", async () => {
  const report = await runShort(convolutionExperiment);
  expect(flawsOf(report)).toEqual([]);
  expect(report.figures.asOnSlide).toEqual([true, true]);
  expect(report.figures.total).toBe(137_660);
  expect(report.verdict.agrees).toBe("yes");
});

/** Proves the lecture's figures of softmax and cross entropy, and that squared error has hardly a gradient far from the target. */

import { expect, test } from "vitest";
import { softmaxExperiment } from "./softmax.ts";
import { flawsOf, runShort } from "./testing.ts";

test("figures to all digits, and a gradient that is gone", async () => {
  const report = await runShort(softmaxExperiment);
  expect(flawsOf(report)).toEqual([]);
  expect(report.figures.seventy).toBeCloseTo(0.356675, 6);
  expect(report.figures.ten).toBeCloseTo(Math.log(10), 12);
  const [far] = report.figures.gradients as { crossEntropy: number; squaredError: number }[];
  expect(far!.crossEntropy).toBeCloseTo(1, 3);
  expect(far!.squaredError).toBeLessThan(0.001);
  expect(report.verdict.agrees).toBe("yes");
});

/** Proves that after as many epochs small batches have learned more than the whole set at once, in the short form. */

import { expect, test } from "vitest";
import { has } from "../data.ts";
import { batchSizeExperiment } from "./batch-size.ts";
import { flawsOf, runShort } from "./testing.ts";

test.skipIf(!has("mnist"))("batches of 10 and of everything", async () => {
  const report = await runShort(batchSizeExperiment);
  expect(flawsOf(report)).toEqual([]);
  const { byEpochs } = report.figures as { byEpochs: { batchSize: number; steps: number; accuracies: number[] }[] };
  expect(byEpochs.map(({ batchSize, steps }) => [batchSize, steps])).toEqual([
    [10, 100],
    [500, 2],
  ]);
  expect(byEpochs[0]!.accuracies[0]!).toBeGreaterThan(byEpochs[1]!.accuracies[0]! + 0.1);
});

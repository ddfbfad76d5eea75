/** Proves that gradients shrink towards the input of a deep sigmoid net and not of relu and residual nets, which then learn more. */

import { expect, test } from "vitest";
import { has } from "../data.ts";
import { flawsOf, runShort } from "./testing.ts";
import { vanishingExperiment } from "./vanishing.ts";

test.skipIf(!has("mnist"))("six layers", async () => {
  const report = await runShort(vanishingExperiment);
  expect(flawsOf(report)).toEqual([]);
  const { slopes, found } = report.figures as {
    slopes: Record<string, number[]>;
    found: { kind: string; depth: number; accuracies: number[] }[];
  };
  const ratio = (kind: string) => slopes[kind]![0]! / slopes[kind]!.at(-1)!;
  expect(ratio("sigmoid")).toBeLessThan(0.01);
  expect(ratio("relu")).toBeGreaterThan(0.05);
  expect(ratio("residual")).toBeGreaterThan(0.05);
  const deep = (kind: string) => found.find((one) => one.kind === kind && one.depth === 6)!.accuracies[0]!;
  expect(deep("residual")).toBeGreaterThan(deep("sigmoid") + 0.1);
});

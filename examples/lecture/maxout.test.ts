/** Proves maxout's groups, that relu is a case of it, and that units learn what is convex and nothing else. */

import { expect, test } from "vitest";
import { maxoutExperiment } from "./maxout.ts";
import { flawsOf, runShort } from "./testing.ts";

test("groups, relu, and a function that is not convex", async () => {
  const report = await runShort(maxoutExperiment);
  expect(flawsOf(report)).toEqual([]);
  expect(report.figures.groups).toEqual([7, 1, 2, 4]);
  expect(report.figures.relu).toBe(true);
  const learned = report.figures.learned as { name: string; rms: number; least: number }[];
  for (const { rms, least } of learned) expect(rms).toBeGreaterThan(0.99 * least);
  expect(learned[0]!.rms).toBeLessThan(0.001);
  expect(learned.at(-1)!.rms).toBeGreaterThan(0.28);
});

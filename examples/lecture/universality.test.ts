/** Proves that networks built to go through a curve come nearer with the square of their width, and that trained ones come nearer too. */

import { expect, test } from "vitest";
import { flawsOf, runShort } from "./testing.ts";
import { universalityExperiment } from "./universality.ts";

test("wider is nearer", async () => {
  const report = await runShort(universalityExperiment);
  expect(flawsOf(report)).toEqual([]);
  const { exponents, rows } = report.figures as {
    exponents: { wave: number };
    rows: { curve: string; built: number; trainedRms: number }[];
  };
  expect(exponents.wave).toBeCloseTo(-2, 0);
  const waves = rows.filter(({ curve }) => curve === "wave");
  expect(waves[2]!.built).toBeLessThan(waves[1]!.built / 10);
  expect(waves[2]!.trainedRms).toBeLessThan(waves[0]!.trainedRms);
});

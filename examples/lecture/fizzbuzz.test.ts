/** Proves that a hundred hidden neurons know a good part of FizzBuzz and a thousand all of it. */

import { expect, test } from "vitest";
import { fizzbuzzExperiment } from "./fizzbuzz.ts";
import { flawsOf, runShort } from "./testing.ts";

test("one seed", async () => {
  const report = await runShort(fizzbuzzExperiment);
  expect(flawsOf(report)).toEqual([]);
  const [narrow, wide] = report.figures.found as { shares: number[] }[];
  expect(narrow!.shares[0]).toBeGreaterThan(0.6);
  expect(wide!.shares[0]).toBeGreaterThanOrEqual(0.97);
});

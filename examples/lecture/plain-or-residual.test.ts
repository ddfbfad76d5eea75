/** Proves the course of the comparison in its short form: both kinds, each depth, errors of both sets. */

import { expect, test } from "vitest";
import { has } from "../data.ts";
import { plainOrResidualExperiment } from "./plain-or-residual.ts";
import { flawsOf, runShort } from "./testing.ts";

test.skipIf(!has("fashion-mnist"))("8 and 14 layers", async () => {
  const report = await runShort(plainOrResidualExperiment);
  expect(flawsOf(report)).toEqual([]);
  const { found } = report.figures as { found: { kind: string; depth: number; training: number }[] };
  expect(found.map(({ kind, depth }) => [kind, depth])).toEqual([
    ["plain", 8],
    ["plain", 14],
    ["residual", 8],
    ["residual", 14],
  ]);
  for (const { training } of found) expect(training).toBeGreaterThanOrEqual(0);
});

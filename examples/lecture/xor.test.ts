/** Proves the hidden features of the slide, and that of all 16 labelings exactly XOR and its opposite need them. */

import { expect, test } from "vitest";
import { flawsOf, runShort } from "./testing.ts";
import { xorExperiment } from "./xor.ts";

test("two labelings of sixteen are beyond one unit, and two hidden units mend it", async () => {
  const report = await runShort(xorExperiment);
  expect(flawsOf(report)).toEqual([]);
  expect(report.figures.failed).toEqual(["0110", "1001"]);
  expect(report.figures.onHidden).toMatchObject({ right: 1 });
  expect(report.verdict.agrees).toBe("yes");
});

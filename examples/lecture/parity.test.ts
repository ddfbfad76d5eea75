/** Proves the sizes of circuits and networks for parity, right for all inputs. */

import { expect, test } from "vitest";
import { parityExperiment } from "./parity.ts";
import { flawsOf, runShort } from "./testing.ts";

test("exponential in two layers of gates, linear in a chain and for one layer of units, logarithmic for deep ones", async () => {
  const report = await runShort(parityExperiment);
  expect(flawsOf(report)).toEqual([]);
  const built = report.figures.built as Record<string, unknown>[];
  expect(built.at(-1)).toEqual({
    n: 8,
    twoLayers: 129,
    chain: 21,
    wide: 8,
    deep: 6,
    gatesRight: true,
    unitsRight: true,
  });
  expect(built.every(({ gatesRight, unitsRight }) => gatesRight && unitsRight)).toBe(true);
});

/** Proves that the built networks are one function with 2ᵏ pieces, and that pieces are counted rightly where they are known. */

import { mlp } from "gradus";
import { expect, test } from "vitest";
import { countPieces } from "./pieces.ts";
import { sawtoothExperiment } from "./sawtooth.ts";
import { flawsOf, runShort } from "./testing.ts";
import { withWeights } from "./weights.ts";

test("2k units make 2ᵏ pieces, exactly", async () => {
  const report = await runShort(sawtoothExperiment);
  expect(flawsOf(report)).toEqual([]);
  for (const { folds, deep, wide, difference } of report.figures.built as Record<string, number>[]) {
    expect([deep, wide, difference]).toEqual([2 ** folds!, 2 ** folds!, 0]);
  }
  expect(report.verdict.agrees).toBe("yes");
});

test("pieces of a line, of one bend, and of two bends that cancel", async () => {
  const net = (bends: number[], heights: number[]) =>
    withWeights(
      mlp([1], [2], 1),
      [1, 1],
      bends.map((x) => -x),
      heights,
      [0],
    );
  expect(await countPieces(net([-1, 0.5], [1, 0]), 0, 1)).toBe(1);
  expect(await countPieces(net([0.2, 2], [1, 1]), 0, 1)).toBe(2);
  expect(await countPieces(net([0.2, 0.6], [1, 1]), 0, 1)).toBe(3);
  expect(await countPieces(net([0.5, 0.5], [1, -1]), 0, 1)).toBe(1);
});

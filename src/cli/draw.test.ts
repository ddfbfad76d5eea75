/** Proves what `gradus draw` shows of runs and models, what it writes, and what it says where something is missing. */

import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { gradus } from "./testing.ts";

const folder = mkdtempSync(join(tmpdir(), "gradus-draw-"));
const run = join(folder, "run");
beforeAll(async () => {
  await gradus([
    "train",
    "ink",
    "--take",
    "300",
    "--epochs",
    "2",
    "--layers",
    "flatten dense(8) relu dense(10)",
    "--out",
    run,
  ]);
});
afterAll(() => rmSync(folder, { recursive: true }));

test("a run without data has curves and weights", async () => {
  const { code, output } = await gradus(["draw", run]);
  expect(code).toBe(0);
  expect(output).toContain("\nLoss\n");
  expect(output).toContain("\naccuracy\n");
  expect(output).toContain("\nWeights of layer 1, dense(8)\n");
  expect(output).not.toContain("mistakes");
});

test("with data there is everything, also as SVG", async () => {
  const pictures = join(folder, "pictures");
  const { code, output } = await gradus(["draw", run, "ink", "--out", pictures]);
  expect(code).toBe(0);
  for (const title of ["What is taken for what", "The surest of", "3 dense(10)"]) expect(output).toContain(title);
  expect(readdirSync(pictures).sort()).toEqual(
    [
      ...["activations-1", "activations-2", "activations-3", "activations-4", "confusion"],
      ...["curves-1", "curves-2", "gradients", "mistakes", "weights"],
    ].map((name) => `${name}.svg`),
  );
});

test("a model alone has no curves, and says so where they are asked for", async () => {
  const model = join(run, "model.safetensors");
  const { code, output } = await gradus(["draw", model]);
  expect(code).toBe(0);
  expect(output).not.toContain("Loss");
  expect((await gradus(["draw", model, "--what", "curves"])).complaint).toBe(
    `gradus: --what curves: needs the folder of a run, with its events; ${model} is a model alone.`,
  );
});

test.each([
  [
    ["draw", run, "--what", "confusion"],
    "--what confusion: needs a data set; none is named. Write gradus draw MODEL DATA.",
  ],
  [
    ["draw", run, "--what", "curvs"],
    '--what: needs some of curves, weights, confusion, mistakes, gradients, activations; got "curvs".',
  ],
  [["draw", run, "--layer", "7", "--what", "weights"], "There are 1 dense(8), 3 dense(10)."],
  [["draw", run, "ink", "--example", "5000", "--what", "activations"], "input: there is no example 5000;"],
])("%j", async (argv, sentence) => {
  const { code, complaint } = await gradus(argv);
  expect(code).toBe(1);
  expect(complaint).toContain(sentence);
});

/** Proves what `gradus compare` prints and keeps, that it goes on from there, and what it refuses. */

import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { gradus } from "./testing.ts";

const folder = mkdtempSync(join(tmpdir(), "gradus-compare-cli-"));
afterAll(() => rmSync(folder, { recursive: true }));
const common = ["compare", "--take", "100", "--budgets", "3000", "--seeds", "2", "--epochs", "1"];

test("a line for each training, a table, charts, a sentence; the second time nothing is trained", async () => {
  const first = await gradus([...common, "--out", folder]);
  expect(first.code).toBe(0);
  expect(first.lines[0]).toMatch(/^1\/4 {2}1 hidden layer, 3000 parameters \(width 11\), seed 1: error [\d.]+ %/);
  expect(first.output).toContain("Test error with equal parameters, 2 paired seeds, 95 % intervals");
  expect(first.output).toMatch(/With 3,000 parameters .*3 hidden layers/);
  expect(readdirSync(folder).sort()).toEqual(["comparison-1.svg", "comparison-2.svg", "results.jsonl"]);
  const second = await gradus([...common, "--out", folder]);
  expect(second.lines.filter((line) => line.endsWith("from before"))).toHaveLength(4);
  expect(second.lines.slice(4)).toEqual(first.lines.slice(4));
});

test("families of one's own, as JSON", async () => {
  const families =
    "dense = flatten dense(N) relu dense(10); conv = reshape([16, 16, 1]) conv2d(N, 5, stride=2) relu flatten dense(10)";
  const { code, lines } = await gradus([...common, "--families", families, "--match", "operations", "--json"]);
  expect(code).toBe(0);
  const told = lines.map((line) => JSON.parse(line) as { event: string; family?: string });
  expect(told.map(({ event, family }) => family ?? event)).toEqual(["dense", "conv", "dense", "conv", "comparison"]);
});

test.each([
  [
    ["--families", "flatten dense(N)"],
    '--families: each is a name, = and layers with N: "wide = flatten dense(N) relu dense(10)"; got "flatten dense(N)".',
  ],
  [
    ["--families", "a = flatten dense(10); b = flatten dense(N)"],
    "family: needs layers with N for the width that is to be found; a has none in flatten dense(10).",
  ],
  [
    ["--budgets", "10"],
    "family 1 hidden layer: its narrowest network has 277 parameters; the budget is 10. Give a larger budget.",
  ],
  [["--budgets", "1e3,x"], '--budgets: needs positive integers with commas between them; got "1e3,x".'],
  [["--seeds", "1"], "compare: seeds must be integers from 2: an interval needs two values; got 1."],
  [["--match", "size"], '--match: needs one of parameters, operations, time; got "size".'],
  [["--depths", "2"], "compare: needs two families at least; got 1."],
])("%j", async (flags, sentence) => {
  const { code, complaint } = await gradus([...common, ...flags]);
  expect(code).toBe(1);
  expect(complaint).toContain(sentence);
});

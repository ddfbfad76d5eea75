/** Proves widths for budgets, intervals against printed tables, and that a comparison is the same each time, whole or resumed. */

import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Split } from "../data/dataset.ts";
import { fromArrays } from "../data/from-arrays.ts";
import { ink } from "../data/ink.ts";
import { Network, sgd } from "../index.ts";
import { type CompareOptions, compare } from "./compare.ts";
import { comparisonCharts, comparisonTable, summarize } from "./comparison.ts";
import { deep, family, memberFor } from "./family.ts";
import { intervalOf, studentQuantile } from "./student.ts";
import type { Outcome } from "./trial.ts";
import { multiplyAdds } from "./work.ts";

let data: Split<[16, 16]>;
const folder = mkdtempSync(join(tmpdir(), "gradus-compare-"));
beforeAll(async () => {
  data = await ink({ train: 200, test: 100 });
});
afterAll(() => rmSync(folder, { recursive: true }));

const families = [deep(1, [16, 16], 10), deep(2, [16, 16], 10)];
const small = (options: Partial<CompareOptions> = {}): CompareOptions => ({
  data,
  families,
  budgets: [3000, 6000],
  seeds: 2,
  epochs: 1,
  ...options,
});

test.each([
  [784, [500, 500], 648_010, 815, 647_935],
  [256, [500, 500], 384_010, 1438, 383_956],
  [256, [500, 500, 500], 634_510, 2376, 634_402],
])("one hidden layer with as many parameters: %i-%j-10", (input, hidden, parameters, width, found) => {
  const layers = hidden.map((units) => `dense(${units}) relu `).join("");
  expect(Network.from([input], `${layers}dense(10)`).parameterCount).toBe(parameters);
  expect(memberFor(deep(1, [input], 10), [input], parameters)).toMatchObject({ width, parameters: found });
});

test("Student's t as tables print it", () => {
  const table: [number, number, number][] = [
    [0.975, 1, 12.706],
    [0.975, 2, 4.303],
    [0.975, 4, 2.776],
    [0.975, 9, 2.262],
    [0.975, 30, 2.042],
    [0.95, 4, 2.132],
    [0.995, 10, 3.169],
  ];
  for (const [p, freedom, t] of table) expect(studentQuantile(p, freedom)).toBeCloseTo(t, 3);
  expect(intervalOf([1, 2, 3, 4, 5])).toEqual({
    mean: 3,
    low: expect.closeTo(1.0368, 4),
    high: expect.closeTo(4.9632, 4),
    count: 5,
  });
  expect(() => intervalOf([1])).toThrow("interval: needs two values at least; got 1. Take more seeds.");
});

test("differences are taken seed by seed", () => {
  const outcome = (name: string, seed: number, accuracy: number): Outcome => {
    return {
      family: name,
      budget: 100,
      width: 1,
      parameters: 99,
      seed,
      steps: 1,
      trainingLoss: 0,
      loss: 0,
      accuracy,
      failedAt: null,
    };
  };
  // Seeds differ much, families by two points each time.
  const outcomes = [0.5, 0.7, 0.9].flatMap((accuracy, index) => [
    outcome("a", index, accuracy),
    outcome("b", index, accuracy + 0.02 + 0.001 * index),
  ]);
  const result = summarize([family("a", "dense(N)"), family("b", "dense(N)")], [100], outcomes, "parameters");
  expect(result.cells[0]!.error!.high - result.cells[0]!.error!.low).toBeGreaterThan(0.5);
  expect(result.differences[0]!.difference).toMatchObject({ mean: expect.closeTo(-0.021, 6), count: 3 });
  expect(result.sentences).toEqual([
    "With 100 parameters the error of b is lower than that of a by 2.10 points (1.85 to 2.35 points at 95 %, 3 paired seeds).",
  ]);
  expect(comparisonTable(result).rows[1]!.at(-1)).toBe("-2.10 (-2.35 to -1.85)");
  expect(comparisonCharts(result)[1]!.series).toMatchObject([
    { name: "b", points: [{ x: 100, y: expect.closeTo(-0.021, 6) }] },
  ]);
});

test("the same comparison each time; interrupted and resumed it trains what is missing", async () => {
  const whole = await compare(small());
  expect(whole.outcomes).toHaveLength(8);
  expect(whole.outcomes.map(({ seed }) => seed)).toEqual([1, 1, 2, 2, 1, 1, 2, 2]);
  const stop = new AbortController();
  const first = await compare(
    small({ out: folder, signal: stop.signal, onOutcome: (_, done) => done === 3 && stop.abort() }),
  );
  expect(first.outcomes).toHaveLength(3);
  const known: boolean[] = [];
  const second = await compare(small({ out: folder, onOutcome: (_, __, ___, was) => known.push(was) }));
  expect(known).toEqual([true, true, true, false, false, false, false, false]);
  expect(second).toEqual(whole);
  const file = join(folder, "results.jsonl");
  const kept = readFileSync(file, "utf8");
  appendFileSync(file, '{"key":"half');
  let trained = 0;
  expect(await compare(small({ out: folder, onOutcome: (_, __, ___, was) => void (trained += was ? 0 : 1) }))).toEqual(
    whole,
  );
  expect(trained).toBe(0);
  writeFileSync(file, `hello\n${kept}`);
  await expect(compare(small({ out: folder }))).rejects.toThrow(
    "must hold outcomes of a comparison, a line each; line 1 is none. Name another folder, or remove the file.",
  );
});

test("a training that diverges is an outcome, and the comparison goes on", async () => {
  const { outcomes, sentences } = await compare(small({ budgets: [3000], optimizer: sgd({ learningRate: 1e30 }) }));
  expect(outcomes).toHaveLength(4);
  for (const { failedAt, trainingLoss, loss } of outcomes) {
    expect([typeof failedAt, trainingLoss, Number.isFinite(loss)]).toEqual(["number", null, true]);
  }
  expect(sentences).toHaveLength(1);
});

test("with equal time each learns for as long, from its first step on", async () => {
  const { outcomes } = await compare(small({ budgets: [3000], match: "time", seconds: 0.05 }));
  for (const { steps } of outcomes) expect(steps).toBeGreaterThan(0);
});

test("with equal operations cheaper networks take more steps", async () => {
  const { network: wide } = memberFor(families[0]!, [16, 16], 6000);
  expect(multiplyAdds(wide)).toBe(22 * 256 + 22 * 10);
  const filters = Network.from([6, 6, 1], "conv2d(4, 3) flatten dense(2)") as Network;
  expect(multiplyAdds(filters)).toBe(4 * 4 * 4 * 9 + 64 * 2);
  const strange = [deep(1, [16, 16], 10), family("conv", "reshape([16, 16, 1]) conv2d(N, 3) relu flatten dense(10)")];
  const { cells } = await compare(small({ families: strange, budgets: [5000], match: "operations", steps: 40 }));
  expect(cells[0]!.steps).toBe(40);
  expect(cells[1]!.steps).toBeLessThan(40);
});

test.each([
  [{ families: [families[0]!] }, "compare: needs two families at least; got 1. Write [deep(1, …), deep(2, …)]."],
  [
    { families: [families[0]!, families[0]!] },
    "compare: families need names of their own; got 1 hidden layer twice. Rename one.",
  ],
  [{ budgets: [] }, "compare: budgets must be integers from 1; got none. Give [10000, 100000], for example."],
  [{ seeds: 1 }, "compare: seeds must be integers from 2: an interval needs two values; got 1. Give 5, for example."],
  [
    { budgets: [100] },
    "family 1 hidden layer: its narrowest network has 277 parameters; the budget is 100. Give a larger budget.",
  ],
  [{ budgets: [3000, 3000] }, "compare: each budget is compared once; got 3000 twice. Leave one out."],
  [{ match: "params" as never }, 'compare: match must be "parameters", "operations" or "time"; got "params".'],
  [{ seconds: 2 }, 'compare: seconds need match "time"; got match "parameters". Give epochs or steps.'],
  [{ sedes: 2 } as object, 'compare: has no option "sedes". Did you mean seeds?'],
])("%j", async (options, message) => {
  await expect(compare(small(options))).rejects.toThrow(message);
});

test("what is no family is refused", () => {
  expect(() => deep(-1, [4], 2)).toThrow("deep: the number of hidden layers must be a positive integer; got -1.");
  expect(() => family("x", "flatten dense(10)")).toThrow(
    "family: needs layers with N for the width that is to be found; x has none in flatten dense(10). Write dense(N), for example.",
  );
  expect(() => memberFor(family("x", "flatten dropout(0.N)"), [4, 4], 10)).toThrow("x has none");
  expect(() => memberFor(family("y", "flatten dense(N, 3)"), [4, 4], 1000)).toThrow(/^family y: /);
  expect(() =>
    memberFor(
      family("z", () => "flatten dense(3)"),
      [4, 4],
      1000,
    ),
  ).toThrow(
    "family z: its networks must have more parameters the wider they are; width 1 has 51, width 2 51. Let N be a number of units.",
  );
});

test("values instead of classes are compared by their loss", async () => {
  const line = fromArrays({ inputs: [[0], [1], [2], [3]], targets: [[0], [1], [2], [3]], inputShape: [1] });
  const two = [family("a", "dense(N) tanh dense(1)"), family("b", "dense(N) relu dense(1)")];
  const result = await compare({
    data: { train: line, test: line },
    families: two,
    budgets: [20],
    seeds: 2,
    epochs: 2,
  });
  expect(comparisonTable(result).title).toBe("Test loss with equal parameters, 2 paired seeds, 95 % intervals");
  expect(result.outcomes.every(({ accuracy }) => accuracy === null)).toBe(true);
});

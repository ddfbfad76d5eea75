/**
 * Proves that the handwriting is a function of its seed, bit for bit, that its n-th digit depends on nothing else, that its classes
 * are balanced, that its pictures have the form of Semeion or MNIST, and that options out of range are refused.
 */

import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { DataError, GradusError } from "../base/errors.ts";
import type { Dataset } from "./dataset.ts";
import { styles } from "./ink/strokes.ts";
import { type InkOptions, ink } from "./ink.ts";

const hash = (data: Dataset): string => createHash("sha256").update(data.inputs).digest("hex").slice(0, 16);
const picture = (data: Dataset, i: number): Uint8Array | Float32Array => data.take(i + 1).skip(i).inputs;

function rowsOf(data: Dataset, i: number): string[] {
  const text = [...picture(data, i)].map((value) => (value === 0 ? "." : "#")).join("");
  return text.match(new RegExp(`.{${data.inputShape[1]}}`, "g"))!;
}

test("the first digit of seed 1 is this one", async () => {
  const { train } = await ink({ train: 1, test: 1 });
  expect(train.label(0)).toBe("8");
  expect(rowsOf(train, 0)).toEqual([
    "..########......",
    "####...#########",
    "###.........####",
    ".###.......###..",
    "..###....###....",
    "....##..###.....",
    "....###.##......",
    ".....####.......",
    "......###.......",
    "......###.......",
    ".....####.......",
    "....######......",
    "...###..#####...",
    "..###.......##..",
    ".##.............",
    "###.............",
  ]);
});

test.each([
  ["16×16", { size: 16 }, "8c25d02ce5ce2d9b"],
  ["28×28", { size: 28 }, "8f42b86b1236dc3e"],
  ["another seed", { size: 16, seed: 2 }, "6fe426b6c2deffe4"],
] as const)("100 digits have the same bits everywhere: %s", async (_, options, expected) => {
  expect(hash((await ink({ train: 100, test: 1, ...options })).train)).toBe(expected);
});

test("the n-th digit does not depend on how many are drawn", async () => {
  const [few, many] = [await ink({ train: 7, test: 3 }), await ink({ train: 40, test: 25 })];
  expect(many.train.take(7).inputs).toEqual(few.train.inputs);
  expect(many.train.take(7).targets).toEqual(few.train.targets);
  expect(many.test.take(3).inputs).toEqual(few.test.inputs);
  expect(many.test.take(3).targets).toEqual(few.test.targets);
});

test("every ten digits are the ten classes, in changing order", async () => {
  const { train, test } = await ink({ train: 200, test: 50, seed: 5 });
  for (const { targets, length } of [train, test]) {
    const tens = Array.from({ length: length / 10 }, (_, k) => [...targets.slice(10 * k, 10 * k + 10)]);
    for (const ten of tens) expect([...ten].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(new Set(tens.map(String)).size).toBe(tens.length);
  }
});

test("no digit is drawn twice, neither within a set nor in both", async () => {
  const { train, test } = await ink({ train: 500, test: 500 });
  const all = [train, test].flatMap((data) => Array.from({ length: 500 }, (_, i) => picture(data, i).join("")));
  expect(new Set(all).size).toBe(1000);
});

test("by default there are 20000 and 2000 digits of 16×16 pixels, 0 or 1", async () => {
  const { train, test } = await ink();
  expect([train.length, test.length, train.inputShape, train.classes?.length]).toEqual([20_000, 2000, [16, 16], 10]);
  expect(train.inputs.every((value) => value === 0 || value === 1)).toBe(true);
  expect(train.scale).toEqual({ multiply: 1, add: 0 });
});

test("at 16×16 a digit fills the box; few have a tip too fine for the outermost pixels", async () => {
  const { train } = await ink({ train: 1000, test: 1 });
  const fills = Array.from({ length: 1000 }, (_, i) => {
    const rows = rowsOf(train, i);
    const has = (line: string): boolean => line.includes("#");
    return has(rows[0]!) && has(rows[15]!) && rows.some((row) => row[0] === "#") && rows.some((row) => row[15] === "#");
  });
  expect(fills.filter(Boolean).length).toBeGreaterThan(980);
});

test("at 28×28 the centre of mass is within half a pixel of the picture's, and grey counts to 1", async () => {
  const { train } = await ink({ train: 300, test: 1, size: 28 });
  expect(train.inputShape).toEqual([28, 28]);
  for (let i = 0; i < 300; i++) {
    const { data } = train.input(i);
    let [mass, row, column] = [0, 0, 0];
    data.forEach((value, at) => {
      mass += value;
      row += value * (Math.floor(at / 28) - 13.5);
      column += value * ((at % 28) - 13.5);
    });
    // Grey in 256 steps shifts it a little.
    expect(Math.max(Math.abs(row / mass), Math.abs(column / mass))).toBeLessThan(0.51);
    // 20 pixels for the longer side, and what the pen's edge covers of the next.
    const rows = rowsOf(train, i).filter((line) => line.includes("#")).length;
    expect(rows).toBeLessThanOrEqual(22);
    expect(Math.max(...data)).toBeGreaterThan(0.5);
    expect(Math.max(...data)).toBeLessThanOrEqual(1);
  }
});

test("grey can be chosen at either size", async () => {
  const values = async (options: InkOptions): Promise<number> =>
    new Set((await ink({ train: 50, test: 1, ...options })).train.inputs).size;
  expect(await values({ size: 28, grey: false })).toBe(2);
  expect(await values({ size: 16, grey: true })).toBeGreaterThan(100);
});

test("the variants of a style are alike point for point, so they can be mixed", () => {
  expect(styles).toHaveLength(10);
  for (const { variants } of styles.flat()) {
    const form = variants.map((strokes) => strokes.map((stroke) => stroke.map(({ corner }) => corner)));
    for (const other of form) expect(other).toEqual(form[0]);
    expect(variants.flat(2).every(({ x, y }) => x >= 0 && x <= 1 && y >= 0 && y <= 1)).toBe(true);
  }
});

test.each([
  ["an unknown size", { size: 20 as 16 }, "ink: size must be 16 or 28; got 20. Choose one of them."],
  ["no digits", { train: 0 }, "ink: train must be an integer from 1 to 1000000; got 0. Ask for fewer or more digits."],
  ["half a digit", { test: 1.5 }, "ink: test must be an integer from 1 to 1000000; got 1.5."],
  ["too many", { train: 1_000_001 }, "ink: train must be an integer from 1 to 1000000; got 1000001."],
])("refuses %s", async (_, options, message) => {
  const attempt = ink({ train: 1, test: 1, ...options });
  await expect(attempt).rejects.toThrow(DataError);
  await expect(attempt).rejects.toThrow(message);
});

test("refuses a seed that is no integer", async () => {
  await expect(ink({ train: 1, test: 1, seed: 0.5 })).rejects.toThrow(GradusError);
});

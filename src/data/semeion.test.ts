/** Proves that the two text formats of 16×16 digits are read as they are written, and that a bad line is named by its number. */

import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { FileError } from "../base/errors.ts";
import { readIdx } from "./idx.ts";
import { readImage } from "./image.ts";
import { readSemeion } from "./semeion.ts";
import { readUsps } from "./usps.ts";

const bytes = (...lines: readonly string[]): Uint8Array => new TextEncoder().encode(lines.join("\r\n"));
const pixelOf = (digit: number, i: number): number => ((i * (digit + 3)) % 5 === 0 ? 1 : 0);
const range = <T>(length: number, f: (i: number) => T): T[] => Array.from({ length }, (_, i) => f(i));

/** A line as semeion.data has it, with a space at its end. */
function semeionLine(digit: number): string {
  const pixels = range(256, (i) => `${pixelOf(digit, i)}.0000`);
  return `${[...pixels, ...range(10, (i) => (i === digit ? 1 : 0))].join(" ")} `;
}

test("Semeion's lines become pictures of 0 and 1 with their digits", () => {
  const data = readSemeion(bytes(semeionLine(7), semeionLine(0), ""));
  expect([data.length, data.inputShape, data.label(0), data.label(1)]).toEqual([2, [16, 16], "7", "0"]);
  expect([...data.input(0).data]).toEqual(range(256, (i) => pixelOf(7, i)));
  expect(data.classes).toHaveLength(10);
});

const line = semeionLine(3);
const semeionRefusals: readonly [what: string, line: string, message: string][] = [
  [
    "a short line",
    line.slice(0, 100),
    "s, line 2: must have 256 pixels of 0 or 1 and ten columns of which one is 1; it has 15 numbers. Fetch the file again.",
  ],
  [
    "an empty line",
    "",
    "s, line 2: must have 256 pixels of 0 or 1 and ten columns of which one is 1; it has 0 numbers.",
  ],
  ["a long line", `${line} 1`, "it has 267 numbers"],
  ["a grey pixel", line.replace("1.0000", "0.5000"), "column 1 is 0.5000"],
  ["a word", line.replace("0.0000", "ink"), "column 2 is ink"],
  ["two digits", line.replace(/0 $/, "1 "), "not exactly one of the ten is 1"],
  ["no digit", line.replace("0 0 0 1", "0 0 0 0"), "not exactly one of the ten is 1"],
];

test.each(semeionRefusals)("Semeion: refuses %s", (_, bad, message) => {
  const attempt = (): unknown => readSemeion(bytes(line, bad, line), "s");
  expect(attempt).toThrow(FileError);
  expect(attempt).toThrow(message);
});

test("Semeion: refuses an empty file", () => {
  expect(() => readSemeion(bytes(""), "s")).toThrow("s, line 1: must have 256 pixels");
});

const uspsLine = (digit: string): string => [digit, ...range(256, (i) => (i === 5 ? "0.6250" : "-1.0000"))].join(" ");

test("the lines of USPS become grey pictures from 0 to 1", async () => {
  const text = bytes(`${uspsLine("6.0000")} `, uspsLine("0"));
  const data = await readUsps(text);
  expect([data.length, data.inputShape, data.label(0)]).toEqual([2, [16, 16], "6"]);
  expect([...data.input(0).data.subarray(4, 7)]).toEqual([0, 0.8125, 0]);
  expect((await readUsps(gzipSync(text))).inputs).toEqual(data.inputs);
});

test.each([
  [
    "a short line",
    "6 1 1",
    "u, line 2: must have a digit and 256 values from -1 to 1; it has 3 numbers. Fetch the file again.",
  ],
  ["no digit", uspsLine("10"), "its digit is 10"],
  ["half a digit", uspsLine("1.5"), "its digit is 1.5"],
  ["a value out of range", uspsLine("1").replace("0.6250", "1.5"), "column 7 is 1.5"],
  ["a word", uspsLine("1").replace("0.6250", "NaN"), "column 7 is NaN"],
])("USPS: refuses %s", async (_, bad, message) => {
  const attempt = readUsps(bytes(uspsLine("1"), bad), "u");
  await expect(attempt).rejects.toThrow(FileError);
  await expect(attempt).rejects.toThrow(message);
});

test("every reader takes what fetch gives, and refuses a file's name", async () => {
  const { buffer } = bytes(semeionLine(7));
  expect(readSemeion(buffer as ArrayBuffer).label(0)).toBe("7");
  const readers: readonly ((source: never) => unknown)[] = [readSemeion, readUsps, readIdx, readImage];
  for (const read of readers) {
    await expect((async () => read("digits" as never))()).rejects.toThrow(
      /: needs the bytes of a file, a Uint8Array or an ArrayBuffer; got "digits"\. Read or fetch the file/,
    );
  }
  expect((await readIdx(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 5).buffer)).data).toEqual(Uint8Array.of(5));
});

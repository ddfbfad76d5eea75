/**
 * Proves that models and data from anywhere harm nobody: absurd sizes are refused at once, many classes are bounded, and no name
 * controls the terminal.
 */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeSafetensors } from "../files/safetensors.ts";
import { gradus } from "./testing.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "gradus-hostile-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** An IDX folder with pictures of 4×4 pixels and the labels given. */
function idxFolder(name: string, labels: readonly number[]): string {
  const place = join(folder, name);
  mkdirSync(place);
  const head = (type: number, ...shape: readonly number[]): Buffer => {
    const bytes = Buffer.alloc(4 + 4 * shape.length);
    bytes[2] = type;
    bytes[3] = shape.length;
    shape.forEach((dimension, axis) => bytes.writeUInt32BE(dimension, 4 + 4 * axis));
    return bytes;
  };
  const pixels = Buffer.from(Uint8Array.from({ length: 16 * labels.length }, (_, i) => (i * 31) % 256));
  const numbers = Buffer.alloc(4 * labels.length);
  labels.forEach((label, index) => numbers.writeUInt32BE(label, 4 * index));
  for (const part of ["train", "t10k"]) {
    writeFileSync(join(place, `${part}-images-idx3-ubyte`), Buffer.concat([head(8, labels.length, 4, 4), pixels]));
    writeFileSync(join(place, `${part}-labels-idx1-ubyte`), Buffer.concat([head(0x0c, labels.length), numbers]));
  }
  return place;
}

describe("many classes", () => {
  test("are learned, without a table", async () => {
    const data = idxFolder("many", [60_000, 0, 1, 2, 3, 4]);
    const out = join(folder, "many-run");
    const argv = ["train", data, "--epochs", "1", "--layers", "flatten dense(60001)", "--out", out];
    const { code, complaint, output } = await gradus(argv);
    expect([code, complaint]).toEqual([0, ""]);
    expect(output).toContain("60,001 classes, 0 to 60000; 6 to learn from");
    expect(output).toContain("What is taken for what is shown for up to 12 classes; here are 60,001.");
    const found = JSON.parse((await gradus(["evaluate", out, data, "--json"])).output);
    expect([found.examples, found.confusion]).toEqual([6, null]);
    const picture = Buffer.concat([
      Buffer.from("P5 4 4 255\n"),
      Buffer.from(Uint8Array.from({ length: 16 }, (_, i) => 16 * i)),
    ]);
    const seen = await gradus(["predict", out], { input: picture });
    expect(seen.lines.at(-1)).toMatch(/the surest 10 of 60,001 classes$/);
    expect(seen.lines.length).toBeLessThan(20);
  });

  test("one class is too few", async () => {
    expect((await gradus(["train", idxFolder("one", [0, 0, 0])])).complaint).toBe(
      "gradus: train: needs data of two classes at least; all examples are of one class, 0. Check the labels.",
    );
  });
});

describe("a model from anywhere", () => {
  const write = (description: object): string => {
    const file = join(folder, "anywhere.safetensors");
    const whole = { layers: "flatten", inputShape: [2, 2], classes: null, normalization: null, ...description };
    writeFileSync(file, encodeSafetensors({}, { format: "gradus", network: JSON.stringify(whole) }));
    return file;
  };
  const input = Buffer.from("P2 2 2 255 0 255 0 9\n");
  /** Line ends are the only control characters. */
  const harmless = /^[^\p{Cc}\u202e]*$/u;

  test("controls no terminal by its class names", async () => {
    const classes = ["a\u001b[2J", "b\nc\u009b", "\u202ed"];
    const data = idxFolder("four", [0, 1, 2, 3]);
    const runs: readonly [inputShape: readonly number[], ...argv: string[]][] = [
      [[2, 2], "predict"],
      [[2, 2], "predict", "--json"],
      [[2, 2], "summary"],
      [[2, 2], "summary", "--json"],
      [[4, 4], "evaluate", data],
      [[4, 4], "evaluate", data, "--json"],
    ];
    for (const [inputShape, command, ...rest] of runs) {
      const argv = [command!, write({ classes, inputShape }), ...rest];
      const { output, complaint, lines } = await gradus(argv, { input });
      expect(complaint).toBe("");
      expect(output).not.toBe("");
      for (const line of lines) expect(line).toMatch(harmless);
    }
    const { output } = await gradus(["summary", write({ classes }), "--json"]);
    expect(JSON.parse(output).classes).toEqual(classes);
  });

  test.each([
    [{ inputShape: [30_000, 30_000] }, "an example may have 67108864 values"],
    [{ inputShape: [8192, 8192] }, "gradus predict: shows up to 65,536 classes; the model gives [67108864] numbers."],
    [{ inputShape: [1, 50_000] }, "pictures are fitted to sides of at most 4096 pixels; the network takes [1, 50000]."],
  ])("of absurd size is refused at once: %j", async (description, sentence) => {
    const begun = performance.now();
    const { code, complaint } = await gradus(["predict", write(description)], { input });
    expect([code, complaint]).toEqual([1, expect.stringContaining(sentence)]);
    expect(performance.now() - begun).toBeLessThan(2000);
  });

  test("that is too large for the terminal is answered without its picture", async () => {
    const { lines } = await gradus(["predict", write({ inputShape: [2, 1000] })], { input });
    expect(lines.at(-1)).toMatch(/the surest 10 of 2,000 classes$/);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});

/** Proves that IDX files of every supported type and rank come back exactly, and that damaged or hostile ones are named and cost nothing. */

import { gzipSync } from "node:zlib";
import { expect, test, vi } from "vitest";
import { DataError, FileError } from "../base/errors.ts";
import { readIdx, readIdxPair } from "./idx.ts";

/** The bytes of an IDX file. */
function idx(type: number, shape: readonly number[], body: readonly number[]): Uint8Array {
  const file = new Uint8Array(4 + 4 * shape.length + body.length);
  file.set([0, 0, type, shape.length]);
  shape.forEach((dimension, axis) => new DataView(file.buffer).setUint32(4 + 4 * axis, dimension));
  file.set(body, 4 + 4 * shape.length);
  return file;
}

const numbers = (length: number): number[] => Array.from({ length }, (_, i) => (i * 7) % 256);

test.each([[[6]], [[2, 3]], [[2, 1, 3]], [[1, 2, 3, 2]], [[0, 28, 28]], [[]]])("bytes of shape %j", async (shape) => {
  const body = numbers(shape.reduce((size, dimension) => size * dimension, 1));
  const expected = { dtype: "uint8", shape, data: Uint8Array.from(body) };
  expect(await readIdx(idx(0x08, shape, body))).toEqual(expected);
  expect(await readIdx(gzipSync(idx(0x08, shape, body)))).toEqual(expected);
});

test("int32 and float32 are big-endian", async () => {
  expect((await readIdx(idx(0x0c, [2], [0, 0, 1, 0, 255, 255, 255, 254]))).data).toEqual(Int32Array.of(256, -2));
  expect((await readIdx(idx(0x0d, [1], [0xc0, 0x20, 0, 0]))).data).toEqual(Float32Array.of(-2.5));
});

test("a large gzipped file is read whole", async () => {
  const body = numbers(1_000_000);
  const { data } = await readIdx(gzipSync(idx(0x08, [1000, 1000], body)));
  expect(data.length).toBe(1_000_000);
  expect(data.every((value, i) => value === body[i])).toBe(true);
});

const good = idx(0x08, [2, 3], numbers(6));
const refusals: readonly [what: string, file: Uint8Array, message: string][] = [
  [
    "an empty file",
    new Uint8Array(0),
    "f: an IDX file begins with 00 00, a type, a rank and as many dimensions; it begins with nothing and has 0 bytes. " +
      "It is no IDX file, or cut off.",
  ],
  ["another magic", Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 1, 2), "it begins with 89 50 4e 47 and has 6 bytes"],
  ["a header cut off", good.subarray(0, 9), "it begins with 00 00 08 02 and has 9 bytes"],
  [
    "float64",
    idx(0x0e, [0], []),
    "f: IDX types that can be read are uint8, int32 and float32; it is float64. Convert the file.",
  ],
  ["an unknown type", idx(0x42, [0], []), "it is unknown (42)"],
  [
    "a file cut off",
    good.subarray(0, 14),
    "f: an IDX file of uint8 [2, 3] must have 18 bytes; it has 14 bytes. It is cut off;",
  ],
  [
    "trailing bytes",
    Uint8Array.of(...good, 0),
    "must have 18 bytes; it has 19 bytes. Something was appended; fetch it again.",
  ],
  [
    "an absurd size",
    idx(0x08, [0xffffffff, 0xffff], [1]),
    "must have 281470681677837 bytes; it has 13 bytes. It is cut off; fetch it again.",
  ],
  [
    "an absurd size in gzip",
    gzipSync(idx(0x08, [0xffffffff, 0xffff], [1])),
    "must have 281470681677837 bytes; it has 13 bytes",
  ],
  ["a rank without dimensions", Uint8Array.of(0, 0, 8, 255), "it begins with 00 00 08 ff and has 4 bytes"],
  ["gzip cut off", gzipSync(good).subarray(0, 20), "f: its gzip data must be whole; it is damaged or cut off"],
  [
    "gzip without a body",
    Uint8Array.of(0x1f, 0x8b),
    "f: its gzip data must be whole; it is damaged or cut off after 0 bytes.",
  ],
  ["trailing bytes in gzip", gzipSync(Uint8Array.of(...good, 0)), "it has more. Something was appended"],
];

test.each(refusals)("refuses %s", async (_, file, message) => {
  const attempt = readIdx(file, "f");
  await expect(attempt).rejects.toThrow(FileError);
  await expect(attempt).rejects.toThrow(message);
});

test("a gzip bomb is not inflated beyond what its header declares", async () => {
  const bomb = gzipSync(Buffer.concat([idx(0x08, [10], []), Buffer.alloc(40_000_000)]));
  const before = process.memoryUsage().rss;
  await expect(readIdx(bomb, "f")).rejects.toThrow("must have 18 bytes; it has more");
  expect(process.memoryUsage().rss - before).toBeLessThan(20_000_000);
});

test("a size that no memory holds is refused by name", async () => {
  vi.stubGlobal(
    "SharedArrayBuffer",
    class {
      constructor() {
        throw new RangeError("Array buffer allocation failed");
      }
    },
  );
  const error = await readIdx(gzipSync(good), "f").catch((problem: unknown) => problem);
  vi.unstubAllGlobals();
  expect(error).toBeInstanceOf(FileError);
  expect((error as FileError).message).toBe(
    "f: inflated it can have 18 bytes, as its header says, and no memory holds so many. Fetch the file again, or divide the set.",
  );
});

test("images and labels make a data set with values from 0 to 1", async () => {
  const images = gzipSync(idx(0x08, [3, 2, 2], [0, 255, 0, 0, 255, 0, 0, 0, 51, 0, 0, 0]));
  const data = await readIdxPair(images, idx(0x08, [3], [1, 0, 1]), { classes: ["no", "yes"] });
  expect([data.length, data.inputShape, data.label(0)]).toEqual([3, [2, 2], "yes"]);
  expect(data.inputs).toBeInstanceOf(Uint8Array);
  expect([...data.input(0).data]).toEqual([0, 1, 0, 0]);
});

test("files that do not belong together are refused", async () => {
  const images = idx(0x08, [3, 2, 2], numbers(12));
  const files = { files: ["images", "labels"] } as const;
  const withTwo = readIdxPair(images, idx(0x08, [2], [0, 1]), files);
  await expect(withTwo).rejects.toThrow(DataError);
  await expect(withTwo).rejects.toThrow(
    "images: needs one label per input; got [3, 2, 2] and 2 labels in labels. Take both files from the same set.",
  );
  await expect(readIdxPair(images, images, files)).rejects.toThrow(
    "labels: labels must be a list of integers; got uint8 [3, 2, 2]. Name inputs first, then labels.",
  );
  const none = readIdxPair(idx(0x08, [0, 2, 2], []), idx(0x08, [0], []), files);
  await expect(none).rejects.toThrow("data: needs at least one example; got none.");
});

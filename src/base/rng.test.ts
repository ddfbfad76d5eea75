import { expect, test } from "vitest";
import { GradusError, InternalError } from "./errors.ts";
import { deriveKey, RandomStream, threefry2x32 } from "./rng.ts";

test("Threefry-2x32-20 gives the published vectors (Random123, kat_vectors)", () => {
  expect(threefry2x32(0, 0, 0, 0)).toEqual([0x6b200159, 0x99ba4efe]);
  const ones = 0xffffffff;
  expect(threefry2x32(ones, ones, ones, ones)).toEqual([0x1cb996fc, 0xbb002be7]);
  expect(threefry2x32(0x13198a2e, 0x03707344, 0x243f6a88, 0x85a308d3)).toEqual([0xc4923a9c, 0x483df7a0]);
});

test("a key depends on both words of the seed and on the purpose", () => {
  // FNV-1a of "a" is published: e40c292c.
  expect(deriveKey(5, "a")).toEqual(threefry2x32(5, 0, 0xe40c292c, 1));
  expect(deriveKey(2 ** 32 + 5, "a")).toEqual(threefry2x32(5, 1, 0xe40c292c, 1));
  expect(deriveKey(Number.MAX_SAFE_INTEGER, "")).toEqual(threefry2x32(0xffffffff, 0x1fffff, 0x811c9dc5, 0));
});

test("number n is word (n >> 4) & 1 of block ((n >> 5) << 4) | (n & 15)", () => {
  const [key0, key1] = deriveKey(3, "test");
  const stream = new RandomStream(3, "test", 7);
  const places: [n: number, block: number, word: 0 | 1][] = [
    [0, 0, 0],
    [15, 15, 0],
    [16, 0, 1],
    [31, 15, 1],
    [32, 16, 0],
    [49, 17, 1],
    [2 ** 32 - 1, 2 ** 31 - 1, 1],
  ];
  for (const [n, block, word] of places) expect(stream.bits(n)).toBe(threefry2x32(key0, key1, block, 7)[word]);
});

test("uniform takes the upper 24 bits", () => {
  const stream = new RandomStream(3, "test");
  for (let n = 0; n < 100; n++) expect(stream.uniform(n)).toBe((stream.bits(n) >>> 8) * 2 ** -24);
});

test("the cursor reads the same numbers in order, and normals in pairs", () => {
  const stream = new RandomStream(9, "cursor");
  const cursor = new RandomStream(9, "cursor");
  expect(cursor.nextBits()).toBe(stream.bits(0));
  expect(cursor.nextUniform()).toBe(stream.uniform(1));
  expect(cursor.nextUniform()).toBe(stream.uniform(2));
  expect(cursor.nextNormal()).toBe(stream.normal(2)); // numbers 4 and 5
  expect(cursor.nextBits()).toBe(stream.bits(6));
});

test("moments: uniform has mean ½ and variance 1/12, normal 0, 1 and kurtosis 3", () => {
  const count = 40000;
  const stream = new RandomStream(11, "moments");
  const mean = (f: (n: number) => number): number => {
    let sum = 0;
    for (let n = 0; n < count; n++) sum += f(n);
    return sum / count;
  };
  expect(mean((n) => stream.uniform(n))).toBeCloseTo(0.5, 2);
  expect(mean((n) => (stream.uniform(n) - 0.5) ** 2)).toBeCloseTo(1 / 12, 2);
  expect(Math.abs(mean((n) => stream.normal(n)))).toBeLessThan(0.02);
  expect(Math.abs(mean((n) => stream.normal(n) ** 2) - 1)).toBeLessThan(0.03);
  expect(Math.abs(mean((n) => stream.normal(n) ** 4) - 3)).toBeLessThan(0.2);
});

test("bad seeds and positions are refused", () => {
  for (const seed of [-1, 0.5, 2 ** 53, NaN]) expect(() => deriveKey(seed, "x")).toThrow(GradusError);
  expect(() => deriveKey(-1, "x")).toThrow(
    "seed: must be an integer from 0 to 2⁵³ − 1; got -1. Choose one such as 42.",
  );
  expect(() => new RandomStream(1, "x").bits(2 ** 32)).toThrow(InternalError);
  expect(() => new RandomStream(1, "x", -1)).toThrow(InternalError);
});

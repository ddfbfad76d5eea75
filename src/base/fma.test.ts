import { expect, test } from "vitest";
import { fmaFloat32, productError, sumError } from "./fma.ts";
import { RandomStream } from "./rng.ts";

/** x · 2^bits as an integer, for x that is a multiple of 2^−bits. */
function scaled(x: number, bits: number): bigint {
  let value = x;
  let left = bits;
  for (; left > 0 && !Number.isSafeInteger(value); left--) value *= 2;
  return BigInt(value) << BigInt(left);
}

/** a·b + c by exact integers, rounded once to float32: nearest, ties to even, subnormals kept. */
function exactFma(a: number, b: number, c: number): number {
  const sum = scaled(a, 149) * scaled(b, 149) + scaled(c, 298);
  const magnitude = sum < 0n ? -sum : sum;
  const drop = BigInt(Math.max(magnitude.toString(2).length - 24, 149));
  const half = 1n << (drop - 1n);
  const rest = magnitude & ((1n << drop) - 1n);
  let kept = magnitude >> drop;
  if (rest > half || (rest === half && (kept & 1n) === 1n)) kept += 1n;
  const rounded = Number(kept) * 2 ** (Number(drop) - 298);
  return (sum < 0n ? -1 : 1) * (rounded >= 2 ** 128 ? Infinity : rounded);
}

const stream = new RandomStream(1, "fma test");
const word = new DataView(new ArrayBuffer(4));

/** A float32 of random bits whose exponent lies within `range` of 1. */
function randomFloat(range: number): number {
  const exponent = 127 - range + Math.floor(stream.nextUniform() * (2 * range + 1));
  word.setUint32(0, (stream.nextBits() & 0x807fffff) | (exponent << 23));
  return word.getFloat32(0);
}

test("fmaFloat32 equals exact rational arithmetic on random values of all sizes", () => {
  for (const range of [1, 12, 30, 63, 126]) {
    for (let i = 0; i < 3000; i++) {
      const [a, b, c] = [randomFloat(range), randomFloat(range), randomFloat(range)];
      const expected = exactFma(a, b, c);
      if (fmaFloat32(a, b, c) !== expected) expect([a, b, c, fmaFloat32(a, b, c)]).toEqual([a, b, c, expected]);
    }
  }
});

test("fmaFloat32 rounds once where rounding the float64 sum again goes wrong", () => {
  let wrongWhenRoundedTwice = 0;
  for (let i = 0; i < 4000; i++) {
    // a·b lies just beside 2^k; c makes this half a unit of the sum.
    const near = Math.ceil(stream.nextUniform() * 64) * 2 ** -23;
    const scale = 2 ** Math.floor(stream.nextUniform() * 100 - 60);
    const sign = stream.nextUniform() < 0.5 ? -1 : 1;
    const a = (1 + near) * sign;
    const b = (1 - near) * scale;
    const c = (2 ** 24 + 2 * Math.floor(stream.nextUniform() * 1000)) * scale * (stream.nextUniform() < 0.5 ? -1 : 1);
    const expected = exactFma(a, b, c);
    expect(fmaFloat32(a, b, c)).toBe(expected);
    if (Math.fround(a * b + c) !== expected) wrongWhenRoundedTwice++;
  }
  expect(wrongWhenRoundedTwice).toBeGreaterThan(500);
});

test("fmaFloat32 at the ends of the range", () => {
  const largest = Math.fround(3.4028234663852886e38);
  const almostOne = 1 - 2 ** -24;
  const tie = 2 ** 103; // half of the largest value's unit
  expect(fmaFloat32(1, tie, largest)).toBe(Infinity);
  expect(fmaFloat32(almostOne, tie, largest)).toBe(largest);
  expect(fmaFloat32((1 + 2 ** -23) * 2 ** 51, (1 - 2 ** -23) * 2 ** 52, largest)).toBe(largest);
  expect(fmaFloat32(-(1 + 2 ** -23) * 2 ** 51, (1 - 2 ** -23) * 2 ** 52, -largest)).toBe(-largest);
  expect(fmaFloat32(largest, largest, -Infinity)).toBe(-Infinity);
  expect(fmaFloat32(largest, 2, -largest)).toBe(largest);
  expect(fmaFloat32(largest, largest, 0)).toBe(Infinity);
  expect(fmaFloat32(Infinity, 0, 1)).toBeNaN();
  expect(fmaFloat32(Infinity, 1, -Infinity)).toBeNaN();
  expect(fmaFloat32(0, 1, NaN)).toBeNaN();
  expect(fmaFloat32(-0, 1, -0)).toBe(-0);
  expect(fmaFloat32(-0, 1, 0)).toBe(0);
  expect(fmaFloat32(1, 1, -1)).toBe(0);
});

test("sumError and productError are exact", () => {
  for (let i = 0; i < 2000; i++) {
    const a = randomFloat(20) + randomFloat(20) * 2 ** -25;
    const b = randomFloat(20) * (1 + stream.nextUniform() * 2 ** -20);
    const total = (x: number): bigint => scaled(x, 400);
    expect(total(a + b) + total(sumError(a, b, a + b))).toBe(total(a) + total(b));
    expect((total(a * b) + total(productError(a, b, a * b))) << 400n).toBe(total(a) * total(b));
  }
});

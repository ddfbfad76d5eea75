// Proves pow of float32 in both numerics modes: at most 4 ulp on seeded pairs from the regions where powers are hard, the special
// values of IEEE 754, exact powers of two, the ends of the range. scripts/math-error.mjs measures 200 million pairs.

import { describe, expect, test } from "vitest";
import { pow as exactPow } from "../base/math.ts";
import { RandomStream } from "../base/rng.ts";
import { ulpError } from "../base/ulp.ts";
import { numberScalars, roundToFloat32 } from "./numbers.ts";
import { pow } from "./pow.ts";

const smallest = 2 ** -126;
const largest = 3.4028234663852886e38;
const beyond = 2 ** 128;
const word = new Uint32Array(1);
const float = new Float32Array(word.buffer);

function fromBits(bits: number): number {
  word[0] = bits;
  return float[0]!;
}

/** A pair of any bits, or an x (any, near 1, very near 1) with a y that makes the result as large or small as it can be. */
function nextPair(stream: RandomStream, region: number): [x: number, y: number] {
  const bits = stream.nextBits();
  if (region === 0) return [fromBits(bits), fromBits(stream.nextBits())];
  const positive = [0x00800000 + (bits % 0x7f000000), 0x3f400000 + (bits >>> 9), 0x3f7ffc00 + (bits >>> 21)][
    region % 3
  ]!;
  const x = fromBits(positive === 0x3f800000 ? positive + 1 : positive);
  const ends = [128, -126, 0, 0];
  const result =
    region < 6 ? (2 * stream.nextUniform() - 1) * 152 : ends[bits & 3]! + (2 * stream.nextUniform() - 1) * 1e-4;
  const y = result / Math.log2(x);
  return region % 2 === 0 ? [x, y] : [-x, Math.round(y)];
}

/** In ulp. At the ends 0 is right below 2⁻¹²⁶, and Infinity counts as 2¹²⁸. */
function errorOf(actual: number, exact: number): number {
  if (actual === 0 && Math.abs(exact) < smallest) return Object.is(actual, 0 * Math.sign(exact)) ? 0 : Infinity;
  if (Math.abs(exact) < Infinity && actual === Math.sign(exact) * Infinity) {
    return Math.max(0, beyond - Math.abs(exact)) * 2 ** -104;
  }
  if (Math.abs(exact) >= beyond && actual * exact > 0) return Math.max(0, beyond - Math.abs(actual)) * 2 ** -104;
  return ulpError(actual, exact, "float32");
}

describe.for(["fused", "portable"] as const)("%s", (numerics) => {
  const k = numberScalars(numerics);

  test("at most 4 ulp, never a subnormal", () => {
    const stream = new RandomStream(1, "pow test");
    let worst = 0;
    let at = [0, 0];
    let subnormals = 0;
    for (let n = 0; n < 100_000; n++) {
      const [x, y] = nextPair(stream, n % 9).map(roundToFloat32) as [number, number];
      const actual = pow(k, x, y);
      if (actual !== 0 && Math.abs(actual) < smallest) subnormals++;
      const error = errorOf(actual, exactPow(x, y));
      if (error > worst) [worst, at] = [error, [x, y]];
    }
    expect(worst, `at ${at}`).toBeLessThanOrEqual(4);
    expect(subnormals).toBe(0);
  });

  test("the special values of IEEE 754", () => {
    const small = [0, smallest, 2 ** -30, 0.5, 0.75, 1 - 2 ** -24];
    const numbers = [...small, 1, 1.5, 2, 3, 4.5, 5, 2 ** 24 - 1, 2 ** 30, largest, Infinity];
    const all = [...numbers, ...numbers.map((x) => -x), NaN];
    for (const x of all) {
      for (const y of all) {
        const isUnit = Math.abs(x) === 1 && Math.abs(y) === Infinity;
        const expected = isUnit || x === 1 ? 1 : exactPow(x, y);
        const actual = pow(k, x, y);
        expect(errorOf(actual, expected), `${x} ** ${y} = ${actual}, not ${expected}`).toBeLessThan(2);
      }
    }
  });

  test("powers of two are exact, 0 below 2⁻¹²⁶ and Infinity from 2¹²⁸ on", () => {
    for (let n = -160; n <= 140; n++) {
      const expected = n < -126 ? 0 : roundToFloat32(2 ** n);
      expect(pow(k, 2, n)).toBe(expected);
      expect(pow(k, 0.5, -n)).toBe(expected);
      expect(pow(k, -2, n)).toBe(n % 2 === 0 ? expected : -expected);
      if (n % 2 === 0) expect(pow(k, 4, n / 2)).toBe(expected);
    }
  });

  test("a vanishing exponent of either sign gives 1", () => {
    for (const y of [smallest, 2 ** -100, 2 ** -40]) {
      for (const x of [smallest, 0.3, 0.99, 1.01, 7, largest]) {
        expect(pow(k, x, y)).toBe(1);
        expect(pow(k, x, -y)).toBe(1);
      }
    }
  });

  test("squares and cubes of small integers are exact", () => {
    for (let n = -20; n <= 20; n++) {
      expect(pow(k, n, 2)).toBe(n * n);
      expect(pow(k, n, 3)).toBe(n === 0 ? 0 : n ** 3);
    }
  });
});

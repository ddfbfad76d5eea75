// Proves sin and cos of float32 in both numerics modes: at most 2 ulp for |x| ≤ 2²⁰ on seeded samples and beside multiples of
// π/2, where the reduction cancels; odd and even bit for bit; NaN where they refuse. scripts/math-error.mjs measures all x.

import { describe, expect, test } from "vitest";
import { RandomStream } from "../base/rng.ts";
import { ulpError } from "../base/ulp.ts";
import { flush, numberScalars } from "./numbers.ts";
import { cos, sin } from "./trigonometry.ts";

const smallest = 2 ** -126;
const largestAngle = 2 ** 20;
const word = new Uint32Array(1);
const float = new Float32Array(word.buffer);

/** By turns: any bits up to 2²⁰, one turn, up to 2²⁰, and a float32 near a multiple of π/2. */
function sampleOf(name: string, count: number): Float32Array {
  const stream = new RandomStream(1, `${name} test`);
  return Float32Array.from({ length: count }, (_, n) => {
    const u = stream.uniform(n);
    switch (n % 4) {
      case 0:
        word[0] = Math.floor(u * 0x49800001) + (n % 8 === 0 ? 0x80000000 : 0);
        return flush(float[0]!);
      case 1:
        return flush(Math.fround((2 * u - 1) * Math.PI));
      case 2:
        return flush(Math.fround((2 * u - 1) * largestAngle));
      default:
        float[0] = (Math.floor(u * 667543) * Math.PI) / 2;
        word[0]! += (n >> 2) % 3;
        return float[0]!;
    }
  });
}

const cases = [
  { name: "sin", sequence: sin, exact: Math.sin, sign: -1 },
  { name: "cos", sequence: cos, exact: Math.cos, sign: 1 },
] as const;

describe.for(["fused", "portable"] as const)("%s", (numerics) => {
  const k = numberScalars(numerics);

  test.for(cases)("$name: at most 2 ulp, symmetric, never a subnormal", ({ name, sequence, exact, sign }) => {
    let worst = 0;
    let at = 0;
    const asymmetric: number[] = [];
    let subnormals = 0;
    for (const [n, x] of sampleOf(name, 100_000).entries()) {
      const actual = sequence(k, x);
      if (n % 16 < 4 && !Object.is(sequence(k, -x), sign * actual)) asymmetric.push(x);
      if (actual !== 0 && Math.abs(actual) < smallest) subnormals++;
      const error = ulpError(actual, exact(x), "float32");
      if (error > worst) [worst, at] = [error, x];
    }
    expect(worst, `at ${at}`).toBeLessThanOrEqual(2);
    expect(asymmetric).toEqual([]);
    expect(subnormals).toBe(0);
  });

  test("the float32 closest to a multiple of π/2 keeps all its digits", () => {
    const x = 252.898208618164; // 161 · π/2 + 4.19e-9
    expect(Math.fround(x)).toBe(252.89820861816406);
    expect(cos(k, Math.fround(x))).toBe(Math.fround(Math.cos(252.89820861816406)));
  });

  test("special values", () => {
    const values = [
      [0, 0, 1],
      [-0, -0, 1],
      [smallest, smallest, 1],
      [-smallest, -smallest, 1],
      [largestAngle, Math.fround(Math.sin(largestAngle)), Math.fround(Math.cos(largestAngle))],
      [largestAngle + 0.125, NaN, NaN],
      [-largestAngle - 0.125, NaN, NaN],
      [3.4028234663852886e38, NaN, NaN],
      [Infinity, NaN, NaN],
      [-Infinity, NaN, NaN],
      [NaN, NaN, NaN],
    ] as const;
    for (const [x, sine, cosine] of values) {
      expect(sin(k, x), `sin(${x})`).toBe(sine);
      expect(cos(k, x), `cos(${x})`).toBe(cosine);
    }
  });
});

// Proves erf of float32 in both numerics modes: at most 2 ulp on seeded samples of all bit patterns and of the range where the
// function moves, odd bit for bit, exact special values, no subnormal result. scripts/math-error.mjs measures all 2³² patterns.

import { describe, expect, test } from "vitest";
import { RandomStream } from "../base/rng.ts";
import { ulpError } from "../base/ulp.ts";
import { erf } from "./erf.ts";
import { flush, numberScalars } from "./numbers.ts";

const smallest = 2 ** -126;
const word = new Uint32Array(1);
const float = new Float32Array(word.buffer);

/** Half of them any bit pattern, half in [−4.5, 4.5]. */
function sampleOf(count: number): Float32Array {
  const stream = new RandomStream(1, "erf test");
  return Float32Array.from({ length: count }, (_, n) => {
    word[0] = stream.bits(n);
    return flush(Math.fround(n % 2 === 0 ? float[0]! : 9 * stream.uniform(n) - 4.5));
  });
}

/** 2/√π · e^(−x²) · Σ 2ⁿ x^(2n+1) / (2n+1)!!, all terms positive. */
function exactErf(x: number): number {
  if (!(Math.abs(x) < 6)) return Number.isNaN(x) ? x : Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 3; Math.abs(term) > 1e-18 * Math.abs(sum); n += 2) {
    term *= (2 * x * x) / n;
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

test("the float64 series agrees with published values", () => {
  const published = [
    [0.1, 0.1124629160182849],
    [0.5, 0.5204998778130465],
    [1, 0.8427007929497149],
    [2, 0.9953222650189527],
    [3, 0.9999779095030014],
  ] as const;
  for (const [x, y] of published) expect(Math.abs(exactErf(x) - y)).toBeLessThan(1e-15);
});

describe.for(["fused", "portable"] as const)("%s", (numerics) => {
  const k = numberScalars(numerics);

  test("at most 2 ulp, odd, never a subnormal", () => {
    let worst = 0;
    let at = 0;
    const notOdd: number[] = [];
    let subnormals = 0;
    for (const [n, x] of sampleOf(100_000).entries()) {
      const actual = erf(k, x);
      if (n % 8 < 2 && !Object.is(erf(k, -x), -actual)) notOdd.push(x);
      if (actual !== 0 && Math.abs(actual) < smallest) subnormals++;
      const error = ulpError(actual, exactErf(x), "float32");
      if (error > worst) [worst, at] = [error, x];
    }
    expect(worst, `at ${at}`).toBeLessThanOrEqual(2);
    expect(notOdd).toEqual([]);
    expect(subnormals).toBe(0);
  });

  test("special values", () => {
    const values = [
      [0, 0],
      [-0, -0],
      [4, 1],
      [-4, -1],
      [3.4028234663852886e38, 1],
      [Infinity, 1],
      [-Infinity, -1],
      [NaN, NaN],
    ] as const;
    for (const [x, y] of values) expect(erf(k, x), `erf(${x})`).toBe(y);
    expect(ulpError(erf(k, smallest), exactErf(smallest), "float32")).toBeLessThan(1);
  });

  test("rises without a step back across the border of the two formulas and up to 1", () => {
    for (const start of [0.5, 3.9]) {
      let last = 0;
      for (let i = -1000; i <= 1000; i++) {
        const y = erf(k, Math.fround(start + i * 2 ** -14));
        expect(y).toBeGreaterThanOrEqual(last);
        expect(y).toBeLessThanOrEqual(1);
        last = y;
      }
    }
  });
});

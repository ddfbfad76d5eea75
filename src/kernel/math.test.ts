// Proves exp, log, tanh and sigmoid of float32 in both numerics modes: at most 2 ulp on seeded samples of all bit patterns and of the
// range where the function moves, exact special values, no subnormal result. scripts/math-error.mjs measures all 2³² patterns.

import { describe, expect, test } from "vitest";
import { RandomStream } from "../base/rng.ts";
import { ulpError } from "../base/ulp.ts";
import { exp, log, sigmoid, tanh } from "./math.ts";
import { flush, numberScalars } from "./numbers.ts";
import type { Scalars } from "./scalars.ts";

type Sequence = <T>(k: Scalars<T>, x: T) => T;

interface Case {
  readonly sequence: Sequence;
  /** In float64: the engine's functions are good to about 1 ulp of that. */
  readonly exact: (x: number) => number;
  /** Where the function moves. */
  readonly range: readonly [number, number];
  readonly values: readonly (readonly [x: number, y: number])[];
}

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
const smallest = 2 ** -126;
const largest = (2 - 2 ** -23) * 2 ** 127;

const cases: Readonly<Record<string, Case>> = {
  exp: {
    sequence: exp,
    exact: Math.exp,
    range: [-88, 89],
    values: [
      [0, 1],
      [-0, 1],
      [smallest, 1],
      [-smallest, 1],
      [1, Math.fround(Math.E)],
      [infinity, infinity],
      [-infinity, 0],
      [88.72283935546875, infinity],
      [largest, infinity],
      [-87.33655548095703, 0],
      [-largest, 0],
      [nan, nan],
    ],
  },
  log: {
    sequence: log,
    exact: Math.log,
    range: [0, 4],
    values: [
      [1, 0],
      [0, -infinity],
      [-0, -infinity],
      [-smallest, nan],
      [-1, nan],
      [-infinity, nan],
      [infinity, infinity],
      [smallest, Math.fround(-126 * Math.LN2)],
      [largest, Math.fround(128 * Math.LN2)],
      [nan, nan],
    ],
  },
  tanh: {
    sequence: tanh,
    exact: Math.tanh,
    range: [-10, 10],
    values: [
      [0, 0],
      [-0, -0],
      [smallest, smallest],
      [-smallest, -smallest],
      [10, 1],
      [-10, -1],
      [infinity, 1],
      [-infinity, -1],
      [nan, nan],
    ],
  },
  sigmoid: {
    sequence: sigmoid,
    exact: (x) => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x))),
    range: [-88, 20],
    values: [
      [0, 0.5],
      [-0, 0.5],
      [smallest, 0.5],
      [20, 1],
      [infinity, 1],
      [-infinity, 0],
      [-88, 0],
      [-largest, 0],
      [nan, nan],
    ],
  },
};

const word = new Uint32Array(1);
const float = new Float32Array(word.buffer);

/** Half of them any bit pattern, half in the range, as float32 reads them. */
function sampleOf(name: string, [low, high]: readonly [number, number], count: number): Float32Array {
  const stream = new RandomStream(1, `math ${name}`);
  return Float32Array.from({ length: count }, (_, n) => {
    word[0] = stream.bits(n);
    const x = n % 2 === 0 ? float[0]! : low + (high - low) * stream.uniform(n);
    return flush(Math.fround(x));
  });
}

describe.for(Object.entries(cases))("%s", ([name, { sequence, exact, range, values }]) => {
  test.for(["fused", "portable"] as const)("%s: at most 2 ulp, never a subnormal", (numerics) => {
    const k = numberScalars(numerics);
    let worst = 0;
    let at = 0;
    let subnormals = 0;
    for (const x of sampleOf(name, range, 200_000)) {
      const actual = sequence(k, x);
      const expected = exact(x);
      if (actual !== 0 && Math.abs(actual) < smallest) subnormals++;
      const isZero = actual === 0 && Math.abs(expected) < smallest;
      const error = isZero ? 0 : ulpError(actual, expected, "float32");
      if (error > worst) [worst, at] = [error, x];
    }
    expect(worst, `at ${at}`).toBeLessThanOrEqual(2);
    expect(subnormals).toBe(0);
  });

  test.for(["fused", "portable"] as const)("%s: special values", (numerics) => {
    const k = numberScalars(numerics);
    for (const [x, y] of values) expect(sequence(k, x), `${name}(${x})`).toBe(y);
  });
});

test.for(["fused", "portable"] as const)(
  "%s: tanh is odd bit for bit and within [−1, 1], sigmoid within [0, 1]",
  (numerics) => {
    const k = numberScalars(numerics);
    const isRight = (x: number): boolean => {
      const [y, z] = [tanh(k, x), sigmoid(k, x)];
      return Object.is(tanh(k, -x), -y) && Math.abs(y) <= 1 && z >= 0 && z <= 1;
    };
    const wrong = sampleOf("odd", [-12, 12], 20_000).filter((x) => !Number.isNaN(x) && !isRight(x));
    expect([...wrong]).toEqual([]);
  },
);

import { expect, test } from "vitest";
import { InternalError } from "./errors.ts";
import { cos, exp, log, pow, sin } from "./math.ts";
import { RandomStream } from "./rng.ts";
import { ulpError } from "./ulp.ts";

const stream = new RandomStream(1, "math test");
const between = (low: number, high: number): number =>
  low + (high - low) * (stream.nextUniform() + stream.nextUniform() * 2 ** -24);

/** The engine's own functions are good to about 1 ulp, so a difference of 2 says that ours are too. */
function largestDifference(
  own: (x: number) => number,
  engine: (x: number) => number,
  low: number,
  high: number,
): number {
  let largest = 0;
  for (let i = 0; i < 5000; i++) {
    const x = between(low, high);
    largest = Math.max(largest, ulpError(own(x), engine(x), "float64"));
  }
  return largest;
}

test("exp, log, sin and cos agree with the engine's functions to 2 ulp", () => {
  expect(largestDifference(exp, Math.exp, -745, 709.7)).toBeLessThanOrEqual(2);
  expect(largestDifference(exp, Math.exp, -1, 1)).toBeLessThanOrEqual(2);
  expect(largestDifference(log, Math.log, 0, 4)).toBeLessThanOrEqual(2);
  expect(largestDifference(log, Math.log, 0, 1e300)).toBeLessThanOrEqual(2);
  expect(largestDifference(log, Math.log, 0, 2 ** -1030)).toBeLessThanOrEqual(2);
  expect(largestDifference(sin, Math.sin, -10, 10)).toBeLessThanOrEqual(2);
  expect(largestDifference(cos, Math.cos, -10, 10)).toBeLessThanOrEqual(2);
  expect(largestDifference(sin, Math.sin, -(2 ** 20), 2 ** 20)).toBeLessThanOrEqual(2);
  expect(largestDifference(cos, Math.cos, -(2 ** 20), 2 ** 20)).toBeLessThanOrEqual(2);
});

test("angles next to multiples of π/2 keep their relative accuracy", () => {
  // The second is 58 · π/2 rounded; both values from 60-digit arithmetic.
  expect(ulpError(cos(Math.PI / 2), 6.123233995736766e-17, "float64")).toBeLessThanOrEqual(1);
  expect(ulpError(sin(91.106186954104), -1.2379612731767154e-18, "float64")).toBeLessThanOrEqual(1);
});

test("pow agrees with exact and with 60-digit values", () => {
  for (let k = -1074; k <= 1023; k++) expect(pow(2, k)).toBe(2 ** k);
  for (let k = 0; k <= 33; k++) expect(pow(3, k)).toBe(Number(3n ** BigInt(k)));
  for (let k = 0; k <= 22; k++) expect(pow(10, k)).toBe(Number(10n ** BigInt(k)));
  expect(pow(-3, 3)).toBe(-27);
  expect(pow(-3, 4)).toBe(81);
  const values: [x: number, y: number, power: number][] = [
    [0.9, 100.0, 2.6561398887587544e-5],
    [0.999, 1000.0, 0.36769542477096373],
    [0.9999, 54321.0, 0.004372713068212676],
    [1.0000001, 1000000000.0, 2.6881038582144647e43],
    [1e-300, 0.97, 1.0000000000000185e-291],
    [0.5000001, -1000.3, 1.3189179464945301e301],
    [1.7976931348623157e308, 0.5, 1.3407807929942596e154],
    [5e-324, 0.3, 1.018908996936868e-97],
    [7.25, -300.25, 4.8251800891286654e-259],
    [0.9999999999999999, 1e17, 1.5078657172714957e-5],
    [123456.789, 60.1, 1.0001154303550573e306],
  ];
  for (const [x, y, power] of values) expect(ulpError(pow(x, y), power, "float64"), `${x}^${y}`).toBeLessThanOrEqual(1);
});

test("special values", () => {
  expect([exp(0), exp(-0), exp(-Infinity), exp(Infinity), exp(710), exp(-746), exp(NaN)]).toEqual([
    1,
    1,
    0,
    Infinity,
    Infinity,
    0,
    NaN,
  ]);
  expect([log(1), log(0), log(-0), log(-1), log(Infinity), log(NaN)]).toEqual([
    0,
    -Infinity,
    -Infinity,
    NaN,
    Infinity,
    NaN,
  ]);
  expect([sin(0), sin(-0), cos(0), sin(Infinity), cos(NaN)]).toEqual([0, -0, 1, NaN, NaN]);
  expect([pow(NaN, 0), pow(1, NaN), pow(0, 2), pow(-0, 3), pow(-0, -3), pow(0, -2)]).toEqual([
    1,
    1,
    0,
    -0,
    -Infinity,
    Infinity,
  ]);
  expect([pow(-2, 0.5), pow(-2, Infinity), pow(0.5, Infinity), pow(0.5, -Infinity)]).toEqual([
    NaN,
    Infinity,
    0,
    Infinity,
  ]);
  expect([pow(-1, Infinity), pow(Infinity, -1), pow(-Infinity, 3), pow(-Infinity, -2)]).toEqual([1, 0, -Infinity, 0]);
  expect([pow(10, 400), pow(10, -400), pow(-10, 401), pow(1e300, 1e300)]).toEqual([Infinity, 0, -Infinity, Infinity]);
});

test("the same bits on every engine", () => {
  expect([exp(1), exp(-0.1), log(10), log(0.1), sin(1), cos(1), sin(100000), pow(0.999, 1000)]).toEqual([
    2.7182818284590455, 0.9048374180359595, 2.302585092994046, -2.3025850929940455, 0.8414709848078965,
    0.5403023058681398, 0.03574879797201651, 0.36769542477096373,
  ]);
});

test("an angle beyond 2²⁰ is refused", () => {
  expect(() => sin(2 ** 20 + 1)).toThrow(InternalError);
  expect(() => cos(-1e9)).toThrow(
    "sin and cos: |angle| must not exceed 2²⁰; got -1000000000. Reduce it to one turn first.",
  );
});

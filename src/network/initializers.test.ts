/** Proves the spread of each initializer's values against its formula, and that a seed fixes the bits. */

import { expect, test } from "vitest";
import { RandomStream } from "../base/rng.ts";
import { fans, fillWith, type Initializer } from "./initializer.ts";
import * as initializers from "./initializers.ts";

const shape = [50, 200]; // [out, in]
const stream = () => new RandomStream(1, "weights/0.weight");

function valuesOf(initializer: Initializer, shape: readonly number[], random = stream()): Float64Array {
  const values = new Float64Array(shape.reduce((product, size) => product * size, 1));
  fillWith(initializer, values, shape, random);
  return values;
}

function moments(initializer: Initializer): { mean: number; variance: number; largest: number } {
  const values = valuesOf(initializer, shape);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, variance, largest: values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) };
}

test.each([
  ["glorotUniform", initializers.glorotUniform(), 2 / 250, Math.sqrt(6 / 250)],
  ["glorotNormal", initializers.glorotNormal(), 2 / 250, 6 * Math.sqrt(2 / 250)],
  ["heUniform", initializers.heUniform(), 2 / 200, Math.sqrt(6 / 200)],
  ["heNormal", initializers.heNormal(), 2 / 200, 6 * Math.sqrt(2 / 200)],
  ["uniform(-0.5, 0.5)", initializers.uniform(-0.5, 0.5), 1 / 12, 0.5],
  ["normal(0.01)", initializers.normal(0.01), 1e-4, 0.06],
  ["zeros", initializers.zeros(), 0, 0],
])("%s has the variance it promises", (name, initializer, variance, largest) => {
  const found = moments(initializer);
  expect(initializer.print()).toBe(name);
  // Ten thousand values: 1.4 % standard error of the variance, √(variance / 10000) of the mean.
  expect(Math.abs(found.variance - variance)).toBeLessThanOrEqual(0.06 * variance);
  expect(Math.abs(found.mean)).toBeLessThanOrEqual(0.04 * Math.sqrt(variance));
  expect(found.largest).toBeLessThanOrEqual(largest);
});

test("constant values", () => {
  expect([...valuesOf(initializers.constant(0.25), [3])]).toEqual([0.25, 0.25, 0.25]);
  expect([...valuesOf(initializers.ones(), [2])]).toEqual([1, 1]);
  expect(initializers.constant(0.25).print()).toBe("constant(0.25)");
});

test("a seed and a purpose fix the bits, and a larger parameter begins with the same numbers", () => {
  const values = valuesOf(initializers.normal(1), [4]);
  expect([...values]).toMatchInlineSnapshot(`
    [
      2.4404405250896892,
      1.895216833710365,
      -0.836619582241613,
      -0.42944562821956617,
    ]
  `);
  expect([...valuesOf(initializers.normal(1), [2, 4])].slice(0, 4)).toEqual([...values]);
  expect([...valuesOf(initializers.normal(1), [4], new RandomStream(2, "weights/0.weight"))]).not.toEqual([...values]);
});

test("values do not depend on the pieces they are computed in", () => {
  for (const initializer of [initializers.uniform(0, 1), initializers.normal(1)]) {
    const values = valuesOf(initializer, [5000]);
    const draw = initializer.print().startsWith("uniform") ? "uniform" : "normal";
    for (const n of [0, 15, 16, 31, 32, 4095, 4096, 4999]) expect(values[n]).toBe(stream()[draw](n));
  }
});

test("fans count inputs and outputs, once for every position of a window", () => {
  expect(fans([50, 200])).toEqual({ fanIn: 200, fanOut: 50 });
  expect(fans([16, 3, 5, 5])).toEqual({ fanIn: 75, fanOut: 400 });
  expect(fans([7])).toEqual({ fanIn: 7, fanOut: 7 });
  expect(fans([])).toEqual({ fanIn: 1, fanOut: 1 });
});

test("arguments out of range", () => {
  expect(() => initializers.uniform(1, 0)).toThrow("uniform: low must not exceed high; got 1 and 0. Swap them.");
  expect(() => initializers.normal(-1)).toThrow("normal: deviation must not be negative; got -1.");
  expect(() => initializers.constant(Number.NaN)).toThrow("constant: value must be a finite number; got NaN.");
});

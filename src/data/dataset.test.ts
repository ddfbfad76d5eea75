/** Proves that a data set gives back what went in, and that its divisions are fair, repeatable and share memory where they can. */

import { expect, expectTypeOf, test } from "vitest";
import type { Dataset } from "./dataset.ts";
import { fromArrays } from "./from-arrays.ts";

/** Example i has the values [i, 10 i]; three classes in the proportion 5 : 3 : 2. */
function sample(length = 20): Dataset<[2]> {
  return fromArrays({
    inputs: Float32Array.from({ length: 2 * length }, (_, i) => Math.floor(i / 2) * (i % 2 === 0 ? 1 : 10)),
    inputShape: [2],
    targets: Array.from({ length }, (_, i) => [0, 0, 0, 0, 0, 1, 1, 1, 2, 2][i % 10]!),
    classes: ["a", "b", "c"],
  });
}

const firstValues = (data: Dataset): number[] => Array.from({ length: data.length }, (_, i) => data.input(i).data[0]!);

test("an example is its values, its target and its class name", () => {
  const data = sample();
  expectTypeOf(data).toEqualTypeOf<Dataset<[2]>>();
  expect(data.length).toBe(20);
  expect(data.input(3)).toEqual({ data: Float32Array.of(3, 30), shape: [2] });
  expect(data.target(5)).toBe(1);
  expect(data.label(5)).toBe("b");
});

test("bytes stay bytes and become model values when read", () => {
  const bytes = Uint8Array.of(0, 255, 51, 102);
  const scale = { multiply: 1 / 255, add: 0 };
  const data = fromArrays({ inputs: bytes, inputShape: [1, 2], targets: [0, 1], scale });
  expect(data.inputs).toBe(bytes);
  expect([...data.input(0).data]).toEqual([0, 1]);
  expect(data.input(1).data[1]).toBeCloseTo(0.4, 7);
  expect(data.scale.multiply).toBe(Math.fround(1 / 255));
});

test("take and skip divide the memory without copying it", () => {
  const data = sample();
  const [head, tail] = [data.take(4), data.skip(4)];
  expect([head.length, tail.length]).toEqual([4, 16]);
  expect(head.inputs.buffer).toBe(data.inputs.buffer);
  expect(tail.input(0).data[0]).toBe(4);
  expect(tail.target(1)).toBe(data.target(5));
  expect(tail.skip(15).input(0).data[0]).toBe(19);
});

test("a shuffle has the same examples with their targets, decided by the seed", () => {
  const data = sample();
  const shuffled = data.shuffle(1);
  const order = firstValues(shuffled);
  expect(order).not.toEqual(firstValues(data));
  expect(order).toEqual(firstValues(data.shuffle(1)));
  expect(order).not.toEqual(firstValues(data.shuffle(2)));
  expect([...order].sort((a, b) => a - b)).toEqual(firstValues(data));
  order.forEach((original, i) => expect(shuffled.target(i)).toBe(data.target(original)));
});

test("a split puts every example into exactly one part", () => {
  const data = sample();
  const { train, test: rest } = data.split(0.75, { seed: 3 });
  expect([train.length, rest.length]).toEqual([15, 5]);
  expect([...firstValues(train), ...firstValues(rest)].sort((a, b) => a - b)).toEqual(firstValues(data));
  expect(data.split(15, { seed: 3 }).train.inputs).toEqual(train.inputs);
  expect(data.split(15, { seed: 4 }).train.inputs).not.toEqual(train.inputs);
});

test("a stratified split keeps the proportions of the classes", () => {
  const { train, test: rest } = sample(100).split(0.8, { stratified: true });
  const counts = (data: Dataset): number[] => [0, 1, 2].map((label) => data.targets.filter((t) => t === label).length);
  expect(counts(train)).toEqual([40, 24, 16]);
  expect(counts(rest)).toEqual([10, 6, 4]);
  const uneven = sample(11).split(4, { stratified: true });
  expect(uneven.train.length).toBe(4);
  expect(counts(uneven.train)).toEqual([2, 1, 1]);
});

test("normalizing measures mean and deviation, and a test set can be given the same numbers", () => {
  const bytes = Uint8Array.from({ length: 400 }, (_, i) => (i * 37) % 256);
  const data = fromArrays({
    inputs: bytes,
    inputShape: [4],
    targets: new Float32Array(100),
    scale: { multiply: 1 / 255, add: 0 },
  });
  const normal = data.normalize();
  const values = Array.from({ length: 100 }, (_, i) => [...normal.input(i).data]).flat();
  const mean = values.reduce((sum, value) => sum + value, 0) / 400;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 400;
  expect(mean).toBeCloseTo(0, 5);
  expect(variance).toBeCloseTo(1, 5);
  expect(normal.inputs).toBe(bytes);
  // What is remembered applies to values from 0 to 1, however they were stored.
  const { multiply, add } = normal.normalization;
  expect(normal.input(0).data[1]).toBeCloseTo((37 / 255) * multiply + add, 5);
  expect(data.take(10).normalize(normal.normalization).input(3)).toEqual(normal.input(3));
  // Normalizing again starts from the values before.
  expect(normal.normalize().normalization).toEqual(normal.normalization);
});

test("what would normalize values away is refused", () => {
  const data = sample();
  for (const wrong of [{}, 5, null, "1", { multiply: 1, add: NaN }, { multiply: Infinity, add: 0 }]) {
    expect(() => data.normalize(wrong as never)).toThrow(
      "normalize: needs { multiply, add }, two finite numbers; got ",
    );
  }
  expect(() => data.normalize(5 as never)).toThrow("got 5. Write { multiply: 1 / 255, add: 0 }.");
  expect(() => data.normalize({ multiply: 3e38, add: 0 })).toThrow("normalize: every value must stay finite; 190 · 3");
  // Too near together: the factor that would spread them is beyond float32.
  const near = fromArrays({ inputs: [[0], [1e-44]], targets: [0, 1] });
  expect(() => near.normalize()).toThrow("normalize: every value must stay finite");
});

test("targets that are values have a shape and no classes", () => {
  const data = fromArrays({
    inputs: [[1], [2]],
    targets: [
      [1, 2],
      [3, 4],
    ],
  });
  expect(data.targetShape).toEqual([2]);
  expect(data.target(1)).toEqual(Float32Array.of(3, 4));
  expect(data.classes).toBeNull();
  expect(() => data.label(0)).toThrow(
    "label: needs a data set with classes; its targets are values. Use target(index).",
  );
});

test("what is not there is refused in one sentence", () => {
  const data = sample();
  expect(() => data.input(20)).toThrow("input: there is no example 20; the data set has examples 0 to 19.");
  expect(() => data.target(0.5)).toThrow("target: there is no example 0.5");
  expect(() => data.take(0)).toThrow(
    "take: 0 of 20 examples is not possible: a data set has at least one example and no more than there are. " +
      "Choose an integer from 1 to 20.",
  );
  expect(() => data.skip(20)).toThrow("Choose an integer from 0 to 19.");
  expect(() => data.split(1.5)).toThrow(
    "split: 1.5 of 20 examples leaves one part empty. Give a fraction between 0 and 1, or a count from 1 to 19.",
  );
  expect(() => data.split(0.01)).toThrow("leaves one part empty");
  expect(() => data.split(20)).toThrow("leaves one part empty");
  const constant = fromArrays({ inputs: [[2], [2]], targets: [[1], [2]] });
  expect(() => constant.normalize()).toThrow("normalize: needs values that differ; all 2 are 2. Check the inputs.");
  expect(() => constant.split(0.5, { stratified: true })).toThrow("split: stratified needs class labels");
});

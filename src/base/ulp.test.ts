import { expect, test } from "vitest";
import { ulpError } from "./ulp.ts";

test("neighbours are one unit apart, in every binade", () => {
  expect(ulpError(1 + 2 ** -23, 1, "float32")).toBe(1);
  expect(ulpError(1 - 2 ** -24, 1, "float32")).toBe(0.5);
  expect(ulpError(-6 - 2 ** -21, -6, "float32")).toBe(1);
  expect(ulpError(1.5 + Number.EPSILON, 1.5, "float64")).toBe(1);
  expect(ulpError(2 ** -149, 0, "float32")).toBe(1);
  expect(ulpError(Number.MIN_VALUE, 0, "float64")).toBe(1);
});

test("what is not finite is right or wrong", () => {
  expect(ulpError(NaN, NaN, "float32")).toBe(0);
  expect(ulpError(Infinity, 1e39, "float32")).toBe(0);
  expect(ulpError(-Infinity, -Infinity, "float64")).toBe(0);
  expect(ulpError(1, NaN, "float32")).toBe(Infinity);
  expect(ulpError(Infinity, 1e38, "float32")).toBe(Infinity);
  expect(ulpError(3e38, Infinity, "float32")).toBe(Infinity);
});

/** Proves the float64 error function against published values and its symmetry; the reference compares kernels with it. */

import { expect, test } from "vitest";
import { erf } from "./erf.ts";

// Abramowitz and Stegun, table 7.1 and 7.2, to the digits printed there; 2.5 is where the two forms meet.
test.each([
  [0, 0],
  [0.1, 0.1124629160182849],
  [0.5, 0.5204998778130465],
  [1, 0.8427007929497149],
  [1.5, 0.9661051464753107],
  [2, 0.9953222650189527],
  [2.5, 0.999593047982555],
  [3, 0.9999779095030014],
  [Infinity, 1],
])("erf(%d)", (x, value) => {
  expect(Math.abs(erf(x) - value)).toBeLessThan(1e-15);
  expect(erf(-x)).toBe(-erf(x));
});

test("NaN stays NaN", () => {
  expect(erf(Number.NaN)).toBeNaN();
});

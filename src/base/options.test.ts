/** Proves that options with unknown names are refused, with the nearest known one, and so is what is no record. */

import { expect, test } from "vitest";
import { checkOptionNames } from "./options.ts";

const check = (given: unknown) => () => checkOptionNames("conv2d", given, ["stride", "padding"]);

test("known names pass, whatever their values", () => {
  expect(check({})).not.toThrow();
  expect(check({ padding: undefined, stride: null })).not.toThrow();
});

test.each([
  [{ padding: 1, strides: 2 }, 'conv2d: has no option "strides". Did you mean stride?'],
  [{ activation: "relu" }, 'conv2d: has no option "activation". There are stride, padding.'],
  [2, "conv2d: options stand in a record; got 2. Write { stride: …, padding: … }."],
  ["same", 'conv2d: options stand in a record; got "same". Write { stride: …, padding: … }.'],
  [null, "conv2d: options stand in a record; got null. Write { stride: …, padding: … }."],
])("%j is refused", (given, sentence) => {
  expect(check(given)).toThrow(sentence);
});

/** Proves that errors keep their names where bundlers shorten those of classes. */

import { expect, test } from "vitest";
import * as errors from "./errors.ts";

test("the name of an error is written out, not taken from its class", () => {
  const { invariant: _, ...classes } = errors;
  for (const [name, original] of Object.entries(classes)) {
    const Shortened = class extends (original as typeof errors.GradusError) {};
    expect(new Shortened("x").name).toBe(name);
    expect(String(new original("x"))).toBe(`${name}: x`);
  }
});

// Proves that graphs read as promised: a line per node, numbered from 0, with attributes that tell every number apart.

import { expect, test } from "vitest";
import { build } from "./build.ts";
import { print } from "./print.ts";

test("print writes a line per node, numbered from 0", () => {
  const x = build.input("x", [2, 3], "float32");
  const sum = build.reduceSum(build.mul(x, build.constant(-0, [2, 3], "float32")), [1]);
  expect(print([sum, x])).toBe(
    [
      '%0 = input {"name":"x"} : float32[2, 3]',
      '%1 = constant {"value":"number -0"} : float32[2, 3]',
      "%2 = mul %0 %1 : float32[2, 3]",
      '%3 = reduceSum %2 {"axes":[1]} : float32[2]',
      "return %3 %0",
    ].join("\n"),
  );
});

// Proves that verify accepts what the builders make and names the node that breaks its operation's rule.

import { expect, test } from "vitest";
import { build } from "./build.ts";
import { verify } from "./verify.ts";

test("verify accepts what the builders make and names the node that lies", () => {
  const x = build.input("x", [2], "float32");
  const y = build.exp(x);
  expect(() => verify([build.add(y, y)])).not.toThrow();
  expect(() => verify([{ ...y, shape: [3] }])).toThrow(`node ${y.id} (exp) has shape [3], its rule says [2]`);
  expect(() => verify([{ ...y, dtype: "int32" }])).toThrow(`node ${y.id} (exp) has dtype int32, its rule says float32`);
  expect(() =>
    verify([
      { ...x, id: y.id + 1 },
      { ...y, inputs: [{ ...x, id: y.id + 1 }] },
    ]),
  ).toThrow(`node ${y.id} (exp) is older than one of its inputs`);
});

// Proves that a process finds its own pool, and no other's, in the environment.

import { afterEach, expect, test } from "vitest";
import { x64In } from "../testing.ts";
import { loadNative } from "./native.ts";
import { Pool } from "./pool.ts";

const variable = "GRADUS_POOL";
const native = (await x64In("portable", 1)) && (await loadNative());
const own = native?.readEnvironment(variable);

afterEach(() => {
  if (own) native!.writeEnvironment(variable, own);
});

test.skipIf(!native)("the pool of this process is found again", () => {
  new Pool(native!).grow(2);
  expect(native!.readEnvironment(variable)).toBe(own);
});

test.skipIf(!native).each([`${process.pid}:4096`, "1:4096", "", "nonsense"])(
  "what another process has left is passed over: %s",
  (left) => {
    native!.writeEnvironment(variable, left);
    new Pool(native!).grow(2);
    expect(native!.readEnvironment(variable)).toMatch(`${native!.identity}:`);
  },
);

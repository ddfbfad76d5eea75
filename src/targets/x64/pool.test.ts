// Proves that a process finds its own pool, and no other's, in the environment, and that every thread comes to the jobs that want it.

import { afterEach, expect, test } from "vitest";
import { build } from "../../graph/build.ts";
import { moduleOf, x64In } from "../testing.ts";
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

test.skipIf(!native)("threads that many jobs did not want come to the first that does", async () => {
  const jobs = await Promise.all(
    [2, 16].map(async (threads) => {
      const target = (await x64In("portable", threads))!;
      const x = build.input("x", [256], "float32");
      const executable = await target.compile(moduleOf({ inputs: [x], outputs: [build.neg(x)] }));
      const bindings = { inputs: [target.allocate(1024)], states: [], outputs: [target.allocate(1024)] };
      return () => executable.run(bindings, 1);
    }),
  );
  const [two, sixteen] = jobs as [() => Promise<unknown>, () => Promise<unknown>];
  for (let turn = 0; turn < 60; turn++) {
    // However few bits the jobs are counted with, they are not counted to the same number.
    for (let i = 0; i < 255; i++) await two();
    await sixteen();
  }
});

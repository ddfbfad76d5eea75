// Proves that a run that is ended by its signal takes no step more than it was asked for, however far the other threads have come meanwhile, and
// that a run whose log has no room in memory does no harm to those after it.

import { afterEach, expect, test, vi } from "vitest";
import { build } from "../../graph/build.ts";
import { moduleOf, x64In } from "../testing.ts";
import { job, status } from "./layout.ts";
import { loadNative } from "./native.ts";
import { Pool } from "./pool.ts";

const target = await x64In("portable", 1);

afterEach(() => {
  vi.restoreAllMocks();
});

/** A program that counts its steps and logs the count. */
async function counter() {
  const current = build.input("count", [1], "float32");
  const next = build.add(current, build.constant(1, [1], "float32"));
  const executable = await target!.compile(moduleOf({ states: [{ current, next }], log: [current] }));
  const count = target!.allocate(4);
  const run = (steps: number, signal?: AbortSignal) =>
    executable.run({ inputs: [], states: [count], outputs: [] }, steps, signal);
  return { run, count };
}

test.skipIf(!target)("a signal comes when all steps are done, though the first thread has paused before", async () => {
  const native = await loadNative();
  const run = Pool.prototype.run;
  vi.spyOn(Pool.prototype, "run").mockImplementationOnce(function (this: Pool, address) {
    run.call(this, address);
    new Int32Array(native.view(address, job.bytes))[job.status >> 2] = status.paused;
  });
  const { run: take, count } = await counter();
  expect(await take(3, AbortSignal.abort())).toMatchObject({
    ...{ steps: 3, log: Float32Array.of(0, 1, 2), interrupted: false },
  });
  expect(await target!.read(count, "float32", 1)).toEqual(Float32Array.of(3));
});

test.skipIf(!target)("a log that memory has no room for is refused, and the next run goes on", async () => {
  const { run } = await counter();
  await run(2);
  await expect(run(2 ** 43)).rejects.toThrow("MiB more memory could not be had");
  expect(await run(2)).toMatchObject({ steps: 2, log: Float32Array.of(2, 3) });
});

// Proves that a run of many steps gives the event loop its turns, that a signal ends it between two steps with a consistent state, and
// that processors are left as they were found.

import { expect, test } from "vitest";
import { build } from "../../graph/build.ts";
import type { Module } from "../../graph/module.ts";
import type { Bindings, Target } from "../target.ts";
import { moduleOf, x64In } from "../testing.ts";

const length = 4096;

/** Counts steps and adds 1 to every element of a vector, as long as the count is below a bound. */
function counting(bound: number): Module {
  const count = build.input("count", [], "int32");
  const values = build.input("values", [length], "float32");
  const next = build.add(count, build.constant(1, [], "int32"));
  const added = build.add(values, build.constant(1, [length], "float32"));
  return moduleOf({
    states: [
      { current: count, next },
      { current: values, next: added },
    ],
    guard: build.less(count, build.constant(bound, [], "int32")),
    log: [build.cast(count, "float32")],
  });
}

function bindings(target: Target): Bindings {
  return { inputs: [], states: [target.allocate(4), target.allocate(4 * length)], outputs: [] };
}

async function statesOf(target: Target, { states }: Bindings): Promise<[number, number[]]> {
  const count = await target.read(states[0]!, "int32", 1);
  const values = await target.read(states[1]!, "float32", length);
  return [count[0]!, [...new Set(values)]];
}

test.for([1, 2, 3])(
  "%i threads: a signal ends a run within a tenth of a second, between two steps",
  async (threads, { skip }) => {
    const target = await x64In("fused", threads);
    if (!target) return skip("x64 does not run here");
    const executable = await target.compile(counting(2 ** 30));
    const bound = bindings(target);
    const controller = new AbortController();
    let aborted = 0;
    setTimeout(() => {
      aborted = performance.now();
      controller.abort();
    }, 20);
    const report = await executable.run(bound, 2 ** 22, controller.signal);
    expect(performance.now() - aborted).toBeLessThan(1000); // a tenth where nobody else computes
    expect(report.interrupted).toBe(true);
    expect(report.steps).toBeGreaterThan(0);
    expect(report.steps).toBeLessThan(2 ** 22);
    expect(report.log).toHaveLength(report.steps);
    expect(await statesOf(target, bound)).toEqual([report.steps, [report.steps]]);

    // It can go on, and the guard can end it.
    const more = await executable.run(bound, 100);
    expect([more.steps, more.interrupted]).toEqual([100, false]);
    executable.release();
  },
);

test("the guard ends a run in the same step on any number of threads", async ({ skip }) => {
  for (const threads of [1, 2, 7]) {
    const target = await x64In("fused", threads);
    if (!target) return skip("x64 does not run here");
    const executable = await target.compile(counting(1000));
    const bound = bindings(target);
    const report = await executable.run(bound, 5000);
    expect([report.steps, report.interrupted, report.log.length]).toEqual([1000, false, 1001]);
    expect(await statesOf(target, bound)).toEqual([1000, [1000]]);
    executable.release();
  }
});

test("JavaScript's arithmetic keeps its subnormal numbers; the run tells of its own", async ({ skip }) => {
  const target = await x64In("fused", 1);
  if (!target) return skip("x64 does not run here");
  const x = build.input("x", [2], "float32");
  const executable = await target.compile(moduleOf({ inputs: [x], outputs: [build.mul(x, x)] }));
  const buffers = { inputs: [target.allocate(8)], states: [], outputs: [target.allocate(8)] };
  await target.write(buffers.inputs[0]!, Float32Array.of(1, 2));
  expect((await executable.run(buffers, 1)).underflow).toBe(false);
  await target.write(buffers.inputs[0]!, Float32Array.of(1e-30, 2));
  expect((await executable.run(buffers, 1)).underflow).toBe(true);
  expect([...(await target.read(buffers.outputs[0]!, "float32", 2))]).toEqual([0, 4]);
  const least = Number.MIN_VALUE;
  expect(least * 3).toBeGreaterThan(least * 2);
  executable.release();
});

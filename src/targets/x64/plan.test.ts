// Proves that other threads are only asked for where there is something for them to do, and that a plan has every part of every call once.

import { expect, test } from "vitest";
import type { Call, Program } from "../../compiler/program.ts";
import { KernelBuilder } from "../../kernel/builder.ts";
import { type Plan, planProgram } from "./plan.ts";
import { planOf } from "./records.ts";

/** Negates buffer 0 into buffer 1, `size` vectors a part. */
function call(parts: number, size: number, to: number): Call {
  const k = new KernelBuilder(4, [1]);
  k.loop(k.begin, k.end, 1, (part) => {
    const first = k.compute("mul", part, size);
    k.loop(first, k.compute("add", first, size), 1, (index) => {
      const at = (buffer: number) => ({ buffer, offset: 0, terms: [{ index, scale: 16 }] });
      k.store(at(1), "float32", k.scalars.float32.neg(k.load(at(0), "float32")));
    });
  });
  const places = [0, to].map((slot) => ({ slot, offset: 0, bytes: 16 * size * parts }));
  return { kernel: k.finish("negate", 2, parts), places, waits: true };
}

const program = (...before: Call[]): Program => ({ arena: 0, slots: 4, before, log: [], guard: null, after: [] });

/** Parts by call, and the homes of tasks. */
function look({ before }: Plan): { parts: number; homes: number[] } {
  const tasks = before.flat();
  const parts = tasks.flatMap(({ pieces }) => pieces).reduce((sum, { begin, end }) => sum + end - begin, 0);
  return { parts, homes: [...new Set(tasks.map(({ home }) => home))] };
}

test("one thread runs small calls, those beside each other too", () => {
  for (const small of [program(call(4, 2, 1)), program(call(4, 2, 1), call(4, 2, 2))]) {
    const plan = planProgram(small, 7, false);
    expect(plan.threads).toBe(1);
    expect(look(plan)).toEqual({ parts: 4 * small.before.length, homes: [0] });
  }
});

test("large calls, and all calls where defects are looked for, are shared", () => {
  const large = call(64, 10_000, 1);
  const plan = planProgram(program(large, call(4, 2, 2)), 3, false);
  expect([plan.threads, look(plan)]).toEqual([3, { parts: 68, homes: [0, 1, 2] }]);
  expect(planProgram(program(call(4, 2, 1)), 3, true).threads).toBe(3);
});

test("alone, a call has the threads that share it", () => {
  const [large, small] = [call(64, 10_000, 1), call(4, 2, 2)];
  const plan = planProgram(program(large, small), 3, false);
  expect(planOf(large, plan).threads).toBe(3);
  expect(planOf(small, plan).threads).toBe(1);
});

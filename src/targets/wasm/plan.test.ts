// Proves that barriers stand where threads would meet, and nowhere else, and that small calls are not shared.

import { expect, test } from "vitest";
import type { Call, Place, Program } from "../../compiler/program.ts";
import { KernelBuilder } from "../../kernel/builder.ts";
import type { Kernel } from "../../kernel/language.ts";
import { claimOf, planThreads, type Step } from "./plan.ts";

/** Adds buffers 0 and 1 into buffer 2, four elements a part. */
function sum(parts: number): Kernel {
  const k = new KernelBuilder(4, [2]);
  k.loop(k.begin, k.end, 1, (part) => {
    const at = (buffer: number) => ({ buffer, offset: 0, terms: [{ index: part, scale: 16 }] });
    k.store(at(2), "float32", k.scalars.float32.add(k.load(at(0), "float32"), k.load(at(1), "float32")));
  });
  return k.finish("sum", 3, parts);
}

const large = sum(50_000);
const small = sum(10);
/** 1,000 bytes in the arena; values are told apart by letters. */
const place = (name: string): Place => ({ slot: 0, offset: 1000 * name.charCodeAt(0), bytes: 1000 });
const call = (kernel: Kernel, names: string): Call => ({ kernel, places: [...names].map(place), waits: true });

function program(before: Call[], after: Call[] = [], guard: string | null = null): Program {
  return { arena: 0, slots: 1, before, log: [], guard: guard === null ? null : place(guard), after };
}

/** `|` for a barrier, the number of a shared call or `.` for one of thread 0. */
const show = (steps: readonly Step[]): string =>
  steps.map(({ barrier, shared }) => `${barrier ? "|" : ""}${shared ?? "."}`).join("");

test.each([
  ["a result that others read", [call(large, "abc"), call(large, "cad")], "0|0"],
  ["results of nobody's interest yet", [call(large, "abc"), call(large, "abd")], "01"],
  ["memory that is used again", [call(large, "abc"), call(large, "dea")], "0|0"],
  ["small calls, one on the other", [call(small, "abc"), call(small, "cad"), call(small, "dae")], "..."],
  ["a small call on a shared result", [call(large, "abc"), call(small, "cad"), call(small, "dae")], "0|.."],
  ["a shared call on small results", [call(small, "abc"), call(small, "cad"), call(large, "dae")], "..|0"],
  ["a small call beside a shared one", [call(large, "abc"), call(small, "abd"), call(large, "cde")], "0.|0"],
])("%s", (_, calls, expected) => {
  expect(show(planThreads(program(calls), 2).before)).toBe(expected);
});

test("a guard is waited for where it or what it stands on is not known to all", () => {
  const calls = [call(large, "abc")];
  expect(planThreads(program([...calls, call(small, "cag")], [], "g"), 2).barrier).toBe(true);
  expect(planThreads(program(calls, [], "x"), 2).barrier).toBe(false);
  expect(planThreads(program(calls), 2).barrier).toBe(false);
  const plan = planThreads(program([call(small, "abg")], [call(large, "ghi")], "g"), 2);
  expect([show(plan.before), plan.barrier, show(plan.after)]).toEqual([".", true, "0"]);
});

test("one thread, and a program of small calls, wait for nothing and need no counters", () => {
  for (const plan of [
    planThreads(program([call(large, "abc"), call(large, "cad")]), 1),
    planThreads(program([call(small, "abc"), call(small, "cag")], [], "g"), 4),
  ]) {
    expect([show(plan.before), plan.barrier, plan.counters]).toEqual(["..", false, 0]);
  }
});

test("a claim is a part of a share that is worth it", () => {
  expect(claimOf(large, 2)).toBe(50_000 / 2 / 8);
  expect(claimOf(sum(4000), 2)).toBe(1500);
  expect(claimOf(small, 2)).toBe(5);
  expect(claimOf(sum(3), 7)).toBe(1);
});

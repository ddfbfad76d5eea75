// Proves that calls without a barrier between them never meet in a byte that one of them writes, on random programs, by comparing the
// ranges of every pair; that a kernel says what it stores to; and that what is independent runs along.

import fc from "fast-check";
import { expect, test } from "vitest";
import { build } from "../graph/build.ts";
import { gradient } from "../graph/gradient.ts";
import type { Module } from "../graph/module.ts";
import type { Node } from "../graph/node.ts";
import { simplifyModule } from "../graph/simplify.ts";
import type { Block, Kernel } from "../kernel/language.ts";
import { type Tapes, tapes, writeProgram } from "../targets/fuzz/program.ts";
import { moduleOf } from "../targets/testing.ts";
import { compileModule } from "./compile.ts";
import type { Machine } from "./machine.ts";
import type { Call, Place, Program } from "./program.ts";

const machine: Machine = { lanes: 16, vectorRegisters: 32, workers: 3 };
const compile = (module: Module): Program => compileModule(simplifyModule(module), machine);

/** Buffers that a kernel's instructions store to. */
function storedTo(kernel: Kernel): Set<number> {
  const buffers = new Set<number>();
  const visit = ({ instructions }: Block): void => {
    for (const instruction of instructions) {
      if (instruction.op === "store" || instruction.op === "storeIndex") buffers.add(instruction.address.buffer);
      if ("body" in instruction) visit(instruction.body);
    }
  };
  visit(kernel.body);
  return buffers;
}

function overlap(a: Place, b: Place): boolean {
  return a.slot === b.slot && a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes;
}

function writesOf({ kernel, places }: Call): Place[] {
  return [...storedTo(kernel)].map((number) => places[number]!);
}

function conflict(a: Call, b: Call): boolean {
  const meets = (writer: Call, other: Call): boolean =>
    writesOf(writer).some((write) => other.places.some((place) => overlap(write, place)));
  return meets(a, b) || meets(b, a);
}

/** Runs of calls that nothing separates. */
function phases(calls: readonly Call[]): Call[][] {
  const runs: Call[][] = [];
  for (const call of calls) {
    if (call.waits) runs.push([call]);
    else runs.at(-1)!.push(call);
  }
  return runs;
}

function check({ before, after, arena, log, guard }: Program): void {
  for (const { kernel, places } of [...before, ...after]) {
    for (const number of storedTo(kernel)) expect(kernel.writes).toContain(number);
    for (const { slot, offset, bytes } of places) if (slot === 0) expect(offset + bytes).toBeLessThanOrEqual(arena);
  }
  for (const run of [...phases(before), ...phases(after)]) {
    run.forEach((call, i) => {
      for (const other of run.slice(0, i)) {
        if (conflict(call, other)) expect([call.kernel.name, other.kernel.name]).toBe("apart");
      }
    });
  }
  // What is read between the lists is not written again.
  for (const call of after) {
    for (const place of [...log, ...(guard ? [guard] : [])]) {
      expect(writesOf(call).some((write) => overlap(write, place))).toBe(false);
    }
  }
}

const vector = (name: string): Node => build.input(name, [1200], "float32");
const total = (x: Node): Node => build.reduceSum(x, [0]);

test("random programs: calls of one phase are apart in every pair", () => {
  let together = 0;
  fc.assert(
    fc.property(tapes, (drawn: Tapes) => {
      const program = compile(writeProgram(drawn).module);
      check(program);
      together += phases([...program.before, ...program.after]).filter((run) => run.length > 1).length;
    }),
    { numRuns: 400, seed: 1 },
  );
  expect(together).toBeGreaterThan(100);
});

test("what depends waits, what does not runs along", () => {
  const [x, y] = [vector("x"), vector("y")];
  const sums = [total(x), total(y)];
  const { before } = compile(
    moduleOf({
      inputs: [x, y],
      outputs: [...sums, build.sub(x, build.broadcast(build.add(sums[0]!, sums[1]!), [1200], []))],
    }),
  );
  expect(before.map(({ waits }) => waits)).toEqual([true, false, true]);
});

test("a state is not overwritten while another call reads it", () => {
  const w = vector("w");
  const module = moduleOf({
    states: [{ current: w, next: build.tanh(w) }],
    outputs: [build.reduceSum(w, [0])],
  });
  const program = compile(module);
  check(program);
  expect(program.before.map(({ waits }) => waits)).toEqual([true, true]);
});

test("the first call of each list waits, and what log and guard name stays", () => {
  const [x, w] = [vector("x"), vector("w")];
  const loss = total(build.mul(x, w));
  const gradient = build.mul(x, build.broadcast(loss, [1200], []));
  const module = moduleOf({
    inputs: [x],
    states: [{ current: w, next: build.sub(w, build.tanh(gradient)) }],
    guard: build.less(loss, build.constant(Number.POSITIVE_INFINITY, [], "float32")),
    log: [total(x), loss],
  });
  const program = compile(module);
  check(program);
  expect(program.before[0]!.waits).toBe(true);
  expect(program.after[0]!.waits).toBe(true);
});

test("a layer's gradients run beside those of the layer before, the last layer first", () => {
  const x = build.input("x", [40, 90], "float32");
  const weights = [0, 1, 2].map((i) => build.input(`w${i}`, [90, 90], "float32"));
  const product = (a: Node, b: Node): Node => build.dot(a, b, { batch: [[], []], contract: [[1], [1]] });
  const y = weights.reduce((value, w) => build.relu(product(value, w)), x);
  const outputs = gradient(build.reduceSum(y, [0, 1]), build.constant(1, [], "float32"), weights) as Node[];
  const program = compile(moduleOf({ inputs: [x, ...weights], outputs }));
  check(program);
  const runs = phases(program.before);
  const phaseOf = (slot: number): number =>
    runs.findIndex((run) => run.some((call) => writesOf(call).some((write) => write.slot === slot)));
  const [first, second, third] = [5, 6, 7].map(phaseOf) as [number, number, number];
  expect([second - third, first - second]).toEqual([1, 1]);
});

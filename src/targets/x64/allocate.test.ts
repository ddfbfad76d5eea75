/**
 * Proves that registers are handed out rightly: random machine code, carried out with few registers and memory for the rest, computes what
 * it computes when every value has a place of its own. Values from outside of a loop are wanted by its next round, too.
 */

import fc from "fast-check";
import { expect, test } from "vitest";
import { RandomStream } from "../../base/rng.ts";
import { type Allocation, allocate, type RegisterFile } from "./allocate.ts";
import { MachineCode, type RegisterClass, type Virtual } from "./instruction.ts";

/** The number of a value that can be made again. */
const constant = 12345;

/** What an instruction leaves in its register: a number that depends on its place and on everything it reads. */
function result(code: MachineCode, index: number, read: readonly number[]): number {
  if (code.remade.has(code.instructions[index]!.defines[0]!)) return constant;
  return read.reduce((sum, value) => Math.imul(sum ^ value, 0x9e3779b1), index + 1) | 0;
}

/** Code with loops; the values outside of them are wanted to its end. */
function randomCode(seed: number, length: number): MachineCode {
  const stream = new RandomStream(seed, "code");
  const code = new MachineCode();
  const below = (n: number): number => Math.floor(stream.nextUniform() * n);
  const add = (defines: readonly Virtual[], uses: readonly Virtual[]): void => code.add(defines, uses, () => {});
  const block = (known: Virtual[], count: number, depth: number): void => {
    for (let i = 0; i < count; i++) {
      const choice = below(12);
      if (choice === 0 && depth < 3) {
        const first = code.instructions.length;
        block([...known], 1 + below(count), depth + 1);
        if (code.instructions.length > first) code.loops.push({ first, end: code.instructions.length });
        continue;
      }
      const kind: RegisterClass = below(3) === 0 ? "general" : "vector";
      const uses = known.length === 0 ? [] : Array.from({ length: below(4) }, () => known[below(known.length)]!);
      if (choice < 4 && known.length > 0) {
        const changed = known[below(known.length)]!;
        if (code.remade.has(changed)) continue;
        add([changed], choice < 2 ? [changed, ...uses] : uses);
        continue;
      }
      const made = code.register(kind);
      if (uses.length === 0) code.remade.set(made, () => {});
      add([made], uses);
      known.push(made);
    }
    if (depth === 0) for (const value of known) add([], [value]);
  };
  block([], length, 0);
  return code;
}

/** Carries code out, every loop twice; `visit` carries out one instruction and gives what it read. Gives all that was read. */
function carryOut(code: MachineCode, visit: (index: number) => readonly number[]): number[] {
  const seen: number[] = [];
  const loops = code.loops.toSorted((a, b) => a.first - b.first || b.end - a.end);
  const range = (first: number, end: number, from: number): void => {
    let next = from;
    for (let index = first; index < end; ) {
      while (next < loops.length && loops[next]!.first < index) next++;
      const loop = loops[next];
      if (loop?.first !== index) seen.push(...visit(index++));
      else {
        for (let round = 0; round < 2; round++) range(index, loop.end, next + 1);
        index = loop.end;
      }
    }
  };
  range(0, code.instructions.length, 0);
  return seen;
}

function direct(code: MachineCode): number[] {
  const values = new Map<Virtual, number>();
  return carryOut(code, (index) => {
    const { uses, defines } = code.instructions[index]!;
    const read = uses.map((value) => values.get(value)!);
    for (const value of defines) values.set(value, result(code, index, read));
    return read;
  });
}

/** As the emitter writes it: reloads before an instruction, stores after it. */
function allocated(code: MachineCode, { registers, spilled, visits }: Allocation): number[] {
  const files = { general: new Map<number, number>(), vector: new Map<number, number>() };
  const memory = { general: new Map<number, number>(), vector: new Map<number, number>() };
  return carryOut(code, (index) => {
    const { uses, defines } = code.instructions[index]!;
    const visit = visits.get(index) ?? new Map<Virtual, number>();
    const [only] = defines;
    if (defines.length === 1 && uses.length === 0 && spilled.get(only!) === -1) return [];
    const at = (value: Virtual): number => visit.get(value) ?? registers[value]!;
    for (const [value, register] of visit) {
      const kind = code.classes[value]!;
      const slot = spilled.get(value)!;
      if (uses.includes(value)) files[kind].set(register, slot < 0 ? constant : memory[kind].get(slot)!);
    }
    const read = uses.map((value) => files[code.classes[value]!].get(at(value))!);
    for (const value of defines) files[code.classes[value]!].set(at(value), result(code, index, read));
    for (const [value, register] of visit) {
      const kind = code.classes[value]!;
      if (defines.includes(value)) memory[kind].set(spilled.get(value)!, files[kind].get(register)!);
    }
    return read;
  });
}

const file = (general: number, vector: number): RegisterFile => ({
  general: Array.from({ length: general }, (_, i) => i),
  vector: Array.from({ length: vector }, (_, i) => i),
});

test("few registers compute what many do", () => {
  let spills = 0;
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: 60 }), (seed, length) => {
      const code = randomCode(seed, length);
      const expected = direct(code);
      for (const registers of [file(5, 5), file(6, 16), file(12, 32)]) {
        const allocation = allocate(code, registers);
        spills += allocation.slots.general + allocation.slots.vector;
        expect(allocated(code, allocation)).toEqual(expected);
      }
    }),
    { numRuns: 300, seed: 1 },
  );
  expect(spills).toBeGreaterThan(100);
});

test("a value from outside of a loop keeps its register to the loop's end", () => {
  const code = new MachineCode();
  const [outer, inner] = [code.register("vector"), code.register("vector")];
  code.add([outer], [], () => {});
  code.add([], [outer], () => {});
  code.add([inner], [], () => {});
  code.add([], [inner], () => {});
  code.loops.push({ first: 1, end: 4 });
  const { registers } = allocate(code, file(2, 2));
  expect(registers[outer]).not.toBe(registers[inner]);
});

test("more operands than registers is a defect of the emitter", () => {
  const code = new MachineCode();
  const values = [0, 1, 2].map(() => code.register("vector"));
  for (const value of values) code.add([value], [], () => {});
  code.add([], values, () => {});
  expect(() => allocate(code, file(1, 2))).toThrow("an instruction has more operands than there are registers");
});

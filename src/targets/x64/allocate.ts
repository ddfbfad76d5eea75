/**
 * Registers for virtual registers: linear scan over live intervals. A value that finds no register lives on the stack, or is made
 * again where it is needed; each of its uses and definitions then holds a register for that one instruction. The scan is
 * repeated until everything fits.
 */

import { invariant } from "../../base/errors.ts";
import type { MachineCode, RegisterClass, Virtual } from "./instruction.ts";

/** The processor's registers that may be handed out, in the order of preference. */
export type RegisterFile = Readonly<Record<RegisterClass, readonly number[]>>;

export interface Allocation {
  /** The register of a value that has one for its whole life, else −1. */
  readonly registers: Int16Array;
  /** Values that have none: the slot of their memory, or −1 where they are made again. */
  readonly spilled: ReadonlyMap<Virtual, number>;
  /** The registers of spilled values at an instruction that touches them. */
  readonly visits: ReadonlyMap<number, ReadonlyMap<Virtual, number>>;
  /** Memory slots of spilled values, by class. */
  readonly slots: Readonly<Record<RegisterClass, number>>;
}

/** From the first definition to the last use: instruction i reads at 2i and writes at 2i + 1. */
interface Interval {
  readonly value: Virtual;
  readonly start: number;
  readonly end: number;
  /** How dear its absence from a register would be, per instruction of its life. */
  readonly weight: number;
  /** The instruction of a visit, −1 for a whole life. */
  readonly visit: number;
}

/** How often an instruction runs, by the number of loops around it. */
const frequency = [1, 10, 100, 1000, 10_000, 100_000];

/** Registers for all values of `code`. */
export function allocate(code: MachineCode, file: RegisterFile): Allocation {
  const lives = intervalsOf(code);
  const spilled = new Set<Virtual>();
  for (;;) {
    const before = spilled.size;
    const found = scan(code, file, lives, spilled);
    if (spilled.size === before) return { ...found, ...slotsOf(code, spilled) };
  }
}

function slotsOf(code: MachineCode, values: ReadonlySet<Virtual>): Pick<Allocation, "spilled" | "slots"> {
  const slots = { general: 0, vector: 0 };
  const spilled = new Map<Virtual, number>();
  for (const value of values) spilled.set(value, code.remade.has(value) ? -1 : slots[code.classes[value]!]++);
  return { spilled, slots };
}

/** The lives of all values, as they begin. A value from outside of a loop that is touched in it lives to the loop's end. */
function intervalsOf(code: MachineCode): Interval[] {
  const count = code.classes.length;
  const start = new Int32Array(count).fill(-1);
  const end = new Int32Array(count);
  const cost = new Float64Array(count);
  const order: Virtual[] = [];
  const loops = code.loops.toSorted((a, b) => a.first - b.first || b.end - a.end);
  const open: { first: number; end: number }[] = [];
  let next = 0;
  const touch = (value: Virtual, position: number): void => {
    if (start[value]! < 0) {
      start[value] = position;
      order.push(value);
    }
    let last = position;
    for (const loop of open) {
      if (2 * loop.first <= start[value]!) continue;
      last = Math.max(last, 2 * loop.end - 1);
      break;
    }
    end[value] = Math.max(end[value]!, last);
    cost[value]! += frequency[Math.min(open.length, frequency.length - 1)]!;
  };
  code.instructions.forEach(({ uses, defines }, index) => {
    while (open.length > 0 && open.at(-1)!.end <= index) open.pop();
    while (next < loops.length && loops[next]!.first === index) open.push(loops[next++]!);
    for (const value of uses) touch(value, 2 * index);
    for (const value of defines) touch(value, 2 * index + 1);
  });
  return order.map((value) => {
    const scale = code.remade.has(value) ? 0.5 : 1;
    const weight = (scale * cost[value]!) / (end[value]! - start[value]! + 1);
    return { value, start: start[value]!, end: end[value]!, weight, visit: -1 };
  });
}

/** Short lives for the visits of spilled values. */
function visitsOf(code: MachineCode, spilled: ReadonlySet<Virtual>): Interval[] {
  if (spilled.size === 0) return [];
  const visits: Interval[] = [];
  code.instructions.forEach(({ uses, defines }, index) => {
    const visit = (value: Virtual, start: number, end: number): void => {
      visits.push({ value, start, end, weight: Number.POSITIVE_INFINITY, visit: index });
    };
    uses.forEach((value, i) => {
      if (!spilled.has(value) || uses.indexOf(value) !== i) return;
      visit(value, 2 * index, defines.includes(value) && !code.remade.has(value) ? 2 * index + 1 : 2 * index);
    });
    for (const value of defines) {
      if (spilled.has(value) && !code.remade.has(value) && !uses.includes(value))
        visit(value, 2 * index + 1, 2 * index + 1);
    }
  });
  return visits;
}

/** One pass; values that find no place are added to `spilled`. */
function scan(
  code: MachineCode,
  file: RegisterFile,
  lives: readonly Interval[],
  spilled: Set<Virtual>,
): Pick<Allocation, "registers" | "visits"> {
  const registers = new Int16Array(code.classes.length).fill(-1);
  const visits = new Map<number, Map<Virtual, number>>();
  const whole = lives.filter(({ value }) => !spilled.has(value));
  const waiting = spilled.size === 0 ? whole : [...whole, ...visitsOf(code, spilled)].sort((a, b) => a.start - b.start);
  const free = { general: file.general.toReversed(), vector: file.vector.toReversed() };
  const active: Record<RegisterClass, { interval: Interval; register: number }[]> = { general: [], vector: [] };
  const give = (interval: Interval, register: number): void => {
    active[code.classes[interval.value]!].push({ interval, register });
    if (interval.visit < 0) registers[interval.value] = register;
    else {
      const at = visits.get(interval.visit) ?? new Map<Virtual, number>();
      at.set(interval.value, register);
      visits.set(interval.visit, at);
    }
  };

  for (const interval of waiting) {
    const kind = code.classes[interval.value]!;
    const living = active[kind];
    for (let i = living.length - 1; i >= 0; i--) {
      if (living[i]!.interval.end >= interval.start) continue;
      free[kind].push(living[i]!.register);
      living[i] = living.at(-1)!;
      living.pop();
    }
    const register = free[kind].pop();
    if (register !== undefined) {
      give(interval, register);
      continue;
    }
    let least = -1;
    living.forEach(({ interval: { weight } }, i) => {
      if (weight < (least < 0 ? interval.weight : living[least]!.interval.weight)) least = i;
    });
    if (least < 0) {
      invariant(interval.visit < 0, "an instruction has more operands than there are registers");
      spilled.add(interval.value);
      continue;
    }
    const { interval: evicted, register: taken } = living[least]!;
    living.splice(least, 1);
    spilled.add(evicted.value);
    give(interval, taken);
  }
  return { registers, visits };
}

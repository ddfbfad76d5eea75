/**
 * How many lanes of each vector instruction mean something: those its operands carry and its users want. The others hold padding of
 * a tail, or copies; processors compute them for nothing, so they are no work.
 */

import type { Block, Instruction, Kernel, Variable, Vector } from "./language.ts";

/** Meaningful lanes by id of the result. */
export function activeLanes(kernel: Kernel): ReadonlyMap<number, number> {
  const instructions: Instruction[] = [];
  collect(kernel.body, instructions);
  const carried = carriedLanes(instructions, kernel.lanes);
  const wanted = wantedLanes(instructions);
  return new Map(Array.from(wanted, ([id, lanes]) => [id, Math.min(lanes, carried.get(id) ?? kernel.lanes)]));
}

function collect(block: Block, into: Instruction[]): void {
  for (const instruction of block.instructions) {
    into.push(instruction);
    if ("body" in instruction) collect(instruction.body, into);
  }
}

/** What comes in: loads and `keep` say how much they give, arithmetic has what all its operands have. */
function carriedLanes(instructions: readonly Instruction[], lanes: number): Map<number, number> {
  const carried = new Map<number, number>();
  const of = ({ id }: Vector): number => carried.get(id) ?? lanes;
  for (const instruction of instructions) {
    if (instruction.op === "load" && instruction.stride !== 0) carried.set(instruction.result.id, instruction.active);
    else if (instruction.op === "gather" || instruction.op === "keep") {
      carried.set(instruction.result.id, instruction.active);
    } else if (instruction.op === "scalar") {
      carried.set(instruction.result.id, Math.min(lanes, ...instruction.args.map(of)));
    }
  }
  return carried;
}

/** What is asked for, from stores backwards, until nothing changes: variables carry wishes around loops. */
function wantedLanes(instructions: readonly Instruction[]): Map<number, number> {
  const wanted = new Map<number, number>();
  let changed = true;
  const want = ({ id }: Vector | Variable, lanes: number): void => {
    if (lanes <= (wanted.get(id) ?? 0)) return;
    wanted.set(id, lanes);
    changed = true;
  };
  const backwards = instructions.toReversed();
  while (changed) {
    changed = false;
    for (const instruction of backwards) pass(instruction, (value) => wanted.get(value.id) ?? 0, want);
  }
  return wanted;
}

/** Hands the wishes for an instruction's result on to its operands. */
function pass(
  instruction: Instruction,
  wantedOf: (value: Vector | Variable) => number,
  want: (value: Vector | Variable, lanes: number) => void,
): void {
  switch (instruction.op) {
    case "store":
      return want(instruction.value, instruction.active);
    case "lane":
      return want(instruction.vector, instruction.lane + 1);
    case "scalar":
      for (const arg of instruction.args) want(arg, wantedOf(instruction.result));
      return;
    case "gather":
      return want(instruction.indices, Math.min(instruction.active, wantedOf(instruction.result)));
    case "keep":
      return want(instruction.vector, Math.min(instruction.active, wantedOf(instruction.result)));
    case "exchange": {
      const lanes = wantedOf(instruction.result);
      if (lanes > 0) want(instruction.vector, ((lanes - 1) | instruction.distance) + 1);
      return;
    }
    case "interchange": {
      const lanes = wantedOf(instruction.result);
      if (lanes === 0) return;
      for (const vector of [instruction.a, instruction.b]) want(vector, ((lanes - 1) | instruction.distance) + 1);
      return;
    }
    case "variable":
      return want(instruction.initial, wantedOf(instruction.variable));
    case "get":
      return want(instruction.variable, wantedOf(instruction.result));
    case "set":
      return want(instruction.value, wantedOf(instruction.variable));
  }
}

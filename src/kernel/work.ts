/**
 * About how many vector instructions a kernel runs over all its parts, in one look at each: counters stand at the middle of their
 * way. Good enough to tell large kernels from small ones, and quick enough to be asked before every program; cost.ts counts exactly.
 */

import type { Block, Index, IndexOperator, Instruction, Kernel } from "./language.ts";

type Binary = (a: number, b: number) => number;

const operators: Readonly<Record<IndexOperator, Binary>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => Math.trunc(a / b),
  min: Math.min,
  max: Math.max,
  and: (a, b) => a & b,
  shiftRight: (a, b) => a >> b,
};

const works = new WeakMap<Kernel, number>();

/** Vector instructions, loads and stores that all parts of the kernel run, roughly. */
export function workOf(kernel: Kernel): number {
  const known = works.get(kernel);
  if (known !== undefined) return known;
  const values = new Map<number, number>([
    [kernel.begin.id, 0],
    [kernel.end.id, kernel.extent],
    [kernel.worker.id, 0],
  ]);
  const work = workOfBlock(kernel.body, values);
  works.set(kernel, work);
  return work;
}

function workOfBlock({ instructions }: Block, values: Map<number, number>): number {
  return instructions.reduce((sum, instruction) => sum + workOfInstruction(instruction, values), 0);
}

/** What is not known, because data decides, is NaN: a condition on it holds, and a loop over it runs once. */
function workOfInstruction(instruction: Instruction, values: Map<number, number>): number {
  const valueOf = (index: Index): number => values.get(index.id) ?? Number.NaN;
  switch (instruction.op) {
    case "indexConstant":
      values.set(instruction.result.id, instruction.value);
      return 0;
    case "indexBinary": {
      const { result, operator, a, b } = instruction;
      values.set(result.id, operators[operator](valueOf(a), valueOf(b)));
      return 0;
    }
    case "loop": {
      const { index, step, body } = instruction;
      const [from, to] = [valueOf(instruction.from), valueOf(instruction.to)];
      const turns = Math.ceil((to - from) / step);
      if (turns <= 0) return 0;
      values.set(index.id, from + step * Math.floor((turns - 1) / 2));
      return (Number.isNaN(turns) ? 1 : turns) * workOfBlock(body, values);
    }
    case "if":
      return valueOf(instruction.a) >= valueOf(instruction.b) ? 0 : workOfBlock(instruction.body, values);
    case "constant":
    case "laneNumbers":
    case "splat":
      return 0;
    default:
      return 1;
  }
}

/**
 * How often each instruction of a kernel runs when all its parts do, and between which bounds its counters lie: what can be known
 * without running it. Exact as long as counters come from constants and other counters; where data decides, a condition is taken to
 * hold and a loop to run once. Very many turns whose inner loops differ are sampled.
 */

import type { Block, Index, IndexOperator, Instruction, Kernel } from "./language.ts";

/** An index between two values, both included. */
export interface Range {
  readonly first: number;
  readonly last: number;
}

type Nesting = Extract<Instruction, { readonly body: Block }>;
type Loop = Extract<Instruction, { readonly op: "loop" }>;
type Defining = Extract<Instruction, { readonly op: "indexConstant" | "indexBinary" }> | Loop;

/** Turns that are looked at one by one, in all nested loops together. */
const mostTurns = 65_536;
const fewestTurns = 16;

export class Trips {
  readonly #kernel: Kernel;
  readonly #definitions: Map<number, Defining> = new Map();
  /** Values of what is given from outside, and of counters while their turns are looked at. */
  readonly #known: Map<number, Range> = new Map();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    const end = kernel.extent;
    this.#known.set(kernel.begin.id, { first: 0, last: 0 });
    this.#known.set(kernel.end.id, { first: end, last: end });
    this.#known.set(kernel.worker.id, { first: 0, last: 0 });
    this.#define(kernel.body);
  }

  /** Calls `visit` for every instruction outside of the control flow itself, with the times it runs. */
  forEach(visit: (instruction: Instruction, times: number) => void): void {
    this.#visit(this.#kernel.body, [], visit);
  }

  /** The values an index takes; null where data decides. */
  range(index: Index): Range | null {
    const known = this.#known.get(index.id);
    if (known) return known;
    const definition = this.#definitions.get(index.id);
    if (!definition) return null;
    if (definition.op === "indexConstant") return { first: definition.value, last: definition.value };
    const [a, b] = operandsOf(definition).map((operand) => this.range(operand));
    if (!a || !b) return null;
    if (definition.op === "indexBinary") return combine(definition.operator, a, b);
    const turns = Math.max(1, turnsOf(a.first, b.last, definition.step));
    return { first: a.first, last: a.first + (turns - 1) * definition.step };
  }

  #define(block: Block): void {
    for (const instruction of block.instructions) {
      if (instruction.op === "indexConstant" || instruction.op === "indexBinary") {
        this.#definitions.set(instruction.result.id, instruction);
      }
      if (instruction.op === "loop") this.#definitions.set(instruction.index.id, instruction);
      if ("body" in instruction) this.#define(instruction.body);
    }
  }

  #visit(block: Block, around: readonly Nesting[], visit: (instruction: Instruction, times: number) => void): void {
    const times = this.#times(around, mostTurns);
    for (const instruction of block.instructions) {
      if ("body" in instruction) this.#visit(instruction.body, [...around, instruction], visit);
      else visit(instruction, times);
    }
  }

  /** How often the innermost of nested bodies runs. */
  #times(nest: readonly Nesting[], turnsLeft: number): number {
    const [outer, ...inner] = nest;
    if (!outer) return 1;
    if (outer.op === "if") return this.#holds(outer) ? this.#times(inner, turnsLeft) : 0;
    const [from, to] = [this.range(outer.from), this.range(outer.to)];
    const turns = from && to ? turnsOf(from.first, to.last, outer.step) : 1;
    if (turns === 0) return 0;
    const decides = inner.some((one) => operandsOf(one).some((operand) => this.#uses(operand, outer.index)));
    if (!from || !decides) return turns * this.#times(inner, turnsLeft);
    const looked = Math.min(turns, turnsLeft);
    let sum = 0;
    for (let i = 0; i < looked; i++) {
      const turn = looked === turns ? i : Math.floor((i * (turns - 1)) / (looked - 1));
      const value = from.first + turn * outer.step;
      this.#known.set(outer.index.id, { first: value, last: value });
      sum += this.#times(inner, Math.max(fewestTurns, Math.floor(turnsLeft / looked)));
    }
    this.#known.delete(outer.index.id);
    return (sum * turns) / looked;
  }

  #holds({ a, b }: Nesting & { readonly op: "if" }): boolean {
    const [left, right] = [this.range(a), this.range(b)];
    return !left || !right || left.first < right.last;
  }

  /** Whether a counter decides the value of an index. */
  #uses(index: Index, counter: Index): boolean {
    if (index.id === counter.id) return true;
    const definition = this.#definitions.get(index.id);
    return definition !== undefined && operandsOf(definition).some((operand) => this.#uses(operand, counter));
  }
}

function operandsOf(instruction: Defining | Nesting): Index[] {
  if (instruction.op === "indexConstant") return [];
  return instruction.op === "loop" ? [instruction.from, instruction.to] : [instruction.a, instruction.b];
}

function turnsOf(from: number, to: number, step: number): number {
  return Math.max(0, Math.ceil((to - from) / step));
}

const operators: Record<IndexOperator, (a: number, b: number) => number> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => Math.trunc(a / b),
  min: Math.min,
  max: Math.max,
  and: (a, b) => a & b,
  shiftRight: (a, b) => a >> b,
};

/** All operators but `and` are monotonous in each operand, so bounds come from bounds. */
function combine(operator: IndexOperator, a: Range, b: Range): Range | null {
  const single = a.first === a.last && b.first === b.last;
  if (operator === "and" && !single) return null;
  if (operator === "div" && b.first <= 0 && b.last >= 0) return null;
  const ends = [a.first, a.last].flatMap((x) => [b.first, b.last].map((y) => operators[operator](x, y)));
  return { first: Math.min(...ends), last: Math.max(...ends) };
}

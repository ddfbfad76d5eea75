/**
 * Values that are not written yet: each is used once, later in its block, and goes to the operand stack there. What must not be passed by
 * a store or by a variable's change is found here; writing is the emitter's.
 */

import { forEachOperand } from "../../kernel/builder.ts";
import type { Instruction, Variable, Vector } from "../../kernel/language.ts";

/** An instruction that has a result. */
export type Defining = Extract<Instruction, { result: unknown }>;

/** Values that stand on each other at most: engines and our own recursion have bounded stacks. */
const deepest = 200;

export class Waiting {
  readonly #instructions = new Map<number, Defining>();
  /** How many waiting values stand on each other. */
  readonly #depths = new Map<number, number>();

  has(id: number): boolean {
    return this.#instructions.has(id);
  }

  /** Lets a value wait; false where too many would stand on each other. */
  add(instruction: Defining): boolean {
    let depth = 1;
    forEachOperand(instruction, (id) => {
      if (this.#instructions.has(id)) depth = Math.max(depth, 1 + this.#depths.get(id)!);
    });
    if (depth > deepest) return false;
    this.#depths.set(instruction.result.id, depth);
    this.#instructions.set(instruction.result.id, instruction);
    return true;
  }

  /** The instruction of a waiting value, which waits no longer. */
  take(id: number): Defining | undefined {
    const instruction = this.#instructions.get(id);
    if (instruction) this.#instructions.delete(id);
    return instruction;
  }

  /** All that wait, oldest first. */
  all(): readonly Defining[] {
    return [...this.#instructions.values()];
  }

  /** The waiting values that writing `vector` would write. */
  treeOf(vector: Vector): Set<number> {
    const tree = new Set<number>();
    const visit = (id: number): void => {
      const waiting = this.#instructions.get(id);
      if (!waiting) return;
      tree.add(id);
      forEachOperand(waiting, (operand) => {
        if (operand !== id) visit(operand);
      });
    };
    visit(vector.id);
    return tree;
  }

  /** Whether a waiting value depends on the present content of a variable. */
  reads(id: number, variable: Variable): boolean {
    const waiting = this.#instructions.get(id);
    if (!waiting) return false;
    if (waiting.op === "get") return waiting.variable.id === variable.id;
    let found = false;
    forEachOperand(waiting, (operand) => {
      if (operand !== id) found ||= this.reads(operand, variable);
    });
    return found;
  }
}

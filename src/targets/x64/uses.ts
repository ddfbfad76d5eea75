/**
 * Where the values of a kernel are used: what the lowering must know before it may let two values share a register. Instructions
 * are numbered in the order of the text, from 0.
 */

import { forEachOperand } from "../../kernel/builder.ts";
import type { Block } from "../../kernel/language.ts";
import { resultOf } from "../../kernel/language.ts";

export interface Use {
  /** How many instructions read it. */
  count: number;
  /** The last of them. */
  last: number;
  /** The block in which all of them stand, or null. */
  block: Block | null;
  /** The block that defines it. */
  home: Block | null;
}

export class Uses {
  readonly #uses: Map<number, Use> = new Map();
  #number = 0;
  /** Per variable: the numbers of the instructions that set or get it. */
  readonly #sets: Map<number, number[]> = new Map();

  constructor(body: Block) {
    this.#visit(body);
  }

  of(id: number): Use {
    let use = this.#uses.get(id);
    if (!use) {
      use = { count: 0, last: -1, block: null, home: null };
      this.#uses.set(id, use);
    }
    return use;
  }

  /** Whether a variable is set between two instructions (both excluded). */
  isSet(variable: number, after: number, before: number): boolean {
    return this.#sets.get(variable)?.some((at) => at > after && at < before) ?? false;
  }

  #visit(block: Block): void {
    for (const instruction of block.instructions) {
      const number = this.#number++;
      const result = resultOf(instruction);
      if (result) this.of(result.id).home = block;
      if (instruction.op === "set") append(this.#sets, instruction.variable.id, number);
      forEachOperand(instruction, (id) => {
        const use = this.of(id);
        use.block = use.count === 0 || use.block === block ? block : null;
        use.count++;
        use.last = number;
      });
      if ("body" in instruction) this.#visit(instruction.body);
    }
  }
}

function append(map: Map<number, number[]>, key: number, value: number): void {
  const known = map.get(key);
  if (known) known.push(value);
  else map.set(key, [value]);
}

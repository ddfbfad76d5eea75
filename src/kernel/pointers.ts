/**
 * Addresses of a kernel, computed as rarely as possible. The terms of an address are summed in the order in which their indices
 * become known; each partial sum is a local, computed where its last index is, shared by all addresses that begin alike. On a
 * loop counter it becomes a pointer that the loop moves along. What is constant stays in the instruction.
 */

import { forEachOperand } from "./builder.ts";
import type { Address, Block, Index, Kernel } from "./language.ts";
import { resultOf } from "./language.ts";

/** `previous + index·scale`. */
export interface PartialSum {
  readonly local: number;
  readonly previous: number;
  readonly index: Index;
  readonly scale: number;
}

export class Pointers {
  readonly #order = new Map<number, number>();
  readonly #constants: ReadonlyMap<number, number>;
  readonly #sums = new Map<string, PartialSum>();
  readonly #resolved = new Map<Address, { local: number; offset: number }>();
  readonly #newLocal: () => number;
  /** Partial sums by the index they end in. */
  readonly endingAt: Map<number, PartialSum[]> = new Map();

  constructor(kernel: Kernel, constants: ReadonlyMap<number, number>, newLocal: () => number) {
    this.#constants = constants;
    this.#newLocal = newLocal;
    for (const index of [kernel.begin, kernel.end, kernel.worker]) this.#order.set(index.id, this.#order.size);
    this.#number(kernel.body);
    this.#collect(kernel.body);
  }

  /** The local and the constant rest of an address. */
  resolve(address: Address): { local: number; offset: number } {
    let resolved = this.#resolved.get(address);
    if (!resolved) {
      resolved = this.#resolve(address);
      this.#resolved.set(address, resolved);
    }
    return resolved;
  }

  #resolve(address: Address): { local: number; offset: number } {
    let local = address.buffer;
    let offset = address.offset;
    let key = `${local}`;
    const terms = address.terms.filter(({ index, scale }) => {
      const constant = this.#constants.get(index.id);
      if (constant !== undefined) offset += constant * scale;
      return constant === undefined;
    });
    terms.sort((a, b) => this.#order.get(a.index.id)! - this.#order.get(b.index.id)!);
    for (const { index, scale } of terms) {
      key += ` ${index.id}*${scale}`;
      let sum = this.#sums.get(key);
      if (!sum) {
        sum = { local: this.#newLocal(), previous: local, index, scale };
        this.#sums.set(key, sum);
        const ending = this.endingAt.get(index.id) ?? [];
        ending.push(sum);
        this.endingAt.set(index.id, ending);
      }
      local = sum.local;
    }
    return { local, offset };
  }

  #number(block: Block): void {
    for (const instruction of block.instructions) {
      const result = resultOf(instruction);
      if (result) this.#order.set(result.id, this.#order.size);
      if (instruction.op === "loop") this.#order.set(instruction.index.id, this.#order.size);
      if ("body" in instruction) this.#number(instruction.body);
    }
  }

  #collect(block: Block): void {
    for (const instruction of block.instructions) {
      if ("address" in instruction) this.resolve(instruction.address);
      if ("body" in instruction) this.#collect(instruction.body);
    }
  }
}

/** How often each value is used, and in which block it is used last. */
export function usesOf(body: Block): Map<number, { count: number; block: Block }> {
  const uses = new Map<number, { count: number; block: Block }>();
  const visit = (block: Block): void => {
    for (const instruction of block.instructions) {
      forEachOperand(instruction, (id) => {
        uses.set(id, { count: (uses.get(id)?.count ?? 0) + 1, block });
      });
      if ("body" in instruction) visit(instruction.body);
    }
  };
  visit(body);
  return uses;
}

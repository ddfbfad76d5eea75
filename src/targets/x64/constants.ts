/** Constants of a program: 32-bit words that lie behind its code, each pattern once, found relative to the instruction that reads them. */

import type { Assembler, Label, LabelMemory } from "./assembler.ts";

export class ConstantPool {
  readonly #label: Label;
  readonly #words: number[] = [];
  readonly #known: Map<string, LabelMemory> = new Map();

  constructor(assembler: Assembler) {
    this.#label = assembler.label();
  }

  /** Where the words lie, one after the other. */
  at(words: readonly number[]): LabelMemory {
    const key = words.join();
    let known = this.#known.get(key);
    if (!known) {
      // Whole vectors come at multiples of their size, so that no load of one crosses a cache line.
      while (this.#words.length % words.length !== 0) this.#words.push(0);
      known = { label: this.#label, displacement: 4 * this.#words.length };
      this.#words.push(...words);
      this.#known.set(key, known);
    }
    return known;
  }

  /** Writes the constants where the code ends. */
  write(assembler: Assembler): void {
    assembler.align(64);
    assembler.bind(this.#label);
    assembler.bytes32(this.#words);
  }
}

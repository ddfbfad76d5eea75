/**
 * Memory for intermediate values. Nothing in it outlives a run, so the programs of a target that run one after the other use the same: a
 * run takes the largest that no other run has, and where all are in use or too small there is one more. It is given back with
 * the last program that used it.
 */

import type { Block } from "./block.ts";

interface Shared {
  readonly block: Block;
  /** Programs that hold it. */
  holders: number;
  /** Whether a run has it. */
  busy: boolean;
}

/** The intermediate memory of a target. */
export class Arenas {
  readonly #allocate: (bytes: number) => Block;
  readonly #exact: boolean;
  /** Weak: what no program holds any more may go. */
  readonly #known = new Set<WeakRef<Shared>>();

  /** @param exact  whether programs share only what ends where each of them would: beyond it lies what finds defects */
  constructor(allocate: (bytes: number) => Block, exact = false) {
    this.#allocate = allocate;
    this.#exact = exact;
  }

  /** For a program that needs `bytes`; allocated now, so that there is no lack of it later. */
  for(bytes: number): Arena {
    return new Arena(() => this.#find(bytes));
  }

  /** The largest one that no run has; one more where it is too small. */
  #find(bytes: number): Shared {
    let largest: Shared | null = null;
    for (const reference of this.#known) {
      const shared = reference.deref();
      if (!shared || shared.holders === 0) this.#known.delete(reference);
      else if (!shared.busy && this.#fits(shared.block.bytes, largest?.block.bytes ?? bytes)) largest = shared;
    }
    if (largest) return largest;
    const made = { block: this.#allocate(bytes), holders: 0, busy: false };
    this.#known.add(new WeakRef(made));
    return made;
  }

  #fits(bytes: number, needed: number): boolean {
    return this.#exact ? bytes === needed : bytes >= needed;
  }
}

/** What a program has of it. */
export class Arena {
  readonly #find: () => Shared;
  #shared: Shared;

  constructor(find: () => Shared) {
    this.#find = find;
    this.#shared = find();
    this.#shared.holders++;
  }

  /** Memory for a run, until it is {@link leave left}; what is in it is arbitrary. */
  enter(): Block {
    const found = this.#find();
    if (found !== this.#shared) {
      found.holders++;
      this.release();
      this.#shared = found;
    }
    found.busy = true;
    return found.block;
  }

  leave(): void {
    this.#shared.busy = false;
  }

  release(): void {
    if (--this.#shared.holders === 0) this.#shared.block.release();
  }
}

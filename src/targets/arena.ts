/**
 * Memory for intermediate values. Nothing in it outlives a run, so the programs of a target that run one after the other use the same: a
 * run takes the largest that no other run has, and where all are in use or too small there is one more. It is given back with
 * the last program that used it.
 */

import { InternalError } from "../base/errors.ts";
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
  #lent = false;

  constructor(find: () => Shared) {
    this.#find = find;
    this.#shared = find();
    this.#shared.holders++;
  }

  /** Lends memory to a run, until `work` is done or has failed; what is in it is arbitrary. A program has one run at a time. */
  async lend<T>(work: (memory: Block) => T | Promise<T>): Promise<T> {
    if (this.#lent) throw new InternalError("a program was run again before it had come to its end");
    const shared = this.#find();
    if (shared !== this.#shared) {
      shared.holders++;
      this.release();
      this.#shared = shared;
    }
    this.#lent = shared.busy = true;
    try {
      return await work(shared.block);
    } finally {
      this.#lent = shared.busy = false;
    }
  }

  release(): void {
    if (--this.#shared.holders === 0) this.#shared.block.release();
  }
}

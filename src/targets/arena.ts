/**
 * Memory for intermediate values. Nothing in it outlives a run, so the programs of a target that run one after the other use the same: a
 * run takes the largest that no other run has, and where all are in use or too small there is one more. It is given back when the
 * programs that are left need less than half of it: small ones do not hold what a large one needed.
 */

import { InternalError } from "../base/errors.ts";
import type { Block } from "./block.ts";

interface Shared {
  readonly block: Block;
  /** What the programs that hold it need of it. */
  readonly needs: number[];
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
    return new Arena(bytes, () => this.#find(bytes));
  }

  /** The largest one that no run has; one more where it is too small. */
  #find(bytes: number): Shared {
    let largest: Shared | null = null;
    for (const reference of this.#known) {
      const shared = reference.deref();
      if (!shared || isGivenBack(shared)) this.#known.delete(reference);
      else if (!shared.busy && this.#fits(shared.block.bytes, largest?.block.bytes ?? bytes)) largest = shared;
    }
    if (largest) return largest;
    const made = { block: this.#allocate(bytes), needs: [], busy: false };
    this.#known.add(new WeakRef(made));
    return made;
  }

  #fits(bytes: number, needed: number): boolean {
    return this.#exact ? bytes === needed : bytes >= needed;
  }
}

/** Whether it is needed no more, or so little of it: not while a run has it. */
function isGivenBack({ block, needs, busy }: Shared): boolean {
  return !busy && (needs.length === 0 || Math.max(...needs) < block.bytes / 2);
}

/** What a program has of it. */
export class Arena {
  readonly #bytes: number;
  readonly #find: () => Shared;
  #shared: Shared | null = null;
  #lent = false;

  constructor(bytes: number, find: () => Shared) {
    this.#bytes = bytes;
    this.#find = find;
    this.#hold(find());
  }

  /** Lends memory to a run, until `work` is done or has failed; what is in it is arbitrary. A program has one run at a time. */
  async lend<T>(work: (memory: Block) => T | Promise<T>): Promise<T> {
    if (this.#lent) throw new InternalError("a program was run again before it had come to its end");
    const shared = this.#find();
    if (shared !== this.#shared) {
      this.release();
      this.#hold(shared);
    }
    this.#lent = shared.busy = true;
    try {
      return await work(shared.block);
    } finally {
      this.#lent = shared.busy = false;
      if (isGivenBack(shared)) shared.block.release();
    }
  }

  #hold(shared: Shared): void {
    shared.needs.push(this.#bytes);
    this.#shared = shared;
  }

  release(): void {
    const shared = this.#shared;
    if (!shared) return;
    this.#shared = null;
    shared.needs.splice(shared.needs.indexOf(this.#bytes), 1);
    if (isGivenBack(shared)) shared.block.release();
  }
}

/**
 * Blocks of a target's memory and who owns them: 64-byte aligned, first fit, neighbours merged when they are released. A block that nobody
 * refers to any more is released too, some time after a garbage collection; so that collections come when blocks are large and
 * not only when they are many, each carries its weight.
 */

import { InternalError } from "../base/errors.ts";
import type { TargetBuffer } from "./target.ts";

export const alignment = 64;

/** A block of memory at an address of its target. */
export class Block implements TargetBuffer {
  readonly bytes: number;
  readonly #address: number;
  #release: (() => void) | null;
  /**
   * Memory of the same size that is never touched, and so never there: all the engine's garbage collector sees of a block. Without it
   * an object of a few bytes that holds megabytes would not be worth a collection.
   */
  #weight: ArrayBuffer | null;

  constructor(address: number, bytes: number, release: () => void) {
    this.#address = address;
    this.bytes = bytes;
    this.#release = release;
    this.#weight = bytes >= weighty ? weigh(bytes) : null;
  }

  /** Whether the garbage collector knows the block's size. */
  get weighs(): boolean {
    return this.#weight !== null;
  }

  get address(): number {
    if (!this.#release) throw new InternalError("a released buffer was used");
    return this.#address;
  }

  release(): void {
    this.#release?.();
    this.#release = null;
    this.#weight = null;
  }
}

/** Smaller blocks than this weigh nothing: objects enough to fill memory with them are seen anyway. */
const weighty = 32 * 1024;

function weigh(bytes: number): ArrayBuffer | null {
  try {
    return new ArrayBuffer(bytes);
  } catch {
    return null; // no address space left for it: the block itself is what matters
  }
}

/** Makes blocks that are given back when they are released or forgotten. */
export class Blocks {
  readonly #forgotten = new FinalizationRegistry<() => void>((release) => release());
  readonly #made = new WeakSet<TargetBuffer>();

  make(address: number, bytes: number, release: () => void): Block {
    const token = {};
    const block = new Block(address, bytes, () => {
      this.#forgotten.unregister(token);
      release();
    });
    this.#forgotten.register(block, release, token);
    this.#made.add(block);
    return block;
  }

  /** The buffer as the block it is; throws where it was made elsewhere: its address would mean something else. */
  own(buffer: TargetBuffer, target: string): Block {
    if (!this.#made.has(buffer)) throw new InternalError(`a buffer of another target was given to ${target}`);
    return buffer as Block;
  }
}

/** Free parts of one stretch of memory, by address. */
export class FreeList {
  readonly #parts: { address: number; bytes: number }[] = [];

  /** The address of `size` bytes that are free no more, or null. */
  take(size: number): number | null {
    const part = this.#parts.find((candidate) => candidate.bytes >= size);
    if (!part) return null;
    const { address } = part;
    part.address += size;
    part.bytes -= size;
    if (part.bytes === 0) this.#parts.splice(this.#parts.indexOf(part), 1);
    return address;
  }

  /** Adds a free part, merging it with its neighbours. */
  give(address: number, bytes: number): void {
    const at = this.#parts.findIndex((part) => part.address > address);
    const index = at < 0 ? this.#parts.length : at;
    this.#parts.splice(index, 0, { address, bytes });
    for (const i of [index, index - 1]) {
      const [part, next] = [this.#parts[i], this.#parts[i + 1]];
      if (part && next && part.address + part.bytes === next.address) {
        part.bytes += next.bytes;
        this.#parts.splice(i + 1, 1);
      }
    }
  }

  /** Free bytes that end at an address. */
  bytesBefore(end: number): number {
    const last = this.#parts.at(-1);
    return last && last.address + last.bytes === end ? last.bytes : 0;
  }
}

/** Bytes that a block of this size takes. */
export function takenBy(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / alignment)) * alignment;
}

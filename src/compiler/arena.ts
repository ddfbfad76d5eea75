/**
 * Places for intermediate values: each lives from the phase (or call) that writes it to the last one that reads it, and values whose
 * lives do not meet share memory. First fit by address, 64-byte aligned.
 */

const alignment = 64;

interface Live {
  readonly offset: number;
  readonly bytes: number;
  readonly last: number;
}

/** Hands out offsets to values in the order in which they are first written. */
export class Arena {
  #live: Live[] = [];
  /** Bytes needed so far. */
  size = 0;

  /** An offset for `bytes` that are first written in phase `first` and last read in phase `last`. */
  place(bytes: number, first: number, last: number): number {
    this.#live = this.#live.filter((value) => value.last >= first);
    const size = Math.ceil(bytes / alignment) * alignment;
    let offset = 0;
    for (const value of this.#live) {
      if (value.offset - offset >= size) break;
      offset = Math.max(offset, value.offset + value.bytes);
    }
    const above = this.#live.findIndex((value) => value.offset > offset);
    this.#live.splice(above < 0 ? this.#live.length : above, 0, { offset, bytes: size, last });
    this.size = Math.max(this.size, offset + size);
    return offset;
  }
}

/**
 * The linear memory of the target, handed out in blocks; shared between threads where there are several. Growth moves the JavaScript
 * view, never a block; views are made anew at each use.
 */

import { TargetError } from "../../base/errors.ts";
import { Arenas } from "../arena.ts";
import { alignment, type Block, Blocks, FreeList, takenBy } from "../block.ts";
import type { TargetBuffer } from "../target.ts";
import { mostPages } from "./encoder.ts";

const pageBytes = 65536;
const limitBytes = mostPages * pageBytes;

export class LinearMemory {
  /** For the programs that run here. */
  readonly arenas: Arenas = new Arenas((bytes) => this.allocate(bytes));
  readonly memory: WebAssembly.Memory;
  readonly isShared: boolean;
  /** Address 0 is never handed out. */
  readonly #free = new FreeList();
  readonly #blocks = new Blocks();
  #used = 0;

  constructor(isShared: boolean) {
    this.isShared = isShared;
    this.memory = new WebAssembly.Memory({ initial: 16, ...(isShared ? { maximum: mostPages, shared: true } : {}) });
    this.#free.give(alignment, 16 * pageBytes - alignment);
  }

  get bytes(): Uint8Array {
    return new Uint8Array(this.memory.buffer);
  }

  /** A zeroed block. */
  allocate(bytes: number): Block {
    const size = takenBy(bytes);
    let address = this.#free.take(size);
    if (address === null) {
      this.#grow(size);
      address = this.#free.take(size)!;
    }
    const start = address;
    this.#used += size;
    this.bytes.fill(0, start, start + size);
    return this.#blocks.make(start, bytes, () => {
      this.#used -= size;
      this.#free.give(start, size);
    });
  }

  /** The buffer as a block of this memory. */
  own(buffer: TargetBuffer): Block {
    return this.#blocks.own(buffer, "wasm");
  }

  #grow(size: number): void {
    const end = this.memory.buffer.byteLength;
    const missing = size - this.#free.bytesBefore(end);
    // Grow by a quarter at least: many small growths cost more than some spare pages.
    const wanted = Math.min(Math.max(missing, end / 4), limitBytes - end);
    try {
      if (wanted < missing) throw new RangeError("limit");
      this.memory.grow(Math.ceil(wanted / pageBytes));
    } catch (cause) {
      const mib = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MiB`;
      throw new TargetError(
        `wasm: ${mib(size)} more memory could not be had; ${mib(this.#used)} are in use and the limit is 4096 MiB. ` +
          "Use a smaller batch, a smaller network or less resident data.",
        { operation: "wasm", bytes: size, used: this.#used },
        { cause },
      );
    }
    this.#free.give(end, this.memory.buffer.byteLength - end);
  }

  /** Bytes that are handed out. */
  get used(): number {
    return this.#used;
  }
}

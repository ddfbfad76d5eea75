/**
 * The linear memory of the target and who owns which part of it: 64-byte aligned blocks, first fit, neighbours merged when they are
 * released. A block that nobody refers to any more is released too, some time after a garbage collection; so that collections
 * come when blocks are large and not only when they are many, each carries its weight. Growth moves the JavaScript view, never a
 * block; views are made anew at each use.
 */

import { InternalError, TargetError } from "../../base/errors.ts";
import type { TargetBuffer } from "../target.ts";

const alignment = 64;
const pageBytes = 65536;
const limitBytes = 65536 * pageBytes;

/** A block of linear memory. */
export class WasmBuffer implements TargetBuffer {
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
    if (!this.#release) throw new InternalError("a released wasm buffer was used");
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

export class LinearMemory {
  readonly memory: WebAssembly.Memory;
  /** Free blocks by address; address 0 is never handed out. */
  #free: { address: number; bytes: number }[] = [];
  #used = 0;
  readonly #forgotten = new FinalizationRegistry<() => void>((release) => release());

  constructor() {
    this.memory = new WebAssembly.Memory({ initial: 16 });
    this.#free.push({ address: alignment, bytes: 16 * pageBytes - alignment });
  }

  get bytes(): Uint8Array {
    return new Uint8Array(this.memory.buffer);
  }

  /** A zeroed block. */
  allocate(bytes: number): WasmBuffer {
    const size = Math.max(1, Math.ceil(bytes / alignment)) * alignment;
    let block = this.#free.find((candidate) => candidate.bytes >= size);
    if (!block) {
      this.#grow(size);
      block = this.#free.find((candidate) => candidate.bytes >= size)!;
    }
    const { address } = block;
    block.address += size;
    block.bytes -= size;
    if (block.bytes === 0) this.#free.splice(this.#free.indexOf(block), 1);
    this.#used += size;
    this.bytes.fill(0, address, address + size);
    const release = (): void => this.#release(address, size);
    const token = {};
    const buffer = new WasmBuffer(address, bytes, () => {
      this.#forgotten.unregister(token);
      release();
    });
    this.#forgotten.register(buffer, release, token);
    return buffer;
  }

  #grow(size: number): void {
    const end = this.memory.buffer.byteLength;
    const last = this.#free.at(-1);
    const missing = size - (last && last.address + last.bytes === end ? last.bytes : 0);
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
    this.#insert(end, this.memory.buffer.byteLength - end);
  }

  #release(address: number, size: number): void {
    this.#used -= size;
    this.#insert(address, size);
  }

  /** Adds a free block, merging it with its neighbours. */
  #insert(address: number, bytes: number): void {
    const at = this.#free.findIndex((block) => block.address > address);
    const index = at < 0 ? this.#free.length : at;
    this.#free.splice(index, 0, { address, bytes });
    for (const i of [index, index - 1]) {
      const [block, next] = [this.#free[i], this.#free[i + 1]];
      if (block && next && block.address + block.bytes === next.address) {
        block.bytes += next.bytes;
        this.#free.splice(i + 1, 1);
      }
    }
  }

  /** Bytes that are handed out. */
  get used(): number {
    return this.#used;
  }
}

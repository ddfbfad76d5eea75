/**
 * Memory of the target: regions from the operating system, in large pages where it can, handed out in blocks. To find defects
 * every block can have pages of its own between pages that cannot be touched, ending where they begin: a kernel that reads or
 * writes beside its buffers stops the process instead of being wrong.
 */

import { TargetError } from "../../base/errors.ts";
import { Arenas } from "../arena.ts";
import { type Block, Blocks, FreeList, takenBy } from "../block.ts";
import type { TargetBuffer } from "../target.ts";
import { type Native, pageBytes } from "./native.ts";

const largePageBytes = 2 ** 21;
const regionBytes = 32 * 2 ** 20;

interface Region {
  readonly address: number;
  readonly view: ArrayBuffer;
  readonly free: FreeList;
  /** Bytes from the start that were handed out before: what is behind them is zero, and not there before it is touched. */
  used: number;
}

export class NativeMemory {
  /** For the programs that run here. */
  readonly arenas: Arenas;
  readonly #native: Native;
  readonly #regions: Region[] = [];
  readonly #blocks = new Blocks();
  readonly #guarded: boolean;
  readonly #views = new WeakMap<Block, Uint8Array>();
  #used = 0;

  /** @param guarded  every block between pages that cannot be touched */
  constructor(native: Native, guarded: boolean) {
    this.#native = native;
    this.#guarded = guarded;
    this.arenas = new Arenas((bytes) => this.allocate(bytes), guarded);
  }

  /** A zeroed block. */
  allocate(bytes: number): Block {
    return this.#guarded ? this.#allocateGuarded(bytes) : this.#allocateShared(bytes);
  }

  /** The memory of `data` as a block, as long as the block lives; it has to stay where it is. */
  borrow(data: ArrayBufferView): Block {
    const view = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    // The closure holds the data.
    const block = this.#blocks.make(this.#native.addressOf(view), view.length, () => void view);
    this.#views.set(block, view);
    return block;
  }

  /** The buffer as a block of this memory. */
  own(buffer: TargetBuffer): Block {
    return this.#blocks.own(buffer, "x64");
  }

  /** The bytes of a block, to be used at once. */
  bytesOf(buffer: TargetBuffer): Uint8Array {
    const block = this.own(buffer);
    void block.address; // throws for a released one
    return this.#views.get(block)!;
  }

  #allocateShared(bytes: number): Block {
    const size = takenBy(bytes);
    for (const region of this.#regions) {
      const address = region.free.take(size);
      if (address !== null) return this.#block(region, address, size, bytes);
    }
    for (const region of this.#regions) this.#discardEnd(region);
    const whole = Math.ceil(Math.max(size, regionBytes) / largePageBytes) * largePageBytes;
    // A large page begins at a multiple of its size: one more is mapped, so that all of the region can be large pages.
    const mapped = this.#native.map(whole + largePageBytes);
    if (mapped === null) throw this.#exhausted(bytes);
    const address = Math.ceil(mapped / largePageBytes) * largePageBytes;
    this.#native.preferLargePages(address, whole);
    const region = { address, view: this.#native.view(address, whole), free: new FreeList(), used: 0 };
    region.free.give(address, whole);
    this.#regions.push(region);
    return this.#block(region, region.free.take(size)!, size, bytes);
  }

  /** What is free at the end of a region goes back to the system: where more is mapped, it was too small. */
  #discardEnd(region: Region): void {
    const { address, view, free, used } = region;
    const end = address + view.byteLength;
    const from = Math.ceil((view.byteLength - free.bytesBefore(end)) / pageBytes) * pageBytes;
    if (from >= used) return;
    this.#native.discard(address + from, view.byteLength - from);
    region.used = from;
  }

  #block(region: Region, address: number, size: number, bytes: number): Block {
    const from = address - region.address;
    const view = new Uint8Array(region.view, from, bytes);
    if (from < region.used) new Uint8Array(region.view, from, Math.min(size, region.used - from)).fill(0);
    region.used = Math.max(region.used, from + size);
    this.#used += size;
    const block = this.#blocks.make(address, bytes, () => {
      this.#used -= size;
      region.free.give(address, size);
    });
    this.#views.set(block, view);
    return block;
  }

  #allocateGuarded(bytes: number): Block {
    const inner = Math.max(1, Math.ceil(bytes / pageBytes)) * pageBytes;
    const mapped = this.#native.map(inner + 2 * pageBytes);
    if (mapped === null) throw this.#exhausted(bytes);
    this.#native.forbid(mapped, pageBytes);
    this.#native.forbid(mapped + pageBytes + inner, pageBytes);
    // Elements keep their alignment: only the last bytes before the forbidden page may stay unused.
    const address = mapped + pageBytes + inner - Math.ceil(bytes / 4) * 4;
    const view = new Uint8Array(this.#native.view(mapped + pageBytes, inner), address - mapped - pageBytes, bytes);
    this.#used += inner;
    const block = this.#blocks.make(address, bytes, () => {
      this.#used -= inner;
      this.#native.unmap(mapped, inner + 2 * pageBytes);
    });
    this.#views.set(block, view);
    return block;
  }

  #exhausted(bytes: number): TargetError {
    const mib = (size: number): string => `${Math.ceil(size / 2 ** 20)} MiB`;
    return new TargetError(
      `x64: ${mib(bytes)} more memory could not be had; ${mib(this.#used)} are in use. ` +
        "Use a smaller batch, a smaller network or less resident data.",
      { operation: "x64", bytes, used: this.#used },
    );
  }
}

/**
 * The values of a tensor that has been computed or given: on the JavaScript side, in a target's memory, or both. Copies stay
 * equal, for what is computed once never changes; memory that does change, such as parameters in training, is copied anew each time.
 */

import { allocate, bytesOf, type Data, type DType } from "../base/dtype.ts";
import type { Shape } from "../base/shape.ts";
import { build } from "../graph/build.ts";
import type { Node } from "../graph/node.ts";
import type { Target, TargetBuffer } from "../targets/target.ts";

export class Storage {
  readonly dtype: DType;
  readonly length: number;
  readonly #host: Data | null;
  readonly #changes: boolean;
  readonly #buffers: Map<Target, TargetBuffer> = new Map();

  private constructor(dtype: DType, length: number, host: Data | null, changes: boolean) {
    this.dtype = dtype;
    this.length = length;
    this.#host = host;
    this.#changes = changes;
  }

  /** Takes `data` as it is: the caller gives it away. */
  static fromHost(dtype: DType, data: Data): Storage {
    return new Storage(dtype, data.length, data, false);
  }

  /**
   * The first `length` elements of a target's memory, which is freed when nobody refers to the buffer any more; `changes` says
   * that somebody writes there.
   */
  static fromBuffer(dtype: DType, length: number, target: Target, buffer: TargetBuffer, changes = false): Storage {
    const storage = new Storage(dtype, length, null, changes);
    storage.#buffers.set(target, buffer);
    return storage;
  }

  /** The values in the target's memory; uploaded once where they do not change. */
  async on(target: Target): Promise<TargetBuffer> {
    const known = this.#buffers.get(target);
    if (known) return known;
    const data = await this.values();
    const buffer = target.allocate(this.length * bytesOf(this.dtype));
    await target.write(buffer, data);
    if (!this.#changes) this.#buffers.set(target, buffer);
    return buffer;
  }

  /** The values, the caller's own. */
  async copy(): Promise<Data> {
    return this.#host ? this.#host.slice() : this.values();
  }

  /** The values, not to be changed: where they lie if that is on this side, else a copy. */
  async values(): Promise<Data> {
    if (this.#host) return this.#host;
    const [target, buffer] = [...this.#buffers][0]!;
    return target.read(buffer, this.dtype, this.length);
  }
}

const storages = new WeakMap<Node, Storage>();

/** A graph input that stands for stored values. */
export function leaf(storage: Storage, shape: Shape): Node {
  const node = build.input("value", shape, storage.dtype);
  storages.set(node, storage);
  return node;
}

/** The values a graph input stands for, if it does. */
export function storageOf(node: Node): Storage | undefined {
  return storages.get(node);
}

/** One number as a scalar input: the program that uses it does not depend on its value. */
export function numberLeaf(value: number, dtype: DType): Node {
  const data = allocate(dtype, 1);
  data[0] = value;
  return leaf(Storage.fromHost(dtype, data), []);
}

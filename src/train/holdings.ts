/**
 * What is held in a target's memory for some work, and given back together: at its end, or where its making fails half-way.
 */

import type { Data } from "../base/dtype.ts";
import type { Module } from "../graph/module.ts";
import type { Executable, Target, TargetBuffer } from "../targets/target.ts";

export class Holdings {
  readonly target: Target;
  readonly #parts: { release(): void }[] = [];

  constructor(target: Target) {
    this.target = target;
  }

  allocate(bytes: number): TargetBuffer {
    const buffer = this.target.allocate(bytes);
    this.#parts.push(buffer);
    return buffer;
  }

  /** Data that is only read: where it lies if the target can look there, else as {@link place}. */
  async show(data: Data): Promise<TargetBuffer> {
    const borrowed = this.target.borrow?.(data);
    if (!borrowed) return this.place(data);
    this.#parts.push(borrowed);
    return borrowed;
  }

  /** The data in memory of its own. */
  async place(data: Data): Promise<TargetBuffer> {
    const buffer = this.allocate(data.byteLength);
    await this.target.write(buffer, data);
    return buffer;
  }

  async compile(module: Module): Promise<Executable> {
    const executable = await this.target.compile(module);
    this.#parts.push(executable);
    return executable;
  }

  release(): void {
    for (const part of this.#parts.splice(0)) part.release();
  }
}

/** What `make` makes, which then owns the holdings; where it throws, they are given back. */
export async function withHoldings<T>(target: Target, make: (holdings: Holdings) => Promise<T>): Promise<T> {
  const holdings = new Holdings(target);
  try {
    return await make(holdings);
  } catch (error) {
    holdings.release();
    throw error;
  }
}

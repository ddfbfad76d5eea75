/**
 * Programs that have been compiled, found again by the structure of their graph: the same code on other numbers compiles once. A
 * program that falls out of the cache is freed with the last reference to it.
 */

import { bytesOf } from "../base/dtype.ts";
import { sizeOf } from "../base/shape.ts";
import { structuralKey } from "../graph/key.ts";
import type { Module } from "../graph/module.ts";
import type { Node } from "../graph/node.ts";
import type { Executable, Target, TargetBuffer } from "../targets/target.ts";
import { Storage } from "./storage.ts";

/** Entries that a cache keeps: those used last. */
const kept = 64;

/** The least recently used entries of a map are dropped. */
export class Recent<V> {
  readonly #entries: Map<string, V> = new Map();

  get size(): number {
    return this.#entries.size;
  }

  get(key: string, make: () => V): V {
    const value = this.#entries.has(key) ? this.#entries.get(key)! : make();
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size > kept) this.#entries.delete(this.#entries.keys().next().value!);
    return value;
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }
}

const programs = new WeakMap<Target, Recent<Promise<Executable>>>();

/** For tests of the cache: programs compiled so far. */
export const statistics: { compilations: number } = { compilations: 0 };

/** How many programs are kept for a target. */
export function keptPrograms(target: Target): number {
  return programs.get(target)?.size ?? 0;
}

/** The program of a module on a target, compiled once per structure. */
export function executableFor(target: Target, module: Module): Promise<Executable> {
  const cache = programs.get(target) ?? new Recent<Promise<Executable>>();
  programs.set(target, cache);
  const key = structuralKey(module);
  return cache.get(key, () => {
    statistics.compilations++;
    const executable = target.compile(module);
    executable.catch(() => cache.delete(key));
    return executable;
  });
}

/** Runs a module without states on the values of its inputs; gives those of its outputs. */
export async function runModule(
  target: Target,
  { outputs: nodes }: Module,
  executable: Promise<Executable>,
  values: readonly Storage[],
): Promise<Storage[]> {
  const inputs: TargetBuffer[] = [];
  for (const storage of values) inputs.push(await storage.on(target));
  const program = await executable;
  const outputs = nodes.map((node) => target.allocate(sizeOf(node.shape) * bytesOf(node.dtype)));
  await program.run({ inputs, states: [], outputs }, 1);
  return nodes.map((node: Node, i) => Storage.fromBuffer(node.dtype, sizeOf(node.shape), target, outputs[i]!));
}

/**
 * Which calls may run at the same time. Calls fall into phases, each behind a barrier: inside a phase no call touches what another
 * one writes, so they may run in any order and at once. That is decided by values, before they have places: the arena then counts
 * lives in phases, and memory that is used again never makes calls wait for each other. The order of calls is not changed here.
 */

import type { Node } from "../graph/node.ts";
import type { NodeCall } from "./body.ts";

/**
 * The phase of every call, ascending: a call begins a new one when it reads or writes what a call of the current one writes, or writes
 * what one of them reads. A call's scratch memory counts as written.
 *
 * @param memoryOf  equal for nodes that lie in the same memory: a state's current and next value
 * @param first     number of the first phase
 */
export function phasesOf(calls: readonly NodeCall[], memoryOf: (node: Node) => unknown, first = 0): number[] {
  let phase = first;
  const touched = new Set<unknown>();
  const written = new Set<unknown>();
  return calls.map(({ kernel, buffers }) => {
    const memories = buffers.map(memoryOf);
    const writes = kernel.writes.map((number) => memories[number]);
    if (writes.some((memory) => touched.has(memory)) || memories.some((memory) => written.has(memory))) {
      phase++;
      touched.clear();
      written.clear();
    }
    for (const memory of memories) touched.add(memory);
    for (const memory of writes) written.add(memory);
    return phase;
  });
}

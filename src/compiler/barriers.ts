/**
 * Which calls may run at the same time. Calls fall into phases, each behind a barrier: inside a phase no call touches what another
 * one writes, so they may run in any order and at once. That is decided by values, before they have places: the arena then counts
 * lives in phases, and memory that is used again never makes calls wait for each other. Only calls that write little move to an
 * earlier phase than the order given says: it makes barriers fewer and costs no memory to speak of.
 */

import { bytesOf } from "../base/dtype.ts";
import { sizeOf } from "../base/shape.ts";
import type { Node } from "../graph/node.ts";
import type { NodeCall } from "./body.ts";

/** A call that writes no more bytes than this may run long before its results are needed. */
const little = 16 * 1024;

/** A call with the number of its phase. */
export interface Phased {
  readonly call: NodeCall;
  readonly phase: number;
}

/**
 * The calls by phase, ascending: a call comes after those that write what it touches, and after those that touch what it writes. Its
 * scratch memory counts as written.
 *
 * @param memoryOf  equal for nodes that lie in the same memory: a state's current and next value
 * @param first     number of the first phase
 */
export function inPhases(calls: readonly NodeCall[], memoryOf: (node: Node) => unknown, first = 0): Phased[] {
  const touched = new Map<unknown, number>();
  const written = new Map<unknown, number>();
  let current = first;
  const phased = calls.map((call) => {
    const memories = call.buffers.map(memoryOf);
    const writes = call.kernel.writes.map((number) => memories[number]);
    let phase = first;
    for (const memory of memories) phase = Math.max(phase, 1 + (written.get(memory) ?? -1));
    for (const memory of writes) phase = Math.max(phase, 1 + (touched.get(memory) ?? -1));
    if (bytesWritten(call) > little) phase = Math.max(phase, current);
    current = Math.max(phase, current);
    for (const memory of memories) touched.set(memory, Math.max(phase, touched.get(memory) ?? 0));
    for (const memory of writes) written.set(memory, phase);
    return { call, phase };
  });
  return phased.sort((a, b) => a.phase - b.phase);
}

function bytesWritten({ kernel, buffers }: NodeCall): number {
  return kernel.writes.reduce((sum, number) => {
    const { shape, dtype } = buffers[number]!;
    return sum + sizeOf(shape) * bytesOf(dtype);
  }, 0);
}

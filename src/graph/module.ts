/**
 * What a target is asked to run: a pure graph with its inputs, the state it updates, and what is read back. One training step
 * is one module. `guard` and `log` are the two things a chunk of many steps needs from the program itself.
 */

import type { Node } from "./node.ts";

export interface State {
  /** An `input` node: the value before the step. */
  readonly current: Node;
  /** The value after it; same shape and dtype. */
  readonly next: Node;
}

export interface Module {
  /** `input` nodes bound to buffers at each run, by position. */
  readonly inputs: readonly Node[];
  /** Buffers updated in place, by position. All `next` values are computed from `current` values of the same step. */
  readonly states: readonly State[];
  /** Written to buffers at each run, by position. */
  readonly outputs: readonly Node[];
  /** A scalar bool: when it is false the step stops before any state changes, and so does the run. */
  readonly guard: Node | null;
  /** float32 scalars recorded at every step, a row per step (also for a step the guard stopped). */
  readonly log: readonly Node[];
}

/** Everything that must be computed: outputs, next states, guard and log. */
export function rootsOf(module: Module): Node[] {
  const roots = [...module.outputs, ...module.states.map((state) => state.next), ...module.log];
  if (module.guard) roots.push(module.guard);
  return roots;
}

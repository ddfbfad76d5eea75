/**
 * Which nodes end in which slots. A node that is computed nowhere (an input handed through), or that ends in two places, gets a
 * copy node, so that afterwards every slot has exactly one computed node of its own.
 */

import { build } from "../graph/build.ts";
import type { Module } from "../graph/module.ts";
import { type Node, topological } from "../graph/node.ts";

export interface Roles {
  /** Slot of every input and current-state node. */
  readonly sources: ReadonlyMap<Node, number>;
  /** Slot of every output and next-state node; all computed, all distinct. */
  readonly results: ReadonlyMap<Node, number>;
  /** For a next-state node, the node of its current value. */
  readonly current: ReadonlyMap<Node, Node>;
  readonly guard: Node | null;
  readonly log: readonly Node[];
  /** What must be known before the guard is tested. */
  readonly early: ReadonlySet<Node>;
  readonly slots: number;
}

export function assignRoles(module: Module): Roles {
  const sources = new Map<Node, number>();
  const results = new Map<Node, number>();
  const current = new Map<Node, Node>();
  const guard = module.guard;
  // The log is read when the step has run: a state it names is recorded as it was before.
  const states = new Set(module.states.map((state) => state.current));
  const log = module.log.map((node) => (states.has(node) ? build.stopGradient(node) : node));
  const early = new Set(topological(guard ? [guard, ...log] : []));
  let slot = 1;

  const result = (node: Node): Node => {
    const computed = node.op.kind !== "source" && !results.has(node);
    const owner = computed ? node : build.stopGradient(node);
    results.set(owner, slot++);
    return owner;
  };

  for (const input of module.inputs) sources.set(input, slot++);
  for (const state of module.states) {
    sources.set(state.current, slot);
    // A next value that the guard itself needs must not overwrite the state before the guard has spoken.
    const owner = result(early.has(state.next) ? build.stopGradient(state.next) : state.next);
    current.set(owner, state.current);
  }
  for (const output of module.outputs) result(output);
  return { sources, results, current, guard, log, early, slots: slot };
}

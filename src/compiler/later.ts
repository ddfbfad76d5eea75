/**
 * Takes `later` out of a module: what read it reads its input, and must be computed after what it waited for. A kernel needs nothing of
 * that; the order of kernels does. Nodes that read the same through different ones stay apart, so what is computed again is computed again.
 */

import { sizeOf } from "../base/shape.ts";
import { type Module, rootsOf } from "../graph/module.ts";
import { type Node, record, topological } from "../graph/node.ts";
import { ops } from "../graph/ops/index.ts";

/** What waits for what. */
export interface Waits {
  /** For nodes that read something later: what must be known before. */
  readonly after: ReadonlyMap<Node, readonly Node[]>;
  /** What is read later: it has to be kept, not the larger things it may have been made of. */
  readonly kept: readonly Node[];
}

/** The module without `later`, and what it said. Inputs and current states are the same nodes. */
export function withoutLater(module: Module): { readonly module: Module; readonly waits: Waits } {
  const results = new Map<Node, Node>();
  const passed = new Map<Node, readonly Node[]>();
  const after = new Map<Node, readonly Node[]>();
  const kept = new Set<Node>();
  const of = (node: Node): Node => results.get(node)!;
  for (const node of topological(rootsOf(module))) {
    const awaited = node.inputs.flatMap((input) => passed.get(input) ?? []);
    if (node.op === (ops.later as Node["op"])) {
      const [x, arrived] = node.inputs.map(of) as [Node, Node];
      results.set(node, x);
      passed.set(node, [...awaited, arrived]);
      if (sizeOf(x.shape) > 1) kept.add(x);
      continue;
    }
    const inputs = node.inputs.map(of);
    const moved = inputs.some((input, i) => input !== node.inputs[i]);
    const current = moved ? record(node.op, inputs, node.attributes) : node;
    results.set(node, current);
    if (awaited.length > 0) after.set(current, awaited);
  }
  const rewritten: Module = {
    inputs: module.inputs,
    states: module.states.map(({ current, next }) => ({ current, next: of(next) })),
    outputs: module.outputs.map(of),
    guard: module.guard && of(module.guard),
    log: module.log.map(of),
  };
  return { module: rewritten, waits: { after, kept: [...kept] } };
}

/** The stored nodes after which a stored node must be computed, though it reads nothing of them. */
export function awaitedBy(node: Node, stored: ReadonlySet<Node>, { after }: Waits): Set<Node> {
  const awaited = new Set<Node>();
  if (after.size === 0) return awaited;
  for (const part of [node, ...madeOf(node.inputs, stored)]) {
    if (part !== node && stored.has(part)) continue;
    const arrived = after.get(part) ?? [];
    for (const known of madeOf(arrived, stored)) if (stored.has(known)) awaited.add(known);
  }
  awaited.delete(node);
  return awaited;
}

/** Nodes and what they are made of, down to stored ones. */
function madeOf(nodes: readonly Node[], stored: ReadonlySet<Node>): Set<Node> {
  const seen = new Set(nodes);
  for (const node of seen) if (!stored.has(node)) for (const input of node.inputs) seen.add(input);
  return seen;
}

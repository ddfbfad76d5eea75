/**
 * A node of the graph: one operation on some inputs, with its inferred shape and dtype. Nodes are immutable and pure; nothing
 * is computed here. Ids grow with creation, so ascending ids are a topological order.
 */

import type { DType } from "../base/dtype.ts";
import type { Shape } from "../base/shape.ts";
import type { Operation } from "./operation.ts";
import { noteRegion } from "./region.ts";

export interface Node<A = any> {
  readonly id: number;
  readonly op: Operation<A>;
  readonly inputs: readonly Node[];
  readonly attributes: A;
  readonly shape: Shape;
  readonly dtype: DType;
}

let nextId = 0;

/** Records one operation; throws the operation's own sentence where the inputs break its rule. */
export function record<A>(op: Operation<A>, inputs: readonly Node[], attributes: A): Node<A> {
  const { shape, dtype } = op.infer(inputs, attributes);
  const node = { id: nextId++, op, inputs, attributes, shape, dtype };
  noteRegion(node);
  return node;
}

/** Every node that `roots` depend on, inputs first, each once. */
export function topological(roots: readonly Node[]): Node[] {
  const seen = new Set<Node>();
  const pending: Node[] = [...roots];
  while (pending.length > 0) {
    const node = pending.pop()!;
    if (seen.has(node)) continue;
    seen.add(node);
    pending.push(...node.inputs);
  }
  return [...seen].sort((a, b) => a.id - b.id);
}

/**
 * Reverse mode: graph in, graph out, so gradients have gradients. Each node's rule turns the gradient of its output into those of
 * its inputs; contributions to one node are added in the order in which they arise. Nodes of a region are computed again for their
 * rules; the order of additions, and so every bit, is the same with and without.
 */

import { invariant } from "../base/errors.ts";
import { build } from "./build.ts";
import { type Node, topological } from "./node.ts";
import { recomputation } from "./recompute.ts";

/**
 * The gradient of `output` (weighted by `cotangent`, of the same shape) with respect to each node of `wrt`; null where no path
 * leads.
 */
export function gradient(output: Node, cotangent: Node, wrt: readonly Node[]): (Node | null)[] {
  const order = topological([output]);
  const reached = pathsFrom(wrt, order);
  const again = recomputation(order);
  const gradients = new Map<Node, Node>([[output, cotangent]]);
  for (const node of order.toReversed()) {
    const g = gradients.get(node);
    if (!g || !reached.has(node) || node.op.gradient === null) continue;
    const contributions = node.op.gradient(build, g, again(node, g));
    invariant(
      contributions.length === node.inputs.length,
      `${node.op.name}'s gradient rule must answer for each input`,
    );
    node.inputs.forEach((input, i) => {
      const contribution = contributions[i];
      if (!contribution || !reached.has(input)) return;
      const sum = gradients.get(input);
      gradients.set(input, sum ? build.add(sum, contribution) : contribution);
    });
  }
  return wrt.map((node) => (reached.has(node) ? (gradients.get(node) ?? null) : null));
}

/** The nodes of `order` that depend on one of `wrt`. */
function pathsFrom(wrt: readonly Node[], order: readonly Node[]): Set<Node> {
  const reached = new Set(wrt);
  for (const node of order) if (node.inputs.some((input) => reached.has(input))) reached.add(node);
  return reached;
}

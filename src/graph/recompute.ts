/**
 * Recomputation: for the gradient, what a region computes is recorded once more, on inputs that are not read before the first gradient
 * has arrived there. Memory then holds the region's inputs between the two passes, and what is inside only while it is needed. A region
 * inside of another is recorded a third time, from what the other one's copy gives it.
 */

import { build } from "./build.ts";
import { type Node, record } from "./node.ts";
import { type Region, regionsOf } from "./region.ts";

/** What a node's gradient rule reads, where the gradient `arrived` is the first to reach the node's region. */
export type Recomputation = (node: Node, arrived: Node) => Node;

/** @param order  all nodes of a graph, inputs first */
export function recomputation(order: readonly Node[]): Recomputation {
  const members = new Map<Region, Node[]>();
  for (const node of order) {
    for (const region of regionsOf(node)) {
      const known = members.get(region);
      if (known) known.push(node);
      else members.set(region, [node]);
    }
  }
  const copies = new Map<Region, ReadonlyMap<Node, Node>>();

  const copyOf = (regions: readonly Region[], arrived: Node): ReadonlyMap<Node, Node> => {
    const [region, ...around] = regions as [Region, ...Region[]];
    const known = copies.get(region);
    if (known) return known;
    const outer = around.length > 0 ? copyOf(around, arrived) : null;
    const copy = new Map<Node, Node>();
    const valueOf = (input: Node): Node => {
      const value = copy.get(input) ?? build.later(outer?.get(input) ?? input, arrived);
      copy.set(input, value);
      return value;
    };
    for (const node of members.get(region)!) {
      copy.set(node, record(node.op, node.inputs.map(valueOf), node.attributes));
    }
    copies.set(region, copy);
    return copy;
  };

  return (node, arrived) => {
    const regions = regionsOf(node);
    return regions.length === 0 ? node : copyOf(regions, arrived).get(node)!;
  };
}

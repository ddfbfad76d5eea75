/**
 * Evaluates a graph node by node, inputs first. Tests of every room use it as the oracle without the ceremony of a target.
 */

import type { Data } from "../../base/dtype.ts";
import type { Node } from "../../graph/node.ts";
import { topological } from "../../graph/node.ts";
import type { Scalars } from "../../kernel/scalars.ts";
import { evaluate } from "./families.ts";

/**
 * The elements of every node that `roots` depend on.
 *
 * @param bound  the elements of `input` nodes; any other node may be given too and is then not computed
 * @param k      `numberScalars(numerics)`
 */
export function interpret(
  roots: readonly Node[],
  bound: ReadonlyMap<Node, Data>,
  k: Scalars<number>,
): ReadonlyMap<Node, Data> {
  const values = new Map(bound);
  for (const node of topological(roots)) {
    if (values.has(node)) continue;
    const operands = node.inputs.map((input) => values.get(input)!);
    values.set(node, evaluate(node, operands, k));
  }
  return values;
}

/** Operands that a kernel reads in place: any affine view of one buffer. */

import { invariant } from "../base/errors.ts";
import type { Node } from "../graph/node.ts";
import type { Surroundings } from "./body.ts";
import { type Expression, flatten, identityAccess } from "./expression.ts";

export type Load = Expression & { readonly kind: "load" };

/** Where a node's elements lie, as a linear form over its own axes. */
export function loadOf(node: Node, around: Surroundings): Load {
  const load = flatten(node, identityAccess(node.shape), node.shape.length, {
    stored: (other) => around.stored.has(other),
  });
  invariant(load?.kind === "load", `an operand of ${node.op.name} is not in memory`);
  return load;
}

/** Operands that a kernel reads in place: any affine view of one buffer. */

import { invariant } from "../base/errors.ts";
import type { Node } from "../graph/node.ts";
import type { Surroundings } from "./body.ts";
import { type Expression, flatten, identityAccess, type Linear } from "./expression.ts";

export type Load = Expression & { readonly kind: "load" };

/** Where a node's elements lie, as a linear form over its own axes. */
export function loadOf(node: Node, around: Surroundings): Load {
  const load = flatten(node, identityAccess(node.shape), node.shape.length, {
    stored: (other) => around.stored.has(other),
  });
  invariant(load?.kind === "load", `an operand of ${node.op.name} is not in memory`);
  return load;
}

/** The linear form of a convolution's input over `[n, …spatial, group, channel]`; the channels of a group may be an axis or not. */
export function groupsApart(at: Linear, rank: number, channels: number): Linear {
  if (at.coefficients.length === rank + 3) return at;
  const last = at.coefficients.at(-1)!;
  return { ...at, coefficients: [...at.coefficients.slice(0, -1), channels * last, last] };
}

/** Powers that are hardly an operation: as products and a quotient they are faster than pow, and exact where they can be. */

import { build } from "../graph/build.ts";
import type { Node } from "../graph/node.ts";
import { floats, requireDType } from "../graph/ops/rules.ts";

const powers: ReadonlyMap<unknown, (x: Node) => Node> = new Map([
  [1, (x: Node) => x],
  [2, (x: Node) => build.mul(x, x)],
  [3, (x: Node) => build.mul(build.mul(x, x), x)],
  [-1, (x: Node) => build.div(build.constant(1, x.shape, x.dtype), x)],
]);

/** How to raise to this exponent without pow; null where there is no better way. */
export function simplePower(exponent: unknown): ((x: Node) => Node) | null {
  const power = powers.get(exponent);
  if (!power) return null;
  return (x) => {
    requireDType("pow", x, floats);
    return power(x);
  };
}

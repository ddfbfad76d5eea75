/** Pad and concat: the output is filled where nothing is placed, then each input is written at its affine places. */

import { invariant } from "../base/errors.ts";
import type { Node } from "../graph/node.ts";
import type { Member, NodeCall, Surroundings } from "./body.ts";
import { flatten, identityAccess, linearize } from "./expression.ts";
import { mapKernel } from "./map.ts";

export function lowerPlace([node]: readonly Node[], around: Surroundings): NodeCall[] {
  invariant(node?.op.kind === "place", "a place group is one operation");
  const calls: NodeCall[] = [];
  const fill = node.op.fill(node);
  if (fill !== null) {
    const { shape } = node;
    const output = linearize(identityAccess(shape), shape, shape.length);
    const member: Member = { node, expression: { kind: "constant", value: fill, dtype: node.dtype }, output };
    calls.push(mapKernel([member], shape, around));
  }
  node.op.places(node).forEach((axes, i) => {
    const input = node.inputs[i]!;
    const { shape } = input;
    if (shape.includes(0)) return;
    const identity = identityAccess(shape);
    const expression = flatten(input, identity, shape.length, { stored: (other) => around.stored.has(other) });
    const placed = axes.map(({ offset, step }, axis) => ({
      offset,
      coefficients: identity[axis]!.coefficients.map((coefficient) => coefficient * step),
    }));
    const output = linearize(placed, node.shape, shape.length);
    calls.push(mapKernel([{ node, expression, output }], shape, around));
  });
  return calls;
}

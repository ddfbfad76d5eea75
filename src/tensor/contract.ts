/** Matrix products as contractions: which axes of the operands pair up. */

import { ShapeError } from "../base/errors.ts";
import { broadcastShapes, type Shape, showShape } from "../base/shape.ts";
import { build } from "../graph/build.ts";
import type { Node } from "../graph/node.ts";
import { floats, requireDType } from "../graph/ops/rules.ts";
import { broadcastTo } from "./operands.ts";

/**
 * The product as PyTorch's matmul defines it: vectors `[k]` lose their axis, matrices `[m, k]` and `[k, n]` give `[m, n]`, axes
 * before the last two are a batch and broadcast.
 */
export function matmul(a: Node, b: Node): Node {
  requireDType("matmul", a, floats);
  const [rankA, rankB] = [a.shape.length, b.shape.length];
  const k = a.shape.at(-1);
  const rowAxis = Math.max(0, rankB - 2);
  if (rankA === 0 || rankB === 0 || k !== b.shape[rowAxis]) throw misfit(a.shape, b.shape);
  if (rankA === 1 || rankB <= 2) {
    return build.dot(a, b, { batch: [[], []], contract: [[rankA - 1], [rowAxis]] });
  }
  const batch = broadcastShapes("matmul", a.shape.slice(0, -2), b.shape.slice(0, -2));
  const axes = batch.map((_, axis) => axis);
  const left = broadcastTo("matmul", a, [...batch, ...a.shape.slice(-2)]);
  const right = broadcastTo("matmul", b, [...batch, ...b.shape.slice(-2)]);
  return build.dot(left, right, { batch: [axes, axes], contract: [[axes.length + 1], [axes.length]] });
}

function misfit(a: Shape, b: Shape): ShapeError {
  const rule = "needs [..., m, k] and [..., k, n], or vectors [k]";
  return new ShapeError(`matmul: ${rule}; got ${showShape(a)} and ${showShape(b)}. Transpose or reshape one of them.`, {
    operation: "matmul",
    expected: rule,
    actual: `${showShape(a)} and ${showShape(b)}`,
  });
}

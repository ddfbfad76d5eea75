/**
 * What meets in an operation: tensors, and JavaScript numbers that take the tensors' dtype. Shapes are made equal here by NumPy's
 * broadcasting, as explicit nodes. Refuses tensors of different dtypes and numbers that the dtype does not hold.
 */

import { allocate, type DType, dtypes, isFloat } from "../base/dtype.ts";
import { DTypeError, ShapeError } from "../base/errors.ts";
import { broadcastShapes, checkList, checkShape, type Shape, sameShape, showShape } from "../base/shape.ts";
import { showValue } from "../base/show.ts";
import { build } from "../graph/build.ts";
import type { Node } from "../graph/node.ts";
import { numberLeaf } from "./storage.ts";
import { numbersAreConstants } from "./tracing.ts";

/** A tensor's node, or a number. */
export type Operand = Node | number;

/** The operands with one dtype and one shape; numbers take `dtype`. */
export function together(operation: string, dtype: DType, operands: readonly Operand[]): Node[] {
  const nodes = operands.map((operand) => asNode(operation, dtype, operand));
  const shape = nodes.reduce<Shape>((common, node) => broadcastShapes(operation, common, node.shape), []);
  return nodes.map((node) => broadcastTo(operation, node, shape));
}

/** The operand as a node of the dtype; throws where it has another. */
export function asNode(operation: string, dtype: DType, operand: Operand): Node {
  if (typeof operand === "number") return scalar(operation, operand, dtype);
  if (operand.dtype === dtype) return operand;
  throw new DTypeError(
    `${operation}: both operands must have the same dtype; got ${dtype} and ${operand.dtype}. ` +
      `Cast one of them, as in x.cast("${dtype}").`,
    { operation, expected: dtype, actual: operand.dtype },
  );
}

/** A number as a scalar: a constant of a program that is being traced, else an input of whatever will be computed. */
export function scalar(operation: string, value: number, dtype: DType): Node {
  const held = numberIn(operation, value, dtype);
  return numbersAreConstants() ? build.constant(held, [], dtype) : numberLeaf(held, dtype);
}

/** Throws where JavaScript, which knows no types, names a dtype that does not exist. */
export function checkDType(operation: string, dtype: DType): void {
  if (dtypes.includes(dtype)) return;
  throw new DTypeError(
    `${operation}: dtype must be one of ${dtypes.join(", ")}; got ${String(dtype)}. Choose one of them.`,
    {
      operation,
      expected: dtypes.join(", "),
      actual: String(dtype),
    },
  );
}

/** The number as the dtype holds it: floats round, everything else must hold it exactly. */
export function numberIn(operation: string, value: number, dtype: DType): number {
  if (typeof value !== "number") {
    const actual = showValue(value);
    throw new DTypeError(`${operation}: needs a number; got ${actual}. Convert it first.`, { operation, actual });
  }
  const held = allocate(dtype, 1);
  held[0] = value;
  if (isFloat(dtype) || (held[0] === value && (dtype !== "bool" || value <= 1))) return held[0]!;
  const way = Number.isInteger(value) ? "Take another dtype." : `Take a float dtype, as in x.cast("float32").`;
  throw new DTypeError(`${operation}: ${dtype} does not hold the number ${value}. ${way}`, {
    operation,
    expected: dtype,
    actual: String(value),
  });
}

/** The node widened to a shape, aligned at the end; the node itself where it has that shape. */
export function broadcastTo(operation: string, node: Node, shape: Shape): Node {
  checkList(operation, "a shape", shape);
  if (sameShape(node.shape, shape)) return node;
  checkShape(operation, shape);
  const before = shape.length - node.shape.length;
  const fits = before >= 0 && node.shape.every((n, axis) => n === 1 || n === shape[before + axis]);
  if (!fits) {
    throw new ShapeError(
      `${operation}: ${showShape(node.shape)} does not broadcast to ${showShape(shape)}: aligned at the end, each ` +
        "dimension must be 1 or equal. Reshape it, or insert axes of size 1.",
      { operation, expected: showShape(shape), actual: showShape(node.shape) },
    );
  }
  return build.broadcast(
    node,
    shape,
    node.shape.map((_, axis) => before + axis),
  );
}

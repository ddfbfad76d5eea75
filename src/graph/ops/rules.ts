/** Checks that the records of several families share; each throws the full sentence. */

import { type DType, dtypes, isFloat, isInteger } from "../../base/dtype.ts";
import { DTypeError, ShapeError } from "../../base/errors.ts";
import { sameShape, showShape } from "../../base/shape.ts";
import type { ScalarType } from "../../kernel/scalars.ts";
import type { Node } from "../node.ts";

/** What a family of operations computes with. */
export const numeric: readonly DType[] = dtypes.filter((dtype) => dtype !== "uint8" && dtype !== "bool");
export const floats: readonly DType[] = dtypes.filter(isFloat);
export const integers: readonly DType[] = dtypes.filter((dtype) => isInteger(dtype) && dtype !== "uint8");

export function requireDType(operation: string, input: Pick<Node, "dtype">, allowed: readonly DType[]): void {
  if (allowed.includes(input.dtype)) return;
  const hint = input.dtype === "uint8" ? "uint8 is for storage: cast it first." : `Cast it to ${allowed[0]} first.`;
  throw new DTypeError(`${operation}: takes ${allowed.join(", ")}; got ${input.dtype}. ${hint}`, {
    operation,
    expected: allowed.join(", "),
    actual: input.dtype,
    hint,
  });
}

export function requireSameDType(operation: string, a: Node, b: Node): void {
  if (a.dtype === b.dtype) return;
  throw new DTypeError(
    `${operation}: both operands must have the same dtype; got ${a.dtype} and ${b.dtype}. Cast one of them.`,
    { operation, actual: `${a.dtype} and ${b.dtype}` },
  );
}

export function requireSameShape(operation: string, a: Node, b: Node): void {
  if (sameShape(a.shape, b.shape)) return;
  throw new ShapeError(
    `${operation}: both operands must have the same shape; got ${showShape(a.shape)} and ${showShape(b.shape)}. ` +
      "Broadcast one of them.",
    { operation, shapes: [a.shape, b.shape] },
  );
}

/** Throws a ShapeError unless the rule holds. */
export function requireShape(holds: boolean, operation: string, rule: string, actual: string, hint: string): void {
  if (holds) return;
  throw new ShapeError(`${operation}: ${rule}; got ${actual}. ${hint}`, { operation, expected: rule, actual, hint });
}

/** The identity of max: no number of the type is smaller. */
export function lowestOf(type: ScalarType): number {
  return type === "int32" ? -(2 ** 31) : type === "uint32" ? 0 : Number.NEGATIVE_INFINITY;
}

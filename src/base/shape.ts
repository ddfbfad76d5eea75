/**
 * Shapes at run time: sizes, strides, axes, broadcasting. A shape is a list of non-negative integers; the empty list is a
 * scalar. Nothing here knows of tensors; every refusal names the operation it was asked for.
 */

import { ShapeError } from "./errors.ts";
import { showValue } from "./show.ts";

export type Shape = readonly number[];

/** Number of elements: the product of the dimensions, 1 for a scalar. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const dimension of shape) size *= dimension;
  return size;
}

/** Row-major strides in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis]!;
  }
  return strides;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dimension, axis) => dimension === b[axis]);
}

/** `[2, 3]`, as it stands in messages. */
export function showShape(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

/** Throws where JavaScript, which knows no types, passes something else than a list of numbers. */
export function checkList(operation: string, what: string, list: unknown): void {
  if (Array.isArray(list)) return;
  const actual = showValue(list);
  throw new ShapeError(
    `${operation}: ${what} is a list of integers, such as [2, 3]; got ${actual}. Put it in brackets.`,
    {
      operation,
      expected: "a list of integers",
      actual,
    },
  );
}

/** Throws unless every dimension is a non-negative safe integer and their product is one too. */
export function checkShape(operation: string, shape: Shape): void {
  checkList(operation, "a shape", shape);
  for (const dimension of shape) {
    if (!Number.isSafeInteger(dimension) || dimension < 0) {
      throw new ShapeError(`${operation}: every dimension must be a non-negative integer; got ${showShape(shape)}.`, {
        operation,
        actual: showShape(shape),
      });
    }
  }
  if (!Number.isSafeInteger(sizeOf(shape))) {
    throw new ShapeError(`${operation}: ${showShape(shape)} has more elements than can be counted exactly.`, {
      operation,
      actual: showShape(shape),
    });
  }
}

/** The axis counted from the front; negative axes count from the end. */
export function normalizeAxis(operation: string, axis: number, rank: number): number {
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
    const range = rank === 0 ? "a scalar has no axes" : `a tensor of rank ${rank} has axes ${-rank}…${rank - 1}`;
    throw new ShapeError(`${operation}: axis ${axis} does not exist; ${range}.`, {
      operation,
      axis,
      rank,
      actual: String(axis),
    });
  }
  return axis < 0 ? axis + rank : axis;
}

/** Distinct axes counted from the front, ascending; `undefined` means all. */
export function normalizeAxes(operation: string, axes: number | Shape | undefined, rank: number): number[] {
  if (axes === undefined) return Array.from({ length: rank }, (_, axis) => axis);
  const list = typeof axes === "number" ? [axes] : axes;
  checkList(operation, "axes", list);
  const normal = list.map((axis) => normalizeAxis(operation, axis, rank)).sort((a, b) => a - b);
  if (new Set(normal).size !== normal.length) {
    throw new ShapeError(`${operation}: axes must be distinct; got ${showShape(list)}. Name each axis once.`, {
      operation,
      actual: showShape(list),
    });
  }
  return normal;
}

/** NumPy's rule: align at the end; dimensions are equal or one of them is 1. */
export function broadcastShapes(operation: string, a: Shape, b: Shape): number[] {
  const rank = Math.max(a.length, b.length);
  const result = new Array<number>(rank);
  for (let fromEnd = 1; fromEnd <= rank; fromEnd++) {
    const left = a[a.length - fromEnd] ?? 1;
    const right = b[b.length - fromEnd] ?? 1;
    if (left !== right && left !== 1 && right !== 1) {
      throw new ShapeError(
        `${operation}: shapes ${showShape(a)} and ${showShape(b)} do not broadcast: ` +
          `aligned at the end, dimensions must be equal or 1; got ${left} and ${right}. ` +
          "Reshape one of them, or insert an axis of size 1.",
        { operation, shapes: [a, b], actual: `${showShape(a)} and ${showShape(b)}` },
      );
    }
    result[rank - fromEnd] = left === 1 ? right : left;
  }
  return result;
}

/**
 * Nested lists of numbers, one per example, as flat float32 values. Refuses ragged lists and whatever is no number, with its place.
 */

import { DataError } from "../base/errors.ts";
import { type Shape, showShape, sizeOf } from "../base/shape.ts";

export type Nested = number | readonly Nested[];

/** The values of all examples in row-major order, and the shape of one; the first example decides it. */
export function flattenNested(what: string, examples: readonly Nested[]): { data: Float32Array; shape: Shape } {
  const shape = shapeOf(what, examples[0]!);
  const size = sizeOf(shape);
  const data = new Float32Array(examples.length * size);
  let offset = 0;
  const write = (value: Nested, depth: number, example: number): void => {
    const isList = Array.isArray(value);
    if (isList && value.length === shape[depth]) {
      for (const element of value) write(element, depth + 1, example);
    } else if (!isList && depth === shape.length && typeof value === "number") {
      data[offset++] = value;
    } else {
      throw new DataError(
        `${what}: every example must have the shape ${showShape(shape)} of the first; ` +
          `example ${example} has ${describe(value)} at depth ${depth}. Make all examples alike.`,
        { operation: what, expected: showShape(shape), actual: describe(value), example },
      );
    }
  };
  examples.forEach((example, index) => write(example, 0, index));
  return { data, shape };
}

/** Deeper nesting is taken for a list that holds itself. */
const deepest = 64;

function shapeOf(what: string, value: Nested): number[] {
  const shape: number[] = [];
  let element: Nested | undefined = value;
  while (Array.isArray(element)) {
    if (shape.length === deepest) {
      throw new DataError(`${what}: lists may nest ${deepest} deep; got more. Look for a list that holds itself.`, {
        operation: what,
        expected: `at most ${deepest} levels`,
      });
    }
    shape.push(element.length);
    element = (element as readonly Nested[])[0];
  }
  return shape;
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return typeof value === "number" ? "a single number" : `${JSON.stringify(value) ?? typeof value}`;
}

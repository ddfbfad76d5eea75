/**
 * Nested lists of numbers, one per example, as flat float32 values; a typed array counts as a list. Refuses ragged lists and
 * whatever is no number, with its place.
 */

import { DataError } from "../base/errors.ts";
import { type Shape, showShape, sizeOf } from "../base/shape.ts";
import { showValue } from "../base/show.ts";

export type NumberArray =
  | Uint8Array
  | Uint8ClampedArray
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;

export type Nested = number | readonly Nested[] | NumberArray;

/** Typed arrays, but for those of BigInts. */
export function isNumberArray(value: unknown): value is NumberArray {
  const isBigInts = value instanceof BigInt64Array || value instanceof BigUint64Array;
  return ArrayBuffer.isView(value) && "length" in value && !isBigInts;
}

function isList(value: unknown): value is readonly Nested[] | NumberArray {
  return Array.isArray(value) || isNumberArray(value);
}

/** The values of all examples in row-major order, and the shape of one; the first example decides it. */
export function flattenNested(what: string, examples: readonly Nested[]): { data: Float32Array; shape: Shape } {
  const shape = shapeOf(what, examples[0]!);
  const size = sizeOf(shape);
  const data = new Float32Array(examples.length * size);
  let offset = 0;
  const write = (value: Nested, depth: number, example: number): void => {
    const list = isList(value) ? value : null;
    if (list && list.length === shape[depth]) {
      // By index: what a list leaves out is found too.
      for (let i = 0; i < list.length; i++) write(list[i]!, depth + 1, example);
    } else if (!list && depth === shape.length && typeof value === "number") {
      data[offset++] = value;
    } else {
      throw new DataError(
        `${what}: every example must have the shape ${showShape(shape)} of the first; ` +
          `example ${example} has ${describe(value)} at depth ${depth}. Make all examples alike.`,
        { operation: what, expected: showShape(shape), actual: describe(value), example },
      );
    }
  };
  for (let index = 0; index < examples.length; index++) write(examples[index]!, 0, index);
  return { data, shape };
}

/** Deeper nesting is taken for a list that holds itself. */
const deepest = 64;

function shapeOf(what: string, value: Nested): number[] {
  const shape: number[] = [];
  let element: Nested | undefined = value;
  while (isList(element)) {
    if (shape.length === deepest) {
      throw new DataError(`${what}: lists may nest ${deepest} deep; got more. Look for a list that holds itself.`, {
        operation: what,
        expected: `at most ${deepest} levels`,
      });
    }
    shape.push(element.length);
    element = element[0];
  }
  return shape;
}

function describe(value: unknown): string {
  if (isList(value)) return `a list of ${value.length}`;
  return typeof value === "number" ? "a single number" : showValue(value);
}

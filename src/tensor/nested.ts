/** Nested arrays of numbers and flat ones, both ways. Refuses ragged nesting and what is no number, with its place. */

import type { Data } from "../base/dtype.ts";
import { DataError } from "../base/errors.ts";
import { type Shape, showShape, sizeOf } from "../base/shape.ts";
import type { NestedNumbers, NestedValues } from "./types.ts";

/** Deeper nesting is taken for an array that holds itself. */
const deepest = 64;

/** The shape and the elements in row-major order; booleans as 0 and 1. */
export function flattenValues(values: NestedValues): { shape: number[]; flat: number[]; boolean: boolean } {
  const shape = shapeOf(values);
  const flat: number[] = [];
  const kinds = new Set<string>();
  const visit = (value: NestedValues, place: readonly number[]): void => {
    const depth = place.length;
    if (Array.isArray(value)) {
      if (depth >= shape.length || value.length !== shape[depth])
        throw ragged(shape, place, `a list of ${value.length}`);
      value.forEach((child, index) => visit(child, [...place, index]));
      return;
    }
    if (typeof value !== "number" && typeof value !== "boolean") throw notANumber(place, value);
    if (depth < shape.length) throw ragged(shape, place, "a number");
    kinds.add(typeof value);
    flat.push(Number(value));
  };
  visit(values, []);
  return { shape, flat, boolean: kinds.has("boolean") && !kinds.has("number") };
}

/** The lengths along the first elements. */
function shapeOf(values: NestedValues): number[] {
  const shape: number[] = [];
  for (let at: NestedValues | undefined = values; Array.isArray(at); at = at[0]) {
    shape.push(at.length);
    if (shape.length <= deepest) continue;
    throw new DataError(`tensor: arrays may nest ${deepest} deep; got more. Look for an array that holds itself.`, {
      operation: "tensor",
      expected: `at most ${deepest} levels`,
    });
  }
  return shape;
}

function ragged(shape: Shape, place: readonly number[], found: string): DataError {
  const expected = place.length < shape.length ? `a list of ${shape[place.length]}` : "a number";
  return new DataError(
    `tensor: all parts of a nested array must have the same shape; expected ${expected} at ${showShape(place)}, got ` +
      `${found}. Pad or cut the rows to one length.`,
    { operation: "tensor", position: place, expected, actual: found },
  );
}

function notANumber(place: readonly number[], value: unknown): DataError {
  const found = value === null ? "null" : typeof value;
  return new DataError(
    `tensor: needs numbers or booleans; got ${found} at ${showShape(place)}. Convert it to a number first.`,
    { operation: "tensor", position: place, actual: found },
  );
}

/** Arrays nested as deep as the shape; a scalar is a number. */
export function nest(data: Data, shape: Shape, offset: number = 0): NestedNumbers {
  const [length, ...rest] = shape;
  if (length === undefined) return data[offset]!;
  if (rest.length === 0) return Array.from(data.subarray(offset, offset + length));
  const width = sizeOf(rest);
  return Array.from({ length }, (_, i) => nest(data, rest, offset + i * width));
}

/** What a tensor is made from and read as, at the type level. How shapes follow from shapes stands in rules/. */

import type { DType } from "../base/dtype.ts";
import type { Shape } from "../base/shape.ts";

/** Numbers nested as deep as any shape. */
export type NestedNumbers = number | NestedNumbers[];

/** Numbers nested as deep as the shape. */
export type NestedOf<S extends Shape> = number extends S["length"]
  ? NestedNumbers
  : S extends readonly [number, ...infer Rest extends Shape]
    ? NestedOf<Rest>[]
    : number;

/** What a tensor is made from: numbers or booleans, nested, or a typed array. */
export type NestedValues = number | boolean | readonly NestedValues[];

/** Typed arrays of numbers. */
export type NumberArray =
  | Float32Array
  | Float64Array
  | Int32Array
  | Uint32Array
  | Uint8Array
  | Uint8ClampedArray
  | Int8Array
  | Int16Array
  | Uint16Array;

/** The shape of nested values, as far as the types tell; a typed array has one axis. */
export type ShapeOfValues<V> = NestedNumbers extends V
  ? Shape
  : V extends number | boolean
    ? []
    : V extends NumberArray
      ? [number]
      : V extends readonly (infer Element)[]
        ? ShapeOfValues<Element> extends infer Inner extends Shape
          ? number extends Inner["length"]
            ? Shape
            : [V["length"], ...Inner]
          : never
        : Shape;

/** The dtype that values have by themselves. */
export type DTypeOfValues<V> = NestedNumbers extends V
  ? boolean extends V
    ? DType
    : "float32"
  : V extends Float64Array
    ? "float64"
    : V extends Uint32Array
      ? "uint32"
      : V extends Uint8Array | Uint8ClampedArray
        ? "uint8"
        : V extends Int32Array | Int8Array | Int16Array | Uint16Array
          ? "int32"
          : V extends boolean
            ? "bool"
            : V extends readonly (infer Element)[]
              ? DTypeOfValues<Element>
              : "float32";

/**
 * Shapes of results at the type level. Dimensions that are not literals degrade to `number`, unknown ranks to `Shape`, never to
 * `any`.
 *
 * Each type asks about its other argument before it asks about the tensor's own shape: so TypeScript can see that a tensor of a
 * known shape is a tensor of an unknown one.
 */

import type { DType } from "../base/dtype.ts";
import type { Shape } from "../base/shape.ts";
import type { Mutable, SizeOf } from "../base/shape-types.ts";

/** NumPy's broadcasting of two shapes; `never` for a dimension that does not fit. */
export type Broadcast<A extends Shape, B extends Shape> = [B] extends [readonly []] ? A : Aligned<A, B>;

type Aligned<A extends Shape, B extends Shape, Out extends Shape = []> = number extends A["length"] | B["length"]
  ? Shape
  : A extends readonly [...infer RestA extends Shape, infer LastA extends number]
    ? B extends readonly [...infer RestB extends Shape, infer LastB extends number]
      ? Aligned<RestA, RestB, [BroadcastDimension<LastA, LastB>, ...Out]>
      : [...A, ...Out]
    : [...B, ...Out];

type BroadcastDimension<A extends number, B extends number> = number extends A | B
  ? number
  : A extends 1
    ? B
    : B extends 1
      ? A
      : A extends B
        ? A
        : never;

/** The shape `S` meets a number or a tensor. */
export type With<S extends Shape, Operand> = [Operand] extends [number]
  ? S
  : Operand extends { readonly shape: infer B extends Shape }
    ? Broadcast<S, B>
    : S;

/** The shape of a matrix product, for two matrices; `Shape` otherwise. */
export type MatrixProduct<A extends Shape, B extends Shape> = number extends B["length"]
  ? Shape
  : B extends readonly [number, infer N extends number]
    ? A extends readonly [infer M extends number, number]
      ? [M, N]
      : Shape
    : Shape;

/** The axes in the order of a permutation; without one, reversed. */
export type Permuted<S extends Shape, P> =
  IsAny<P> extends true
    ? Shape
    : [P] extends [Shape]
      ? { -readonly [Axis in keyof P]: P[Axis] extends keyof S ? S[P[Axis]] & number : number }
      : Reversed<S>;

type Reversed<S extends Shape> = number extends S["length"]
  ? Shape
  : S extends readonly [infer First extends number, ...infer Rest extends Shape]
    ? [...Reversed<Rest>, First]
    : [];

/** The shape asked for; one dimension may be −1. */
export type Reshaped<To extends Shape> = {
  -readonly [Axis in keyof To]: `${To[Axis]}` extends `-${string}` ? number : To[Axis];
};

/** All axes from `From` on as one. */
export type Flattened<S extends Shape, From> =
  IsAny<From> extends true
    ? Shape
    : number extends S["length"]
      ? From extends 0
        ? [number]
        : Shape
      : FlattenedFrom<S, From>;

type FlattenedFrom<S extends Shape, From, Front extends Shape = []> = Front["length"] extends From
  ? [...Front, SizeOf<S>]
  : S extends readonly [infer First extends number, ...infer Rest extends Shape]
    ? FlattenedFrom<Rest, From, [...Front, First]>
    : Shape;

/** A new axis of size 1. */
export type Expanded<S extends Shape, Axis> =
  IsAny<Axis> extends true
    ? Shape
    : number extends S["length"]
      ? Shape
      : Axis extends 0
        ? [1, ...S]
        : Axis extends -1
          ? [...S, 1]
          : InsertAt<S, Axis>;

type InsertAt<S extends Shape, Axis, Front extends Shape = []> = Front["length"] extends Axis
  ? [...Front, 1, ...S]
  : S extends readonly [infer First extends number, ...infer Rest extends Shape]
    ? InsertAt<Rest, Axis, [...Front, First]>
    : Shape;

/** What stays of a shape when the given axes are reduced: `undefined` stands for all. */
export type Reduced<S extends Shape, Axes, Keep = false> =
  IsAny<Axes> extends true
    ? Shape
    : boolean extends Keep
      ? Shape
      : [Axes] extends [undefined]
        ? Keep extends true
          ? Ones<S>
          : []
        : [Axes] extends [number]
          ? number extends S["length"] | Axes
            ? Shape
            : Axes extends -1
              ? WithoutLast<S, Keep>
              : Without<S, Axes, Keep>
          : Shape;

type Ones<S extends Shape> = number extends S["length"] ? Shape : { -readonly [Axis in keyof S]: 1 };

type WithoutLast<S extends Shape, Keep> = S extends readonly [...infer Front extends Shape, number]
  ? Keep extends true
    ? [...Front, 1]
    : Front
  : Shape;

type Without<S extends Shape, Axis, Keep, Front extends Shape = []> = S extends readonly [
  infer First extends number,
  ...infer Rest extends Shape,
]
  ? Front["length"] extends Axis
    ? Keep extends true
      ? [...Front, 1, ...Rest]
      : [...Front, ...Rest]
    : Without<Rest, Axis, Keep, [...Front, First]>
  : Shape;

/** Rows of a tensor of shape `S` at indices of shape `I`. */
export type Gathered<S extends Shape, I extends Shape> = number extends I["length"]
  ? Shape
  : number extends S["length"]
    ? Shape
    : S extends readonly [number, ...infer Rest extends Shape]
      ? [...Mutable<I>, ...Rest]
      : Shape;

type IsAny<T> = 0 extends 1 & T ? true : false;

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
export type ShapeOfValues<V> = NestedValues extends V
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
export type DTypeOfValues<V> = NestedValues extends V
  ? DType
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

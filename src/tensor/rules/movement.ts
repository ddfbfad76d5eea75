/** Moving elements at the type level, as shaping.ts does it at run time. */

import type { Add, Divide } from "../../base/number-types.ts";
import type { Shape } from "../../base/shape.ts";
import type { Mutable, ShowShape, SizeOf } from "../../base/shape-types.ts";
import type { AxesOf, AxisOf, HasTwins, Numbers } from "./axes.ts";
import type { Differ, IsAny } from "./fit.ts";

/** The shape asked for, with −1 resolved; or the sentence where the elements do not fill it. */
export type Reshaped<S extends Shape, To extends Shape> =
  IsAny<To> extends true
    ? Shape
    : IsAny<S> extends true
      ? Shape
      : number extends To["length"]
        ? Shape
        : -1 extends To[number]
          ? number extends To[number]
            ? Resolved<To, number>
            : ReshapedAround<S, To, WithoutOpen<To>>
          : [Invalid<To>] extends [never]
            ? number extends SizeOf<S> | SizeOf<To>
              ? Mutable<To>
              : SizeOf<S> extends SizeOf<To>
                ? Mutable<To>
                : `reshape: the new shape must have the ${SizeOf<S>} elements of ${ShowShape<S>}; got ${ShowShape<To>} with ${SizeOf<To>}. Change a dimension, or let one be −1.`
            : `reshape: every dimension must be a non-negative integer; got ${ShowShape<To>}.`;

type ReshapedAround<S extends Shape, To extends Shape, Others extends Shape> = -1 extends Others[number]
  ? `reshape: only one dimension may be −1; got ${ShowShape<To>}. Name the others.`
  : [Invalid<Others>] extends [never]
    ? number extends SizeOf<S> | SizeOf<Others>
      ? Resolved<To, number>
      : SizeOf<Others> extends 0
        ? NoneLeft<S, To>
        : Divide<SizeOf<S>, SizeOf<Others>> extends [infer Left extends number, infer Remainder]
          ? [Remainder] extends [0]
            ? Resolved<To, Left>
            : number extends Remainder
              ? Resolved<To, number>
              : NoneLeft<S, To>
          : never
    : `reshape: every dimension must be a non-negative integer; got ${ShowShape<Others>}.`;

type NoneLeft<
  S extends Shape,
  To extends Shape,
> = `reshape: −1 stands for the dimension that is left; the ${SizeOf<S>} elements of ${ShowShape<S>} leave none for ${ShowShape<To>}. Change the other dimensions.`;

/** Without the first −1. */
type WithoutOpen<To extends Shape, Front extends Shape = []> = To extends readonly [
  infer First extends number,
  ...infer Rest extends Shape,
]
  ? First extends -1
    ? [...Front, ...Rest]
    : WithoutOpen<Rest, [...Front, First]>
  : Front;

type Resolved<To extends Shape, Left extends number> = {
  -readonly [Axis in keyof To]: To[Axis] extends -1 ? Left : To[Axis];
};

/** Dimensions that no shape has, as text. */
type Invalid<To extends Shape> = Extract<`${To[number]}`, `-${string}` | `${string}.${string}`>;

/** All axes from `From` on as one. */
export type Flattened<S extends Shape, From extends number> =
  IsAny<From> extends true
    ? Shape
    : IsAny<S> extends true
      ? Shape
      : number extends S["length"] | From
        ? From extends 0
          ? [number]
          : Shape
        : `${From}` extends `-${string}`
          ? S extends readonly []
            ? FlattenedAt<[], AxisOf<"flatten", [1], From>>
            : FlattenedAt<S, AxisOf<"flatten", S, From>>
          : FlattenedAt<S, AxisOf<"flatten", [...S, 1], From>>;

type FlattenedAt<S extends Shape, From, Front extends Shape = []> = From extends number
  ? Front["length"] extends From
    ? [...Front, SizeOf<S>]
    : S extends readonly [infer First extends number, ...infer Rest extends Shape]
      ? FlattenedAt<Rest, From, [...Front, First]>
      : never
  : From;

/** The axes in the order of a permutation; without one, reversed. */
export type Permuted<S extends Shape, P> =
  IsAny<P> extends true
    ? Shape
    : IsAny<S> extends true
      ? Shape
      : [P] extends [Shape]
        ? number extends P["length"]
          ? Shape
          : number extends S["length"]
            ? Numbers<P>
            : PermutedBy<S, AxesOf<"transpose", S, P>>
        : Reversed<S>;

type PermutedBy<S extends Shape, P> = P extends Shape
  ? Differ<P["length"], S["length"]> | HasTwins<P> extends false
    ? { -readonly [Axis in keyof P]: Picked<S, P[Axis]> }
    : `transpose: the permutation must name each of the ${S["length"]} axes once; got ${ShowShape<P>}. Leave it out to reverse all axes.`
  : P;

type Picked<S extends Shape, Axis> = number extends Axis ? number : S[Axis & number];

type Reversed<S extends Shape, Done extends Shape = []> = number extends S["length"]
  ? Shape
  : S extends readonly [infer First extends number, ...infer Rest extends Shape]
    ? Reversed<Rest, [First, ...Done]>
    : Done;

/** A new axis of size 1. */
export type Expanded<S extends Shape, Axis extends number> =
  IsAny<Axis> extends true
    ? Shape
    : IsAny<S> extends true
      ? Shape
      : number extends S["length"]
        ? Axis extends 0
          ? [1, ...S]
          : Axis extends -1
            ? [...S, 1]
            : Shape
        : Axis extends number
          ? InsertAt<S, AxisOf<"expand", [...S, 1], Axis>>
          : never;

/** `N` before the axis; the sentence in the place of the axis stays. */
export type InsertAt<S extends Shape, Axis, N extends number = 1, Front extends Shape = []> = Axis extends number
  ? number extends Axis
    ? [number, ...Numbers<S>]
    : Front["length"] extends Axis
      ? [...Front, N, ...S]
      : S extends readonly [infer First extends number, ...infer Rest extends Shape]
        ? InsertAt<Rest, Axis, N, [...Front, First]>
        : never
  : Axis;

/** Without an axis of size 1. */
export type Squeezed<S extends Shape, Axis extends number> =
  IsAny<Axis> extends true
    ? Shape
    : IsAny<S> extends true
      ? Shape
      : number extends S["length"]
        ? Shape
        : Axis extends number
          ? SqueezedAt<S, Axis, AxisOf<"squeeze", S, Axis>>
          : never;

type SqueezedAt<S extends Shape, Axis extends number, At> = At extends number
  ? Differ<S[At], 1> extends true
    ? `squeeze: axis ${Axis} of ${ShowShape<S>} must have size 1; it has ${S[At]}. Name an axis of size 1.`
    : RemoveAt<S, At>
  : At;

/** Without the axes, a union; with `Keep` of size 1. */
export type RemoveAt<
  S extends Shape,
  Axes extends number,
  Keep = false,
  Front extends Shape = [],
  Seen extends 1[] = [],
> = S extends readonly [infer First extends number, ...infer Rest extends Shape]
  ? Seen["length"] extends Axes
    ? RemoveAt<Rest, Axes, Keep, Keep extends true ? [...Front, 1] : Front, [...Seen, 1]>
    : RemoveAt<Rest, Axes, Keep, [...Front, First], [...Seen, 1]>
  : Front;

/** Elements around, per axis: `n + low + high`. */
export type Padded<S extends Shape, Low extends Shape, High extends Shape> =
  IsAny<Low> extends true
    ? Shape
    : IsAny<S> extends true
      ? Shape
      : number extends S["length"]
        ? Shape
        : {
            [Axis in keyof S]: Add<Add<S[Axis], Entry<Low, Axis>>, Entry<High, Axis>>;
          };

type Entry<List extends Shape, Axis> = Axis extends keyof List ? List[Axis] & number : number;

/** Nothing, or the sentence where a list of paddings has not one for each axis. */
export type PaddingMisfit<S extends Shape, List extends Shape> =
  IsAny<List> extends true
    ? null
    : IsAny<S> extends true
      ? null
      : number extends S["length"] | List["length"]
        ? null
        : Differ<S["length"], List["length"]> extends true
          ? PaddingSentence<S, List>
          : [Invalid<List>] extends [never]
            ? null
            : PaddingSentence<S, List>;

type PaddingSentence<
  S extends Shape,
  List extends Shape,
> = `pad: low and high need a non-negative integer for each of the ${S["length"]} axes of ${ShowShape<S>}; got ${ShowShape<List>}. Cut with slice.`;

/** Rows of a tensor of shape `S` at indices of shape `I`. */
export type Gathered<S extends Shape, I extends Shape> =
  IsAny<I> extends true
    ? Shape
    : IsAny<S> extends true
      ? Shape
      : number extends I["length"] | S["length"]
        ? Shape
        : S extends readonly [infer N extends number, ...infer Rest extends Shape]
          ? [N] extends [0]
            ? 0 extends I[number]
              ? [...I, ...Rest]
              : NoRow<S>
            : [...I, ...Rest]
          : NoRow<S>;

type NoRow<S extends Shape> = `gather: the table needs at least one row; got ${ShowShape<S>}. Pass a table [rows, …].`;

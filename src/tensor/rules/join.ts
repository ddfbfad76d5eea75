/** Concatenating and stacking at the type level. */

import type { DType } from "../../base/dtype.ts";
import type { Add } from "../../base/number-types.ts";
import type { Shape } from "../../base/shape.ts";
import type { ShowShape } from "../../base/shape-types.ts";
import type { AxisOf } from "./axes.ts";
import type { Differ, IsAny } from "./fit.ts";
import type { InsertAt } from "./movement.ts";

interface Shaped {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** The axis of the first tensor, counted from the front, or the sentence; with `New`, among one axis more. */
export type JoinAxis<Title extends string, T extends readonly Shaped[], Axis extends number, New = false> =
  IsAny<T> extends true
    ? number
    : T extends readonly [infer First extends Shaped, ...Shaped[]]
      ? number extends First["shape"]["length"]
        ? number
        : AxisOf<Title, New extends true ? [...First["shape"], 1] : First["shape"], Axis>
      : number;

/** The dtype of all, or the sentence where they differ. */
type CommonDType<Title extends string, T extends readonly Shaped[], D extends DType> = T extends readonly [
  infer First extends Shaped,
  ...infer Rest extends readonly Shaped[],
]
  ? Differ<First["dtype"], D> extends true
    ? `${Title}: all tensors must have the same dtype; got ${D} and ${First["dtype"]}. Cast one of them.`
    : CommonDType<Title, Rest, D>
  : D;

/** The element type of the result: that of the first. */
export type DTypeOf<T extends readonly Shaped[]> = T extends readonly [infer First extends Shaped, ...Shaped[]]
  ? First["dtype"]
  : T[number]["dtype"];

/** The tensors one after the other along the axis, as {@link JoinAxis} found it; or the sentence. */
export type Concatenated<T extends readonly Shaped[], Axis> =
  IsAny<T> extends true
    ? Shape
    : number extends T["length"]
      ? Shape
      : T extends readonly [infer First extends Shaped, ...infer Rest extends readonly Shaped[]]
        ? CommonDType<"concat", Rest, First["dtype"]> extends infer D
          ? D extends DType
            ? Axis extends number
              ? number extends T[number]["shape"]["length"] | Axis
                ? Shape
                : Append<First["shape"], Rest, Axis> extends infer Whole
                  ? Whole extends Shape
                    ? Whole
                    : `concat: all dimensions but axis ${Axis} must agree; got ${ShowShapes<T>}. Reshape or slice them first.`
                  : never
              : Shape
            : D
          : never
        : "concat: needs at least one tensor; got none. Pass a non-empty list.";

/** The shape so far with the others behind it; null where they do not agree. */
type Append<S extends Shape, Others extends readonly Shaped[], Axis extends number> = Others extends readonly [
  infer Next extends Shaped,
  ...infer Rest extends readonly Shaped[],
]
  ? Agree<S, Next["shape"], Axis> extends true
    ? Append<
        {
          [I in keyof S]: Meet<
            S[I],
            Next["shape"][I & keyof Next["shape"]] & number,
            I extends `${Axis}` ? true : false
          >;
        },
        Rest,
        Axis
      >
    : null
  : S;

type Meet<A extends number, B extends number, Added> = Added extends true ? Add<A, B> : number extends A ? B : A;

/** Whether two shapes may be equal, but for one axis. */
export type Agree<A extends Shape, B extends Shape, Axis = never> =
  Differ<A["length"], B["length"]> extends true
    ? false
    : true extends { [I in keyof A]: I extends `${Axis & number}` ? false : Differ<A[I], B[I & keyof B]> }[number]
      ? false
      : true;

type ShowShapes<T extends readonly Shaped[], Text extends string = "", Comma extends string = ""> = T extends readonly [
  infer First extends Shaped,
  ...infer Rest extends readonly Shaped[],
]
  ? ShowShapes<Rest, `${Text}${Comma}${ShowShape<First["shape"]>}`, ", ">
  : Text;

/** The tensors as slices of a new axis, as {@link JoinAxis} found it; or the sentence. */
export type Stacked<T extends readonly Shaped[], Axis> =
  IsAny<T> extends true
    ? Shape
    : number extends T["length"]
      ? Shape
      : T extends readonly [infer First extends Shaped, ...infer Rest extends readonly Shaped[]]
        ? CommonDType<"stack", Rest, First["dtype"]> extends infer D
          ? D extends DType
            ? number extends T[number]["shape"]["length"]
              ? Shape
              : SameAs<First["shape"], Rest> extends infer Common
                ? Common extends Shape
                  ? InsertAt<Common, Axis, T["length"]> extends infer Result extends Shape
                    ? Result
                    : Shape
                  : Common
                : never
            : D
          : never
        : "stack: needs at least one tensor; got none. Pass a non-empty list.";

type SameAs<S extends Shape, Others extends readonly Shaped[]> = Others extends readonly [
  infer Next extends Shaped,
  ...infer Rest extends readonly Shaped[],
]
  ? Agree<S, Next["shape"]> extends true
    ? SameAs<S, Rest>
    : `stack: all tensors must have the same shape; got ${ShowShape<S>} and ${ShowShape<Next["shape"]>}. Reshape or slice them first.`
  : S;

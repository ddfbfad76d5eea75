/** The arithmetic of convolution and pooling at the type level, as sliding.ts does it: exact where everything is a literal. */

import type { Add, Divide, Minus, Multiply } from "../base/number-types.ts";
import type { Shape } from "../base/shape.ts";
import type { ShowShape } from "../base/shape-types.ts";
import type { Differ, IsAny } from "../tensor/rules/fit.ts";

/** The type of options that are left out. */
export type NoOptions = Record<never, never>;

/** What an options type says about an option; undefined where it says nothing. */
export type Option<O, Name extends string> = Name extends keyof O ? O[Name] : undefined;

/** The number of an option for an axis. */
export type OnAxis<Value, Axis extends string, Default> = [Value] extends [undefined]
  ? Default
  : [Value] extends [number]
    ? Value
    : [Value] extends [readonly number[]]
      ? Axis extends keyof Value
        ? Value[Axis] & number
        : number
      : number;

/** `[before, after]` on an axis, or "same". */
export type Around<Value, Axis extends string> = [Value] extends [undefined | "valid"]
  ? [0, 0]
  : [Value] extends ["same"]
    ? "same"
    : [Value] extends [number]
      ? [Value, Value]
      : [Value] extends [readonly unknown[]]
        ? Axis extends keyof Value
          ? Value[Axis] extends readonly [infer Low extends number, infer High extends number]
            ? [Low, High]
            : Value[Axis] extends number
              ? [Value[Axis], Value[Axis]]
              : [number, number]
          : [number, number]
        : [number, number];

/**
 * Positions of a kernel or window on each axis: `⌊(n + low + high − dilation · (k − 1) − 1) / stride⌋ + 1`; or the sentence, which begins
 * with `Who`: "conv2d: ", or nothing for a layer.
 */
export type Positions<
  Who extends string,
  What extends string,
  R extends Rank,
  Spatial extends Shape,
  Sizes extends Shape,
  O,
  Strides = Option<O, "stride">,
  Done extends Shape = [],
> = Spatial extends readonly [infer N extends number, ...infer RestN extends Shape]
  ? Sizes extends readonly [infer K extends number, ...infer RestK extends Shape]
    ? OnAxis<Strides, `${Done["length"]}`, 1> extends infer Stride extends number
      ? Around<Option<O, "padding">, `${Done["length"]}`> extends infer Pads
        ? Pads extends [infer Low extends number, infer High extends number]
          ? Along<
              Add<N, Add<Low, High>>,
              Add<Multiply<Minus<K, 1>, OnAxis<Option<O, "dilation">, `${Done["length"]}`, 1> & number>, 1>,
              Stride
            > extends infer Count
            ? Count extends number
              ? Positions<Who, What, R, RestN, RestK, O, Strides, [...Done, Count]>
              : Count extends [infer Extent extends number, infer Padded extends number]
                ? `${Who}the ${What} must fit into the padded input; along ${AxisNames[R][Done["length"]] & string} it covers ${Extent} of ${Padded} positions. Take a smaller ${What}, or more padding.`
                : never
            : never
          : Positions<Who, What, R, RestN, RestK, O, Strides, [...Done, Ceiling<N, Stride>]>
        : never
      : never
    : Done
  : Done;

/** How many places; `[extent, padded]` where there is none. */
type Along<Padded extends number, Extent extends number, Stride extends number> =
  Minus<Extent, Padded> extends infer Missing extends number
    ? number extends Missing
      ? number
      : Missing extends 0
        ? Divide<Minus<Padded, Extent>, Stride> extends [infer Steps extends number, number]
          ? Add<Steps, 1>
          : never
        : [Extent, Padded]
    : never;

type Ceiling<N extends number, Stride extends number> = Stride extends 1
  ? N
  : Divide<Add<N, Minus<Stride, 1>>, Stride> extends [infer Steps extends number, number]
    ? Steps
    : never;

/** The spatial axes' names, as they stand in messages. */
interface AxisNames {
  "1": readonly ["length", ...string[]];
  "2": readonly ["rows", "columns", ...string[]];
  "3": readonly ["depth", "rows", "columns", ...string[]];
}
/** The same, in one text. */
export interface SpatialNames {
  "1": "length";
  "2": "rows, columns";
  "3": "depth, rows, columns";
}
/** The number of spatial axes. */
export type Rank = keyof SpatialNames;

/** The shape of a convolution, or the sentence. */
export type Convolved<R extends Rank, X extends Shape, W extends Shape, O> =
  IsAny<W> extends true
    ? Shape
    : IsAny<X> extends true
      ? Shape
      : number extends X["length"] | W["length"]
        ? Shape
        : X extends readonly [infer N extends number, ...infer Spatial extends Shape, infer Channels extends number]
          ? W extends readonly [infer Out extends number, infer Own extends number, ...infer Kernel extends Shape]
            ? [`${Spatial["length"]}`, `${Kernel["length"]}`] extends [R, R]
              ? InGroups<Channels, Out, Own, OnAxis<Option<O, "groups">, "", 1>> extends true
                ? Positions<`conv${R}d: `, "kernel", R, Spatial, Kernel, O> extends infer Places
                  ? Places extends Shape
                    ? [N, ...Places, Out]
                    : Places
                  : never
                : `conv${R}d: groups must divide channels and outputs, and the weight be [out, channels / groups, ${SpatialNames[R]}]; got x ${ShowShape<X>}, weight ${ShowShape<W>} and ${OnAxis<Option<O, "groups">, "", 1> & number} groups. Change one of them.`
              : Unlike<R, X, W>
            : Unlike<R, X, W>
          : Unlike<R, X, W>;

/**
 * Positions of a transposed convolution on each axis: `(n − 1) · stride + dilation · (k − 1) + 1 − low − high + outputPadding`, or
 * `n · stride + outputPadding` for "same"; or the sentence, which begins with `Who`.
 */
export type SpreadPositions<
  Who extends string,
  R extends Rank,
  Spatial extends Shape,
  Sizes extends Shape,
  O,
  Done extends Shape = [],
> = Spatial extends readonly [infer N extends number, ...infer RestN extends Shape]
  ? Sizes extends readonly [infer K extends number, ...infer RestK extends Shape]
    ? [
        OnAxis<Option<O, "stride">, `${Done["length"]}`, 1>,
        OnAxis<Option<O, "dilation">, `${Done["length"]}`, 1>,
        OnAxis<Option<O, "outputPadding">, `${Done["length"]}`, 0>,
        Around<Option<O, "padding">, `${Done["length"]}`>,
      ] extends [infer Stride extends number, infer Dilation extends number, infer More extends number, infer Pads]
      ? Pads extends [infer Low extends number, infer High extends number]
        ? Add<
            Add<Multiply<Minus<N, 1>, Stride>, Add<Multiply<Minus<K, 1>, Dilation>, 1>>,
            More
          > extends infer Full extends number
          ? Minus<Full, Add<Low, High>> extends infer Left extends number
            ? Left extends 0
              ? `${Who}the padding must leave something of the output; along ${AxisNames[R][Done["length"]] & string} it cuts ${Add<Low, High>} of ${Full} positions. Take less padding.`
              : SpreadPositions<Who, R, RestN, RestK, O, [...Done, Left]>
            : never
          : never
        : SpreadPositions<Who, R, RestN, RestK, O, [...Done, Add<Multiply<N, Stride>, More>]>
      : never
    : Done
  : Done;

/** The shape of a transposed convolution, or the sentence. */
export type Transposed<R extends Rank, X extends Shape, W extends Shape, O> =
  IsAny<W> extends true
    ? Shape
    : IsAny<X> extends true
      ? Shape
      : number extends X["length"] | W["length"]
        ? Shape
        : X extends readonly [infer N extends number, ...infer Spatial extends Shape, infer Channels extends number]
          ? W extends readonly [infer Into extends number, infer Own extends number, ...infer Kernel extends Shape]
            ? [`${Spatial["length"]}`, `${Kernel["length"]}`] extends [R, R]
              ? OnAxis<Option<O, "groups">, "", 1> extends infer Groups extends number
                ? [Differ<Into, Channels>, DoesNotDivide<Groups, Channels>] extends [false, false]
                  ? SpreadPositions<`convTranspose${R}d: `, R, Spatial, Kernel, O> extends infer Places
                    ? Places extends Shape
                      ? [N, ...Places, Multiply<Own, Groups>]
                      : Places
                    : never
                  : `convTranspose${R}d: groups must divide the channels, and the weight be [channels, out / groups, ${SpatialNames[R]}]; got x ${ShowShape<X>}, weight ${ShowShape<W>} and ${Groups} groups. Change one of them.`
                : never
              : UnlikeTransposed<R, X, W>
            : UnlikeTransposed<R, X, W>
          : UnlikeTransposed<R, X, W>;

type UnlikeTransposed<
  R extends Rank,
  X extends Shape,
  W extends Shape,
> = `convTranspose${R}d: needs x [batch, ${SpatialNames[R]}, channels] and weight [channels, out / groups, ${SpatialNames[R]}]; got ${ShowShape<X>} and ${ShowShape<W>}. Reshape one of them.`;

/** Whether groups certainly leave a remainder. */
export type DoesNotDivide<Groups extends number, N extends number> =
  Divide<N, Groups> extends [number, infer Remainder] ? Differ<Remainder, 0> : never;

type Unlike<
  R extends Rank,
  X extends Shape,
  W extends Shape,
> = `conv${R}d: needs x [batch, ${SpatialNames[R]}, channels] and weight [out, channels / groups, ${SpatialNames[R]}]; got ${ShowShape<X>} and ${ShowShape<W>}. Reshape one of them.`;

type InGroups<Channels extends number, Out extends number, Own extends number, Groups> = Groups extends number
  ? [Differ<Multiply<Own, Groups>, Channels>, DoesNotDivide<Groups, Out>] extends [false, false]
    ? true
    : false
  : true;

/** The shape after pooling, or the sentence. */
export type Pooled<Title extends string, R extends Rank, X extends Shape, Size, O> =
  IsAny<Size> extends true
    ? Shape
    : IsAny<X> extends true
      ? Shape
      : number extends X["length"]
        ? Shape
        : X extends readonly [infer N extends number, ...infer Spatial extends Shape, infer Channels extends number]
          ? `${Spatial["length"]}` extends R
            ? Positions<
                `${Title}: `,
                "window",
                R,
                Spatial,
                SizesOf<Spatial, Size>,
                O,
                [Option<O, "stride">] extends [undefined] ? Size : Option<O, "stride">
              > extends infer Places
              ? Places extends Shape
                ? [N, ...Places, Channels]
                : Places
              : never
            : NotPooled<Title, R, X>
          : NotPooled<Title, R, X>;

/** The sentence where x has another rank. */
export type NotPooled<
  Title extends string,
  R extends Rank,
  X extends Shape,
> = `${Title}: needs x [batch, ${SpatialNames[R]}, channels]; got ${ShowShape<X>}. Reshape it.`;

/** The size on each axis. */
export type SizesOf<Spatial extends Shape, Size> = {
  -readonly [Axis in keyof Spatial]: OnAxis<Size, Axis & string, number> & number;
};

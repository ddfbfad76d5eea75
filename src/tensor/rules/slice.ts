/** Python's `x[start:stop:step]` at the type level, as shaping.ts computes it. */

import type { Add, Divide, Least, Minus } from "../../base/number-types.ts";
import type { Shape } from "../../base/shape.ts";
import type { ShowShape } from "../../base/shape-types.ts";
import type { IsAny } from "./fit.ts";

/** One entry of a range per axis; null or absent means as far as it goes. */
export type Bounds = readonly (number | null | undefined)[];

type Absent = null | undefined;

/** A part of a shape: axes without entries stay. */
export type Sliced<S extends Shape, Start extends Bounds, Stop extends Bounds, Step extends Bounds> =
  IsAny<Start> extends true
    ? Shape
    : IsAny<S> extends true
      ? Shape
      : number extends S["length"]
        ? Shape
        : {
            [Axis in keyof S]: Part<S[Axis], Entry<Start, Axis>, Entry<Stop, Axis>, Entry<Step, Axis>>;
          };

/** The entry for an axis; in a list of unknown length there may be one. */
type Entry<List extends Bounds, Axis> = Axis extends keyof List
  ? List[Axis] & (number | Absent)
  : number extends List["length"]
    ? number
    : undefined;

type Part<
  N extends number,
  Start extends number | Absent,
  Stop extends number | Absent,
  Step extends number | Absent,
> = [Start | Stop | Step] extends [Absent]
  ? N
  : number extends N | Start | Stop | Step
    ? number
    : [Step] extends [Absent]
      ? Forwards<N, Start, Stop, 1>
      : `${Step & number}` extends `-${infer Pace extends number}`
        ? Backwards<N, Start, Stop, Pace>
        : Forwards<N, Start, Stop, Step & number>;

/** From and to lie in 0…n. */
type Forwards<N extends number, Start, Stop, Step extends number> = Steps<
  Minus<Place<N, Stop, N>, Place<N, Start, 0>>,
  Step
>;

type Place<N extends number, At, Default extends number> = At extends number
  ? `${At}` extends `-${infer Back extends number}`
    ? Minus<N, Back>
    : Least<At, N>
  : Default;

/** From and to lie in −1…n − 1, counted from 1 here. */
type Backwards<N extends number, Start, Stop, Pace extends number> = Steps<
  Minus<PlaceAfter<N, Start, N>, PlaceAfter<N, Stop, 0>>,
  Pace
>;

type PlaceAfter<N extends number, At, Default extends number> = At extends number
  ? `${At}` extends `-${infer Back extends number}`
    ? Minus<Add<N, 1>, Back>
    : Least<Add<At, 1>, N>
  : Default;

/** ⌈length / step⌉. */
type Steps<Length extends number, Step extends number> = Step extends 1
  ? Length
  : Length extends 0
    ? 0
    : Divide<Add<Length, Minus<Step, 1>>, Step> extends [infer Count extends number, number]
      ? Count
      : never;

/** Nothing, or the sentence where a list has entries for axes that do not exist, fractions, or, as a list of steps, a 0. */
export type BoundsMisfit<S extends Shape, List extends Bounds, Kind extends "place" | "step" = "place"> =
  IsAny<List> extends true
    ? null
    : IsAny<S> extends true
      ? null
      : number extends S["length"] | List["length"]
        ? null
        : [Exclude<Indices<List>, Indices<S>> | Extract<`${List[number] & number}`, `${string}.${string}`>] extends [
              never,
            ]
          ? Kind extends "step"
            ? [Extract<List[number], 0>] extends [never]
              ? null
              : "slice: a step must not be 0. Take 1 for every element, −1 for the reverse."
            : null
          : `slice: start, stop and step need at most one integer for each of the ${S["length"]} axes of ${ShowShape<S>}; got [${Joined<List>}]. Leave the others out.`;

type Indices<List extends readonly unknown[]> = Extract<keyof List, `${number}`>;

type Joined<List extends Bounds, Text extends string = "", Comma extends string = ""> = List extends readonly [
  infer First,
  ...infer Rest extends Bounds,
]
  ? Joined<Rest, `${Text}${Comma}${First extends number ? First : ""}`, ", ">
  : Text;

/** Axes by number at the type level: negative ones count from the end, those that do not exist give the sentence of the run time. */

import type { Shape } from "../../base/shape.ts";
import type { IsAny } from "./fit.ts";

/** The axis counted from the front, `number` where it is not known, or the sentence. `S` has a known rank. */
export type AxisOf<Title extends string, S extends Shape, Axis extends number> = number extends Axis
  ? number
  : `${Axis}` extends keyof S
    ? Axis
    : `${Axis}` extends `-${infer Back}`
      ? FromEnd<S, Back> extends infer Found extends number
        ? Found
        : AxisMisfit<Title, S, Axis>
      : AxisMisfit<Title, S, Axis>;

/** The same for any shape: `number` where its rank is not known. */
export type ExistingAxis<Title extends string, S extends Shape, Axis extends number> =
  IsAny<Axis> extends true
    ? number
    : IsAny<S> extends true
      ? number
      : number extends S["length"]
        ? number
        : AxisOf<Title, S, Axis>;

/** The place `Back` steps before the end; null where the shape is too short. */
type FromEnd<S extends Shape, Back extends string, Steps extends 1[] = [1]> = S extends readonly [
  ...infer Front extends Shape,
  number,
]
  ? `${Steps["length"]}` extends Back
    ? Front["length"]
    : FromEnd<Front, Back, [...Steps, 1]>
  : null;

type AxisMisfit<Title extends string, S extends Shape, Axis extends number> = S extends readonly [
  number,
  ...infer Others extends Shape,
]
  ? `${Title}: axis ${Axis} does not exist; a tensor of rank ${S["length"]} has axes -${S["length"]}…${Others["length"]}.`
  : `${Title}: axis ${Axis} does not exist; a scalar has no axes.`;

/** Several axes counted from the front, or the sentence for the first that does not exist. */
export type AxesOf<
  Title extends string,
  S extends Shape,
  Axes extends Shape,
  Done extends Shape = [],
> = Axes extends readonly [infer Axis extends number, ...infer Rest extends Shape]
  ? AxisOf<Title, S, Axis> extends infer Found
    ? Found extends number
      ? AxesOf<Title, S, Rest, [...Done, Found]>
      : Found
    : never
  : Done;

/** Whether a list names something twice; `number` counts as something new. */
export type HasTwins<List extends Shape> = List extends readonly [
  infer First extends number,
  ...infer Rest extends Shape,
]
  ? number extends First
    ? HasTwins<Rest>
    : First extends Rest[number]
      ? number extends Rest[number]
        ? false
        : true
      : HasTwins<Rest>
  : false;

/** A dimension for each axis, unknown. */
export type Numbers<S extends Shape> = { -readonly [Axis in keyof S]: number };

/** The shape without its first axis. */
export type Tail<S extends Shape> = S extends readonly [number, ...infer Rest extends Shape] ? Rest : Shape;

/** Reducing axes at the type level: none means all, several are a tuple. */

import type { Shape } from "../../base/shape.ts";
import type { ShowShape } from "../../base/shape-types.ts";
import type { AxesOf, AxisOf, HasTwins, Numbers, Tail } from "./axes.ts";
import type { IsAny } from "./fit.ts";
import type { RemoveAt } from "./movement.ts";

/** Axes by number; negative ones count from the end. */
export type Axes = number | readonly number[];

export interface ReduceOptions<Keep extends boolean = boolean> {
  /** Whether reduced axes stay, with size 1. Default false. */
  readonly keepDims?: Keep;
}

/** What stays of a shape when axes are reduced, `undefined` stands for all; or the sentence. */
export type Reduced<Title extends string, S extends Shape, Axes, Keep = false> =
  IsAny<Axes> extends true
    ? Shape
    : IsAny<S> extends true
      ? Shape
      : boolean extends Keep
        ? Shape
        : [Axes] extends [undefined]
          ? WithoutAll<Title, S, Keep>
          : number extends S["length"]
            ? Shape
            : Axes extends number
              ? WithoutOne<Title, S, AxisOf<Title, S, Axes>, Keep>
              : Axes extends Shape
                ? number extends Axes["length"]
                  ? Shape
                  : WithoutSome<Title, S, Axes, AxesOf<Title, S, Axes>, Keep>
                : Shape;

type WithoutAll<Title extends string, S extends Shape, Keep> = Title extends "max" | "min"
  ? [Extract<S[number], 0>] extends [never]
    ? Keep extends true
      ? Ones<S>
      : []
    : NothingThere<Title, S>
  : Keep extends true
    ? Ones<S>
    : [];

type WithoutOne<Title extends string, S extends Shape, Axis, Keep> = Axis extends number
  ? number extends Axis
    ? Numbers<Keep extends true ? S : Tail<S>>
    : Without<Title, S, Axis, Keep>
  : Axis;

type WithoutSome<Title extends string, S extends Shape, Given extends Shape, Found, Keep> = Found extends Shape
  ? HasTwins<Found> extends true
    ? `${Title}: axes must be distinct; got ${ShowShape<Given>}. Name each axis once.`
    : number extends Found[number]
      ? Shape
      : Without<Title, S, Found[number], Keep>
  : Found;

/** The largest and the smallest need something to choose from. */
type Without<Title extends string, S extends Shape, Axes extends number, Keep> = Title extends "max" | "min" | "argMax"
  ? [Extract<S[Axes], 0>] extends [never]
    ? RemoveAt<S, Axes, Keep>
    : Title extends "argMax"
      ? `argMax: the axis must exist and not be empty; got axis ${Axes} of ${ShowShape<S>}. Name another axis.`
      : NothingThere<Title, S>
  : RemoveAt<S, Axes, Keep>;

type NothingThere<
  Title extends string,
  S extends Shape,
> = `${Title}: needs at least one element along the reduced axes; got ${ShowShape<S>}. Leave empty tensors out.`;

type Ones<S extends Shape> = number extends S["length"] ? Shape : { -readonly [Axis in keyof S]: 1 };

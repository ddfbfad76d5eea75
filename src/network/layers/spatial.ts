/**
 * What layers over spatial axes share: the input `[…spatial, channels]`, at run time and as a type, and numbers that are checked when
 * the layer is made. Refuses inputs with another number of axes.
 */

import { ShapeError } from "../../base/errors.ts";
import { type Shape, showShape } from "../../base/shape.ts";
import type { ShowShape } from "../../base/shape-types.ts";
import { showValue } from "../../base/show.ts";
import { type PerAxis, spatialNames } from "../../functions/sliding.ts";
import type { Rank, SpatialNames } from "../../functions/sliding-types.ts";

/** An input's spatial axes and channels. */
export interface Spatial {
  readonly spatial: Shape;
  readonly channels: number;
}

/** The input of a layer with `rank` spatial axes. */
export function spatialInput(rank: number, input: Shape): Spatial {
  if (input.length === rank + 1) return { spatial: input.slice(0, -1), channels: input.at(-1)! };
  const names = `${spatialNames(rank)}, channels`;
  const way = input.length === rank ? `${input.join(", ")}, 1` : names;
  const hint = `Add reshape([${way}]) before it.`;
  throw new ShapeError(`needs an input [${names}]; got ${showShape(input)}. ${hint}`, {
    expected: `[${names}]`,
    actual: showShape(input),
    hint,
  });
}

/** `[spatial, channels]` of an input; null where its rank is unknown, or the sentence. */
export type SpatialInput<R extends Rank, In> = In extends Shape
  ? number extends In["length"]
    ? null
    : In extends readonly [...infer Axes extends Shape, infer Channels extends number]
      ? `${Axes["length"]}` extends R
        ? [Axes, Channels]
        : NotSpatial<R, In>
      : NotSpatial<R, In>
  : never;

type NotSpatial<
  R extends Rank,
  In extends Shape,
> = `needs an input [${SpatialNames[R]}, channels]; got ${ShowShape<In>}. Add reshape([${WayOut<R, In>}]) before it.`;

type WayOut<R extends Rank, In extends Shape> = `${In["length"]}` extends R
  ? ShowShape<In> extends `[${infer Dimensions}]`
    ? `${Dimensions}, 1`
    : never
  : `${SpatialNames[R]}, channels`;

/** A kernel or size, as it stands in a title. */
export type ShowPerAxis<Value extends PerAxis> = Value extends number
  ? `${Value}`
  : Value extends infer List extends Shape
    ? ShowShape<List>
    : never;

/** Throws unless the number of filters, units or pieces is a positive integer. */
export function checkCount(layer: string, name: string, value: unknown, example: string): void {
  if (Number.isSafeInteger(value) && (value as number) >= 1) return;
  const actual = showValue(value);
  throw new ShapeError(`${layer}: ${name} must be a positive integer; got ${actual}. Write ${example}.`, {
    operation: layer,
    expected: "a positive integer",
    actual,
  });
}

/** Throws unless groups divide: filters when the layer is made, channels when it meets its input. */
export function checkGroups(layer: string, groups: number, count: number, what: "filters" | "channels"): void {
  if (count % groups === 0) return;
  const sentence = `groups must divide the ${what}; got ${count} ${what} and ${groups} groups. Change one of them.`;
  throw new ShapeError(layer === "" ? sentence : `${layer}: ${sentence}`, {
    ...(layer === "" ? {} : { operation: layer }),
    expected: `a divisor of ${count}`,
    actual: String(groups),
  });
}

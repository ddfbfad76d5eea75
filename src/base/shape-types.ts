/**
 * Shapes at the type level: the number of elements, and a shape as it stands in messages. Dimensions that are not literals degrade
 * to `number`, never to `any`. Nothing here exists at run time.
 */

import type { Multiply } from "./number-types.ts";
import type { Shape } from "./shape.ts";

/** The tuple without `readonly`: what `const` type parameters infer, as people write it. */
export type Mutable<S extends Shape> = { -readonly [Axis in keyof S]: S[Axis] };

/** The number of elements: 1 for a scalar, `number` where a dimension or the rank is unknown. */
export type SizeOf<S extends Shape, Size extends number = 1> = number extends S["length"]
  ? number
  : S extends readonly [infer First extends number, ...infer Rest extends Shape]
    ? SizeOf<Rest, Multiply<Size, First>>
    : Size;

/** `[2, 3]`, as it stands in messages; `[…]` where the rank is unknown. */
export type ShowShape<S extends Shape> = number extends S["length"] ? "[…]" : `[${JoinDimensions<S>}]`;

type JoinDimensions<S extends Shape, Text extends string = ""> = S extends readonly [
  infer First extends number,
  ...infer Rest extends Shape,
]
  ? JoinDimensions<Rest, Text extends "" ? `${First}` : `${Text}, ${First}`>
  : Text;

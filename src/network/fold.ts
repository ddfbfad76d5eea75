/**
 * A network's shapes as types: the input shape goes through the layers' rules one after the other. Where a layer does not fit,
 * the parameter's type at its position becomes the sentence, so that the editor marks that layer and shows why. At run time
 * network.ts says the same sentence. Everything is tail-recursive: hundreds of layers cost fractions of a second.
 */

import type { Shape } from "../base/shape.ts";
import type { Inside, Layer, ShapeRule } from "./layer.ts";

/** The type of a rule's output for an input shape. */
export type Through<R extends ShapeRule, S extends Shape> = (R & { readonly in: S })["out"];

/** A layer that does not fit: its position in the list, and which layer of there says what. */
export interface Misfit<Position extends number, Says> {
  readonly position: Position;
  readonly says: Says;
}

/** The shape after all layers as `[shape]`, or the first misfit. Rules unknown to the type system give `[Shape]`. */
export type Fold<
  S extends Shape,
  Layers extends readonly unknown[],
  Passed extends 1[] = [],
> = Layers extends readonly [Layer<infer R>, ...infer Rest]
  ? Through<R, S> extends infer Out
    ? Out extends Shape
      ? Fold<Out, Rest, [...Passed, 1]>
      : Out extends string
        ? Misfit<Passed["length"], Inside<`${Passed["length"]}`, R["title"], Out>>
        : Out extends Inside<infer Place, infer Title, infer Sentence>
          ? Misfit<Passed["length"], Inside<`${Passed["length"]}.${Place}`, Title, Sentence>>
          : Fold<Shape, Rest, [...Passed, 1]>
    : never
  : Layers extends readonly []
    ? [S]
    : [Shape];

/** The output shape of a fold. */
export type OutputOf<F> = F extends [infer S extends Shape] ? S : Shape;

/** The layers as parameters: themselves, with the sentence in the place of a misfit. */
export type FittingLayers<F, Layers extends readonly unknown[]> =
  F extends Misfit<infer Position, Inside<infer Place, infer Title, infer Sentence>>
    ? { [I in keyof Layers]: I extends `${Position}` ? `${Title} at layer ${Place}: ${Sentence}` : Layers[I] }
    : Layers;

/** What a network takes and gives, as a type: `[batch, ...in]` and `[batch, ...out]`, or the sentence of network.ts. */

import type { Shape } from "../base/shape.ts";
import type { ShowShape } from "../base/shape-types.ts";
import type { IsAny } from "../tensor/rules/fit.ts";
import type { Agree } from "../tensor/rules/join.ts";

/** The shape of the outputs for inputs of shape `X`; or the sentence. */
export type Forwarded<In extends Shape, Out extends Shape, X extends Shape> =
  IsAny<X> extends true
    ? Shape
    : IsAny<In> extends true
      ? Shape
      : number extends X["length"]
        ? [number, ...Out]
        : X extends readonly [infer Batch extends number, ...infer Example extends Shape]
          ? number extends In["length"]
            ? [Batch, ...Out]
            : Agree<Example, In> extends true
              ? [Batch, ...Out]
              : Misfit<In, X>
          : Misfit<In, X>;

type Misfit<
  In extends Shape,
  X extends Shape,
> = `network: needs ${WithBatch<ShowShape<In>>}; got ${ShowShape<X>}. ${WayOut<In, X>}`;

type WithBatch<Shown extends string> = Shown extends `[${infer Dimensions}` ? `[batch, ${Dimensions}` : "[…]";

type WayOut<In extends Shape, X extends Shape> =
  Agree<In, X> extends true
    ? "Put a batch axis in front: x.expand(0)."
    : "The axes after the first are the network's input shape.";

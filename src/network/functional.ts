/**
 * Networks as a function: layers under names, and how values pass through them, written with tensors. A layer that is called twice
 * shares its weights; several inputs and outputs are records. Layer strings do not write such networks: code builds them, and `load`
 * fills them.
 */

import type { Shape } from "../base/shape.ts";
import type { Mutable } from "../base/shape-types.ts";
import type { Fitting, Outcome } from "../tensor/rules/fit.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Through } from "./fold.ts";
import { FunctionalNetwork } from "./functional-network.ts";
import {
  type FunctionalPass,
  functionsOf,
  isShape,
  type Layers,
  outline,
  printFunctional,
  type Shapes,
} from "./functional-pass.ts";
import { type Inside, type Layer, layer, type ShapeRule } from "./layer.ts";
import { Network } from "./network.ts";
import { placer } from "./placed.ts";

/** The layers as functions of batches. */
export type Calls<L extends Layers> = {
  readonly [Name in keyof L & string]: L[Name] extends Layer<infer R>
    ? <X extends Shape>(x: Fitting<Tensor<X>, Called<Name, R, X>>) => Tensor<Outcome<Called<Name, R, X>>>
    : never;
};

/** The shape of a layer's output for a batch; or the sentence. */
type Called<Name extends string, R extends ShapeRule, X extends Shape> = number extends X["length"]
  ? Shape
  : X extends readonly [infer Batch extends number, ...infer Example extends Shape]
    ? Through<R, Example> extends infer Out
      ? Out extends Shape
        ? [Batch, ...Out]
        : Out extends string
          ? `${R["title"]} at layer ${Name}: ${Out}`
          : Out extends Inside<infer Place, infer Title, infer Sentence>
            ? `${Title} at layer ${Name}.${Place}: ${Sentence}`
            : Shape
      : never
    : Shape;

/** The batches that come in: a tensor for a shape, a record for a record. */
export type Batches<In> = In extends Shape
  ? Tensor<[number, ...Mutable<In>]>
  : { readonly [Name in keyof In]: In[Name] extends Shape ? Tensor<[number, ...Mutable<In[Name]>]> : never };

type Outputs = Tensor | Readonly<Record<string, Tensor>>;

/** The shapes of outputs without the batch axis. */
type ShapesOf<Out> =
  Out extends Tensor<infer S>
    ? ExampleOf<S>
    : { readonly [Name in keyof Out]: Out[Name] extends Tensor<infer S> ? ExampleOf<S> : Shape };
type ExampleOf<S extends Shape> = number extends S["length"]
  ? Shape
  : S extends readonly [number, ...infer Rest extends Shape]
    ? Rest
    : Shape;

/** One input and one output make a network that `train` takes. */
type Made<In, Out> = [In, Out] extends [infer Single extends Shape, Tensor]
  ? Network<Mutable<Single>, ShapesOf<Out> extends infer S extends Shape ? S : Shape>
  : FunctionalNetwork<
      In extends Shape
        ? Mutable<In>
        : { readonly [Name in keyof In]: In[Name] extends Shape ? Mutable<In[Name]> : never },
      ShapesOf<Out>
    >;

/**
 * A network as a function of tensors: `forward` gets the inputs, `[batch, ...shape]`, and the layers as functions, and gives the outputs.
 * In between it may compute what it likes; a layer that it calls twice has one set of weights. It runs once when the network is
 * made, on tensors without values, to learn the shapes, and then in every pass.
 *
 * State names begin with the names of the layers: `tower.0.weight`. `train` takes networks with one input and one output: `forward` may
 * take one input apart, and join outputs that the loss takes apart.
 *
 * @param definition  `inputs`: the shape of one example, or a record of shapes; `layers` by name; `forward`
 * @returns           for one input and one output a {@link Network}, which `train` takes; else a {@link FunctionalNetwork}, whose
 *                    `forward` and `predict` take and give records
 * @throws {ShapeError}  values that do not fit, with the layer's name
 * @throws {GradusError} a layer that `forward` never calls, or outputs that are no batches
 * @example
 * const net = functional({
 *   inputs: { left: [8, 8], right: [8, 8] },
 *   layers: { tower: sequential(flatten(), dense(16), relu()), head: dense(1) },
 *   forward: ({ left, right }, { tower, head }) => head(tower(left).sub(tower(right)).abs()),
 * });
 */
export function functional<const In extends Shape | Shapes, L extends Layers, Out extends Outputs>(definition: {
  readonly inputs: In;
  readonly layers: L;
  readonly forward: (inputs: Batches<In>, layers: Calls<L>) => Out;
}): Made<In, Out> {
  const { inputs, ...pass } = definition as never as { readonly inputs: Shape | Shapes } & FunctionalPass;
  const several = () => new FunctionalNetwork(inputs, pass) as unknown as Made<In, Out>;
  if (!isShape(inputs)) return several();
  const outputs = outline(pass, inputs, placer("").part);
  if (!isShape(outputs)) return several();
  return new Network(
    inputs,
    layer({
      name: "functional",
      print: () => printFunctional(pass),
      shape: (input, part) => outline(pass, input, part) as Shape,
      apply: (x, _, { part }) => pass.forward(x, functionsOf(pass, part)) as Tensor,
    }),
  ) as unknown as Made<In, Out>;
}

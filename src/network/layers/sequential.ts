/** Layers one after the other as one layer: what a network is, inside of a network. */

import type { Printable } from "../../base/call.ts";
import { type Reader, reader } from "../../base/call.ts";
import type { Shape } from "../../base/shape.ts";
import type { Fold, Misfit } from "../fold.ts";
import { type Layer, layer, printLayers, type ShapeRule } from "../layer.ts";

/** The rule of layers one after the other. */
export interface SequentialRule<Layers extends readonly Layer[]> extends ShapeRule {
  readonly title: "sequential";
  readonly out: this["in"] extends infer In extends Shape ? AfterAll<Fold<In, Layers>> : never;
}

/** A fold as the output of a rule: the shape, or which layer inside says what. */
export type AfterAll<F> = F extends readonly [infer Out] ? Out : F extends Misfit<number, infer Says> ? Says : Shape;

/**
 * Layers one after the other as one layer, for example to use them in several networks or in one place of {@link residual}.
 *
 * State names have the layer's index: `3.0.weight`. Without layers it hands its input on.
 *
 * @param layers  from input to output
 * @returns       a layer from the first one's input to the last one's output
 * @throws {ShapeError} when the network is built: a layer does not fit the one before it
 * @example network([16, 16], flatten(), sequential(dense(32), relu()), dense(10))
 */
export function sequential<Layers extends readonly Layer[]>(...layers: Layers): Layer<SequentialRule<Layers>> {
  return layer({
    name: "sequential",
    gives: "parts",
    print: () => (layers.length === 0 ? "sequential" : `sequential(${printLayers(layers)})`),
    shape: (input, part) => layers.reduce((shape, each, index) => part(String(index), each, shape), input),
    apply: (x, _, { part }) => layers.reduce((value, _, index) => part(String(index), value), x),
  });
}

/** Layers as an argument of a layer string: `dense(3) relu`. */
export function printable(layers: readonly Layer[]): Printable {
  return { print: () => printLayers(layers) };
}

export const sequentialReader: Reader<Layer> = reader({
  name: "sequential",
  needs: {},
  takes: { layers: "calls" },
  make: ({ layers = [] }, read) => sequential(...layers.map(read)),
});

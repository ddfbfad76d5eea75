/**
 * Layers whose insides the backward pass computes again instead of keeping them, and the same for functions over tensors. A layer in
 * `checkpointed` is the layer itself in all other respects: same place, same names, same numbers.
 */

import { type Reader, reader } from "../../base/call.ts";
import { checkpointedFunction } from "../../tensor/checkpointed.ts";
import { type Layer, printLayers, type ShapeRule } from "../layer.ts";
import { type SequentialRule, sequential } from "./sequential.ts";

/**
 * The same layer with less memory in training: of what is inside, its gradient keeps the input and parameters, and computes the rest again
 * when it needs it, for the time of a second forward pass. Every bit of results, gradients and state is the same as without, and so are
 * names; dropout drops the same elements, running statistics move once. Where layers stand inside of each other, each keeps its input only.
 *
 * Several layers are one {@link sequential}. A function over tensors becomes a function with the same promise.
 *
 * @param layers  what is computed again as a whole: a block of a deep network
 * @returns       the layer, or the function, that keeps its inputs alone
 * @throws {GradusError} when called: a function gives a promise
 * @example network([64], checkpointed(residual(dense(64), relu(), dense(64))), relu(), dense(10))
 * @example await grad((x: Tensor) => checkpointed((y: Tensor) => y.mul(y).mul(y))(x).sum())(tensor([2])).array()  // [12]
 * @see Chen, Xu, Zhang, Guestrin, Training deep nets with sublinear memory cost (2016)
 */
export function checkpointed<R extends ShapeRule>(layer: Layer<R>): Layer<R>;
export function checkpointed<const Layers extends readonly Layer[]>(...layers: Layers): Layer<SequentialRule<Layers>>;
export function checkpointed<Args extends unknown[], R>(f: (...args: Args) => R): (...args: Args) => R;
export function checkpointed(...given: readonly unknown[]): unknown {
  const [first] = given;
  if (typeof first === "function") return checkpointedFunction(first as (...args: unknown[]) => unknown);
  const layers = given as readonly Layer[];
  const isLayer = layers.length === 1 && typeof layers[0]?.apply === "function";
  const inner = isLayer ? layers[0]! : sequential(...layers);
  return {
    ...inner,
    apply: checkpointedFunction(inner.apply),
    print: () => `checkpointed(${printLayers(layers)})`,
  };
}

export const checkpointedReader: Reader<Layer> = reader({
  name: "checkpointed",
  needs: { layers: "calls" },
  takes: {},
  make: ({ layers }, read) => checkpointed(...layers.map(read)),
});

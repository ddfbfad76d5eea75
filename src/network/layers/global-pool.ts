/** All positions of each channel as one number: what a network saw, wherever it was. Refuses inputs without positions. */

import { type Reader, reader } from "../../base/call.ts";
import { ShapeError } from "../../base/errors.ts";
import { type Shape, showShape } from "../../base/shape.ts";
import type { ShowShape } from "../../base/shape-types.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { type Layer, layer, type ShapeRule } from "../layer.ts";

interface GlobalRule<Title extends string> extends ShapeRule {
  readonly title: Title;
  readonly out: GlobalOutput<this["in"]>;
}

type GlobalOutput<In> = In extends Shape
  ? number extends In["length"]
    ? [number]
    : In extends readonly [number, ...Shape, infer Channels extends number]
      ? [Channels]
      : `needs positions before the channels, [...spatial, channels]; got ${ShowShape<In>}. Leave it out.`
  : never;

/**
 * The mean of each channel over all positions, `[...spatial, channels]` to `[channels]`: the end of a network that takes inputs of any size.
 *
 * @throws {ShapeError} when the network is built: the input has no axes before the channels
 * @example network([28, 28, 1], conv2d(32, 3), relu(), globalAveragePool(), dense(10))
 * @see Lin, Chen, Yan, Network in network (2014)
 */
export function globalAveragePool(): Layer<GlobalRule<"globalAveragePool">> {
  return globalPool("globalAveragePool", (x, axes) => x.mean(axes));
}

/**
 * The largest of each channel over all positions, `[...spatial, channels]` to `[channels]`: whether a pattern was anywhere. Of equal ones
 * the first takes the gradient.
 *
 * @throws {ShapeError} when the network is built: the input has no axes before the channels
 * @example network([100, 4], conv1d(16, 5), relu(), globalMaxPool(), dense(3))
 */
export function globalMaxPool(): Layer<GlobalRule<"globalMaxPool">> {
  return globalPool("globalMaxPool", (x, axes) => x.max(axes));
}

function globalPool<R extends ShapeRule>(name: string, over: (x: Tensor, axes: Shape) => Tensor): Layer<R> {
  return layer({
    name,
    shape: (input) => {
      if (input.length > 1) return [input.at(-1)!];
      const [expected, actual] = ["[...spatial, channels]", showShape(input)];
      throw new ShapeError(`needs positions before the channels, ${expected}; got ${actual}. Leave it out.`, {
        expected,
        actual,
        hint: "Leave it out.",
      });
    },
    apply: (x) =>
      over(
        x,
        Array.from({ length: x.rank - 2 }, (_, i) => 1 + i),
      ),
  });
}

export const globalPoolReaders: readonly Reader<Layer>[] = [
  reader({ name: "globalAveragePool", needs: {}, takes: {}, make: globalAveragePool }),
  reader({ name: "globalMaxPool", needs: {}, takes: {}, make: globalMaxPool }),
];

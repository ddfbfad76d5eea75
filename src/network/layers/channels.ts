/** Small changes to channels and units: some of them in a new order, and a bias for each unit. */

import { type Reader, reader } from "../../base/call.ts";
import { ShapeError } from "../../base/errors.ts";
import { type Shape, showShape } from "../../base/shape.ts";
import type { ShowShape } from "../../base/shape-types.ts";
import { showValue } from "../../base/show.ts";
import { concat } from "../../tensor/join.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { type Layer, layer, type SameShape, type ShapeRule } from "../layer.ts";
import { biasSpec } from "./weights.ts";

interface TakeChannelsRule<Channels extends Shape> extends ShapeRule {
  readonly title: `takeChannels(${ShowShape<Channels>})`;
  readonly out: this["in"] extends readonly [...infer Before extends Shape, number]
    ? [...Before, Channels["length"]]
    : Shape;
}

/**
 * Some of the channels, in the order given; one may stand there several times. Before a convolution in groups it decides which filters see
 * which channels.
 *
 * @param channels  places of channels, counted from 0
 * @returns         a layer from `[...n, channels]` to `[...n, channels.length]`
 * @throws {ShapeError} the list is empty or holds something else than places; when the network is built: a channel does not exist
 * @example network([8, 8, 3], takeChannels([0, 1, 1, 2]), conv2d(4, 3, { groups: 2 })).outputShape  // [6, 6, 4]
 */
export function takeChannels<const Channels extends Shape>(channels: Channels): Layer<TakeChannelsRule<Channels>> {
  const isList = Array.isArray(channels) && channels.length > 0;
  if (!isList || !channels.every((channel) => Number.isSafeInteger(channel) && channel >= 0)) {
    const actual = isList ? showShape(channels) : showValue(channels);
    throw new ShapeError(
      `takeChannels: needs a list of places of channels, counted from 0; got ${actual}. Write takeChannels([0, 2]).`,
      { operation: "takeChannels", actual },
    );
  }
  const last = channels.reduce((most, channel) => Math.max(most, channel));
  return layer({
    name: "takeChannels",
    arguments: [channels],
    shape: (input) => {
      if (input.length > 0 && last < input.at(-1)!) return [...input.slice(0, -1), channels.length];
      throw new ShapeError(`needs at least ${last + 1} channels; got ${showShape(input)}. Take others.`, {
        expected: `[…, at least ${last + 1}]`,
        actual: showShape(input),
        hint: "Take others.",
      });
    },
    apply: (x) => {
      const axis = x.rank - 1;
      const parts = runsOf(channels).map(([from, to]) => x.slice(places(x, from), places(x, to)) as Tensor);
      return concat(parts, axis) as Tensor;
    },
  });
}

/** Neighbours that stay neighbours, as `[from, to)`. */
function runsOf(channels: Shape): readonly (readonly [number, number])[] {
  const runs: [number, number][] = [];
  for (const channel of channels) {
    const run = runs.at(-1);
    if (run?.[1] === channel) run[1]++;
    else runs.push([channel, channel + 1]);
  }
  return runs;
}

/** A bound on the last axis alone. */
function places(x: Tensor, bound: number): (number | null)[] {
  return x.shape.map((_, axis) => (axis === x.rank - 1 ? bound : null));
}

/**
 * A bias for every element, `y = x + b`: where a convolution has one for each filter, this has one for each place too.
 *
 * Parameters: `bias`, in the shape of the input.
 *
 * @returns a layer that keeps the shape
 * @example network([16, 16, 1], conv2d(12, 5, { stride: 2, padding: 2, bias: false }), unitBias(), tanh())
 */
export function unitBias(): Layer<SameShape<"unitBias">> {
  return layer({
    name: "unitBias",
    shape: (input) => input,
    parameters: (input) => [biasSpec(input)],
    apply: (x, { bias }) => x.add(bias!),
  });
}

export const channelReaders: readonly Reader<Layer>[] = [
  reader({
    name: "takeChannels",
    needs: { channels: "shape" },
    takes: {},
    make: ({ channels }) => takeChannels(channels),
  }),
  reader({ name: "unitBias", needs: {}, takes: {}, make: unitBias }),
];

/** Pooling to a given number of rows and columns, whatever those of the input. */

import { type Reader, reader } from "../../base/call.ts";
import type { Shape } from "../../base/shape.ts";
import {
  adaptiveAveragePool2d as averageBins,
  adaptiveMaxPool2d as largestOfBins,
} from "../../functions/adaptive-pool.ts";
import { type PerAxis, perAxis } from "../../functions/sliding.ts";
import type { SizesOf } from "../../functions/sliding-types.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { type Layer, layer, type ShapeRule } from "../layer.ts";
import { type ShowPerAxis, type SpatialInput, spatialInput } from "./spatial.ts";

interface AdaptiveRule<Name extends string, Size extends PerAxis> extends ShapeRule {
  readonly title: `${Name}(${ShowPerAxis<Size>})`;
  readonly out: AdaptiveOutput<SpatialInput<"2", this["in"]>, Size>;
}

type AdaptiveOutput<In, Size> = In extends [infer Axes extends Shape, infer Channels extends number]
  ? [...SizesOf<Axes, Size>, Channels]
  : In extends null
    ? Shape
    : In;

/**
 * The mean of each of `size` bins along rows and columns: bin i of m covers the positions from ⌊i · n / m⌋ to ⌈(i + 1) · n / m⌉.
 *
 * @param size  bins, a number for both axes or `[rows, columns]`
 * @returns     a layer from `[rows, columns, channels]` to `[...size, channels]`
 * @throws {ShapeError} a size is no positive integer; when the network is built: the input has another rank
 * @example network([13, 10, 8], adaptiveAveragePool2d(6)).outputShape  // [6, 6, 8]
 */
export function adaptiveAveragePool2d<const Size extends PerAxis>(
  size: Size,
): Layer<AdaptiveRule<"adaptiveAveragePool2d", Size>> {
  return adaptive("adaptiveAveragePool2d", size, averageBins);
}

/**
 * The largest of each of `size` bins along rows and columns; bins as in {@link adaptiveAveragePool2d}.
 *
 * @param size  bins, a number for both axes or `[rows, columns]`
 * @returns     a layer from `[rows, columns, channels]` to `[...size, channels]`
 * @throws {ShapeError} a size is no positive integer; when the network is built: the input has another rank
 * @example network([13, 10, 8], adaptiveMaxPool2d([1, 2])).outputShape  // [1, 2, 8]
 */
export function adaptiveMaxPool2d<const Size extends PerAxis>(
  size: Size,
): Layer<AdaptiveRule<"adaptiveMaxPool2d", Size>> {
  return adaptive("adaptiveMaxPool2d", size, largestOfBins);
}

function adaptive<R extends ShapeRule>(
  name: string,
  size: PerAxis,
  pool: (x: Tensor, size: PerAxis) => Tensor,
): Layer<R> {
  const bins = perAxis(name, "size", size, 2);
  return layer({
    name,
    arguments: [size],
    shape: (input) => [...bins, spatialInput(2, input).channels],
    apply: (x) => pool(x, size),
  });
}

export const adaptivePoolReaders: readonly Reader<Layer>[] = [
  reader({
    name: "adaptiveAveragePool2d",
    needs: { size: "perAxis" },
    takes: {},
    make: ({ size }) => adaptiveAveragePool2d(size),
  }),
  reader({
    name: "adaptiveMaxPool2d",
    needs: { size: "perAxis" },
    takes: {},
    make: ({ size }) => adaptiveMaxPool2d(size),
  }),
];

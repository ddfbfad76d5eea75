/** Every few rows and columns, with channels of zeros behind the others: a way past a block that changes the shape, without parameters. */

import { type Reader, reader } from "../../base/call.ts";
import { GradusError } from "../../base/errors.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { type Layer, layer, type ShapeRule } from "../layer.ts";
import { type SpatialInput, spatialInput } from "./spatial.ts";

interface SubsampleRule extends ShapeRule {
  readonly title: "subsample2d";
  readonly out: SpatialInput<"2", this["in"]> extends infer In extends string ? In : [number, number, number];
}

export interface SubsampleOptions {
  /** Channels of zeros behind those of the input. Default 0. */
  readonly newChannels?: number;
}

/**
 * Row and column 0, `stride`, 2 · `stride`, …, and new channels that are 0: the shortcut of option A in the paper.
 *
 * @param stride   1 keeps all rows and columns
 * @param options  newChannels
 * @returns        a layer from `[rows, columns, channels]` to `[⌈rows / stride⌉, ⌈columns / stride⌉, channels + newChannels]`
 * @throws {GradusError} an option out of range; when the network is built, as ShapeError: the input has another rank
 * @example network([32, 32, 16], subsample2d(2, { newChannels: 16 })).outputShape  // [16, 16, 32]
 * @see He, Zhang, Ren, Sun, Deep residual learning for image recognition (2015), §3.3
 */
export function subsample2d(stride: number, { newChannels = 0 }: SubsampleOptions = {}): Layer<SubsampleRule> {
  checkCount("stride", stride, 1);
  checkCount("newChannels", newChannels, 0);
  return layer({
    name: "subsample2d",
    arguments: [stride],
    options: { newChannels: newChannels === 0 ? undefined : newChannels },
    shape: (input) => {
      const { spatial, channels } = spatialInput(2, input);
      return [...spatial.map((size) => Math.ceil(size / stride)), channels + newChannels];
    },
    apply: (x) => {
      const kept = stride === 1 ? x : (x.slice([], [], [null, stride, stride]) as Tensor);
      return newChannels === 0 ? kept : (kept.pad([0, 0, 0, 0], [0, 0, 0, newChannels]) as Tensor);
    },
  });
}

function checkCount(option: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new GradusError(
    `subsample2d: ${option} must be an integer from ${least}; got ${value}. Write subsample2d(2, { newChannels: 16 }).`,
    { operation: "subsample2d", option, actual: String(value) },
  );
}

export const subsampleReader: Reader<Layer> = reader({
  name: "subsample2d",
  needs: { stride: "number" },
  takes: { newChannels: "number" },
  make: ({ stride, newChannels }) => subsample2d(stride, newChannels === undefined ? {} : { newChannels }),
});

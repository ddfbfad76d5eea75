/** Convolutions that leave channels apart: depthwise, and separable, which mixes them afterwards, position by position. */

import { type Reader, reader } from "../../base/call.ts";
import type { Multiply } from "../../base/number-types.ts";
import type { Shape } from "../../base/shape.ts";
import { conv as convolve } from "../../functions/conv.ts";
import type { Padding, PerAxis } from "../../functions/sliding.ts";
import type { NoOptions, OnAxis, Option } from "../../functions/sliding-types.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { type Layer, layer, type ShapeRule } from "../layer.ts";
import {
  type ConvOutput,
  checkSliding,
  convPositions,
  convTakes,
  printedSliding,
  withBias,
  withInitializer,
} from "./conv.ts";
import { checkCount, type ShowPerAxis, type SpatialInput, spatialInput } from "./spatial.ts";
import { biasSpec, printedWeightOptions, type WeightOptions, weightAndBias, weightSpec } from "./weights.ts";

/** Stride, padding and dilation of the depthwise convolution, and what becomes of the parameters. */
export interface DepthwiseConvOptions extends WeightOptions {
  /** Outputs of each channel. Default 1. */
  readonly multiplier?: number;
  /** Distance of neighbouring positions, per axis or for all. Default 1. */
  readonly stride?: PerAxis;
  /** Positions around the input, which count as 0. Default 0. */
  readonly padding?: Padding;
  /** Distance of neighbouring elements of the kernel, per axis or for all. Default 1. */
  readonly dilation?: PerAxis;
}

interface DepthwiseRule<Kernel extends PerAxis, O> extends ShapeRule {
  readonly title: `depthwiseConv2d(${ShowPerAxis<Kernel>})`;
  readonly out: DepthwiseOutput<SpatialInput<"2", this["in"]>, Kernel, O>;
}

type DepthwiseOutput<In, Kernel, O> = In extends [Shape, infer Channels extends number]
  ? OnAxis<Option<O, "multiplier">, "", 1> extends infer Times extends number
    ? ConvOutput<In, "2", Multiply<Channels, Times>, Kernel, Omit<O, "groups">>
    : never
  : ConvOutput<In, "2", number, Kernel, O>;

interface SeparableRule<Filters extends number, Kernel extends PerAxis, O> extends ShapeRule {
  readonly title: `separableConv2d(${Filters}, ${ShowPerAxis<Kernel>})`;
  readonly out: ConvOutput<SpatialInput<"2", this["in"]>, "2", Filters, Kernel, Omit<O, "groups">>;
}

/**
 * Convolution of each channel by itself, along rows and columns: output `c · multiplier + m` is the m-th filter of channel c.
 *
 * Parameters: `weight` `[channels · multiplier, 1, rows, columns]`; `bias` `[channels · multiplier]`.
 *
 * @param kernel   its size, a number or `[rows, columns]`
 * @param options  multiplier, stride, padding, dilation; bias, initializer
 * @returns        a layer from `[rows, columns, channels]` to `[rows, columns, channels · multiplier]`
 * @throws {ShapeError} an option is out of range; when the network is built: the kernel does not fit
 * @example network([28, 28, 8], depthwiseConv2d(3, { padding: "same" }), relu())
 * @see Chollet, Xception: deep learning with depthwise separable convolutions (2017)
 */
export function depthwiseConv2d<const Kernel extends PerAxis, const O extends DepthwiseConvOptions = NoOptions>(
  kernel: Kernel,
  options?: O,
): Layer<DepthwiseRule<Kernel, O>> {
  const name = "depthwiseConv2d";
  const { multiplier, sizes, positions, printed, given } = depthwise(name, kernel, options);
  return layer({
    name,
    arguments: [kernel],
    options: printed,
    given,
    shape: (input) => [...positions(input), input.at(-1)! * multiplier],
    parameters: (input) => {
      const outputs = input.at(-1)! * multiplier;
      return weightAndBias([outputs, 1, ...sizes], outputs, given);
    },
    apply: (x, { weight, bias }) => withBias(convolve(name, 2, x, weight, { ...given, groups: x.shape.at(-1)! }), bias),
  });
}

/**
 * Depthwise separable convolution: {@link depthwiseConv2d} without bias, then at each position every filter from all its channels. It
 * costs a fraction of {@link conv2d}.
 *
 * Parameters: `depthwise` `[channels · multiplier, 1, rows, columns]`; `pointwise` `[filters, channels · multiplier, 1, 1]`; `bias`
 * `[filters]`.
 *
 * @param filters  number of output channels
 * @param kernel   size of the depthwise kernel, a number or `[rows, columns]`
 * @param options  multiplier, stride, padding, dilation; bias, initializer (for both weights)
 * @returns        a layer from `[rows, columns, channels]` to `[rows, columns, filters]`
 * @throws {ShapeError} an option is out of range; when the network is built: the kernel does not fit
 * @example network([28, 28, 8], separableConv2d(16, 3, { padding: "same" }), relu())
 * @see Howard et al., MobileNets: efficient convolutional neural networks for mobile vision applications (2017)
 */
export function separableConv2d<
  const Filters extends number,
  const Kernel extends PerAxis,
  const O extends DepthwiseConvOptions = NoOptions,
>(filters: Filters, kernel: Kernel, options?: O): Layer<SeparableRule<Filters, Kernel, O>> {
  const name = "separableConv2d";
  checkCount(name, "filters", filters, `${name}(32, 3)`);
  const { multiplier, sizes, positions, printed, given } = depthwise(name, kernel, options);
  return layer({
    name,
    arguments: [filters, kernel],
    options: printed,
    given,
    shape: (input) => [...positions(input), filters],
    parameters: (input) => {
      const between = input.at(-1)! * multiplier;
      const weights = [
        weightSpec("depthwise", [between, 1, ...sizes], given.initializer),
        weightSpec("pointwise", [filters, between, 1, 1], given.initializer),
      ];
      return given.bias === false ? weights : [...weights, biasSpec([filters])];
    },
    apply: (x, { depthwise, pointwise, bias }) => {
      const apart: Tensor = convolve(name, 2, x, depthwise, { ...given, groups: x.shape.at(-1)! });
      return withBias(convolve(name, 2, apart, pointwise), bias);
    },
  });
}

/** What both layers do with the kernel and the options. */
function depthwise(name: string, kernel: PerAxis, given: DepthwiseConvOptions = {}) {
  const { multiplier = 1 } = given;
  checkCount(name, "multiplier", multiplier, "multiplier 2");
  const sizes = checkSliding(name, 2, kernel, given);
  return {
    multiplier,
    sizes,
    given,
    printed: { multiplier: given.multiplier, ...printedSliding(given), ...printedWeightOptions(given) },
    positions: (input: Shape): number[] => convPositions(spatialInput(2, input).spatial, sizes, given),
  };
}

const takes = { ...convTakes, multiplier: "number" } as const;

export const depthwiseConvReaders: readonly Reader<Layer>[] = [
  reader({
    name: "depthwiseConv2d",
    needs: { kernel: "perAxis" },
    takes,
    make: ({ kernel, ...options }) => depthwiseConv2d(kernel, withInitializer(options)),
  }),
  reader({
    name: "separableConv2d",
    needs: { filters: "number", kernel: "perAxis" },
    takes,
    make: ({ filters, kernel, ...options }) => separableConv2d(filters, kernel, withInitializer(options)),
  }),
];

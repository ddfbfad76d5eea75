/** Layers that convolve over one, two or three spatial axes, channels last. Their shapes follow one rule. */

import { type Call, type Printable, type Reader, reader } from "../../base/call.ts";
import type { Shape } from "../../base/shape.ts";
import { type ConvOptions as ConvolutionOptions, conv as convolve } from "../../functions/conv.ts";
import {
  type Padding,
  type PerAxis,
  paddingPairs,
  perAxis,
  positionsOf,
  slidingAxes,
} from "../../functions/sliding.ts";
import type {
  DoesNotDivide,
  NoOptions,
  OnAxis,
  Option,
  Positions,
  Rank,
  SizesOf,
} from "../../functions/sliding-types.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { Initializer } from "../initializer.ts";
import { readInitializer } from "../initializer-strings.ts";
import { type Layer, layer, type ShapeRule } from "../layer.ts";
import { checkCount, checkGroups, type ShowPerAxis, type SpatialInput, spatialInput } from "./spatial.ts";
import { printedWeightOptions, type WeightOptions, weightAndBias } from "./weights.ts";

/** Stride, padding, dilation and groups, and what becomes of the parameters. */
export interface ConvOptions extends ConvolutionOptions, WeightOptions {}

interface ConvRule<R extends Rank, Filters extends number, Kernel extends PerAxis, O> extends ShapeRule {
  readonly title: `conv${R}d(${Filters}, ${ShowPerAxis<Kernel>})`;
  readonly out: ConvOutput<SpatialInput<R, this["in"]>, R, Filters, Kernel, O>;
}

/** The shape after a convolution, or the sentence. */
export type ConvOutput<In, R extends Rank, Filters extends number, Kernel, O> = In extends [
  infer Axes extends Shape,
  infer Channels extends number,
]
  ? OnAxis<Option<O, "groups">, "", 1> extends infer Groups extends number
    ? DoesNotDivide<Groups, Channels> extends true
      ? `groups must divide the channels; got ${Channels} channels and ${Groups} groups. Change one of them.`
      : Positions<"", "kernel", R, Axes, SizesOf<Axes, Kernel>, O> extends infer Places
        ? Places extends Shape
          ? [...Places, Filters]
          : Places
        : never
    : never
  : In extends null
    ? Shape
    : In;

/**
 * Convolution along one axis: each filter is a pattern that is looked for at every position, `y = Σ x · w + b`.
 *
 * Parameters: `weight` `[filters, channels / groups, length]`; `bias` `[filters]`.
 *
 * @param filters  number of output channels
 * @param kernel   its length
 * @param options  stride, padding (a number, `[[before, after]]`, "same" or "valid"), dilation, groups; bias, initializer
 * @returns        a layer from `[length, channels]` to `[positions, filters]`
 * @throws {ShapeError} an option is out of range; when the network is built: the kernel does not fit, or groups do not divide
 * @example network([100, 4], conv1d(16, 5), relu(), globalMaxPool(), dense(3))
 */
export function conv1d<
  const Filters extends number,
  const Kernel extends PerAxis,
  const O extends ConvOptions = NoOptions,
>(filters: Filters, kernel: Kernel, options?: O): Layer<ConvRule<"1", Filters, Kernel, O>> {
  return convolution(1, filters, kernel, options);
}

/**
 * Convolution along rows and columns: each filter is a small picture that is looked for everywhere, `y = Σ x · w + b`.
 *
 * Parameters: `weight` `[filters, channels / groups, rows, columns]`; `bias` `[filters]`.
 *
 * @param filters  number of output channels
 * @param kernel   its size, a number or `[rows, columns]`
 * @param options  stride, padding (a number, `[rows, columns]`, pairs `[before, after]`, "same" or "valid"), dilation, groups; bias,
 *                 initializer
 * @returns        a layer from `[rows, columns, channels]` to `[rows, columns, filters]`, with
 *                 `⌊(n + before + after − dilation · (k − 1) − 1) / stride⌋ + 1` positions on each axis
 * @throws {ShapeError} an option is out of range; when the network is built: the kernel does not fit, or groups do not divide
 * @example network([28, 28, 1], conv2d(32, 3, { padding: "same" }), relu(), maxPool2d(2), flatten(), dense(10))
 * @see LeCun, Bottou, Bengio, Haffner, Gradient-based learning applied to document recognition (1998)
 */
export function conv2d<
  const Filters extends number,
  const Kernel extends PerAxis,
  const O extends ConvOptions = NoOptions,
>(filters: Filters, kernel: Kernel, options?: O): Layer<ConvRule<"2", Filters, Kernel, O>> {
  return convolution(2, filters, kernel, options);
}

/**
 * Convolution along three axes, such as those of volumes or films; see {@link conv2d}.
 *
 * Parameters: `weight` `[filters, channels / groups, depth, rows, columns]`; `bias` `[filters]`.
 *
 * @param filters  number of output channels
 * @param kernel   its size, a number or `[depth, rows, columns]`
 * @param options  stride, padding, dilation, groups; bias, initializer
 * @returns        a layer from `[depth, rows, columns, channels]` to `[depth, rows, columns, filters]`
 * @throws {ShapeError} an option is out of range; when the network is built: the kernel does not fit, or groups do not divide
 * @example network([8, 16, 16, 1], conv3d(4, [3, 5, 5], { stride: [1, 2, 2] }), relu(), globalAveragePool(), dense(2))
 */
export function conv3d<
  const Filters extends number,
  const Kernel extends PerAxis,
  const O extends ConvOptions = NoOptions,
>(filters: Filters, kernel: Kernel, options?: O): Layer<ConvRule<"3", Filters, Kernel, O>> {
  return convolution(3, filters, kernel, options);
}

function convolution<R extends ShapeRule>(
  rank: 1 | 2 | 3,
  filters: number,
  kernel: PerAxis,
  options: ConvOptions = {},
): Layer<R> {
  const name = `conv${rank}d`;
  const { groups = 1 } = options;
  checkCount(name, "filters", filters, `${name}(32, 3)`);
  const sizes = checkSliding(name, rank, kernel, options);
  checkCount(name, "groups", groups, "groups 2");
  checkGroups(name, groups, filters, "filters");
  return layer({
    name,
    arguments: [filters, kernel],
    options: { ...printedSliding(options), groups: options.groups, ...printedWeightOptions(options) },
    given: options,
    shape: (input) => {
      const { spatial, channels } = spatialInput(rank, input);
      checkGroups("", groups, channels, "channels");
      return [...convPositions(spatial, sizes, options), filters];
    },
    parameters: (input) => weightAndBias([filters, input.at(-1)! / groups, ...sizes], filters, options),
    apply: (x, { weight, bias }) => withBias(convolve(name, rank, x, weight, options), bias),
  });
}

/** The kernel's size on each axis. Refuses options that are out of range whatever the input is. */
export function checkSliding(
  name: string,
  rank: number,
  kernel: PerAxis,
  { stride = 1, padding = 0, dilation = 1 }: ConvolutionOptions,
): readonly number[] {
  perAxis(name, "stride", stride, rank);
  paddingPairs(name, padding, rank);
  perAxis(name, "dilation", dilation, rank);
  return perAxis(name, "kernel", kernel, rank);
}

/** How many positions a kernel has on each axis of an input. */
export function convPositions(
  spatial: Shape,
  sizes: readonly number[],
  { stride = 1, padding = 0, dilation = 1 }: ConvolutionOptions,
): number[] {
  return positionsOf(spatial, slidingAxes("", "kernel", spatial, sizes, { stride, padding, dilation }));
}

/** How the options print, in one order. */
export function printedSliding({
  stride,
  padding,
  dilation,
}: ConvolutionOptions): Record<string, Printable | undefined> {
  return { stride, padding, dilation };
}

/** The output plus a bias for each channel, where there is one. */
export function withBias(y: Tensor, bias: Tensor | undefined): Tensor {
  return bias ? y.add(bias) : y;
}

/** What layer strings may say of every convolution. */
export const convTakes = {
  stride: "perAxis",
  padding: "around",
  dilation: "perAxis",
  bias: "flag",
  initializer: "call",
} as const;

/** Options from a layer string, with their initializer; the layer checks the others. */
export function withInitializer<O extends { padding?: unknown; initializer?: Call }>({
  padding,
  initializer,
  ...options
}: O): Omit<O, "padding" | "initializer"> & { padding?: Padding; initializer?: Initializer } {
  return {
    ...options,
    ...(padding !== undefined && { padding: padding as Padding }),
    ...(initializer && { initializer: readInitializer(initializer) }),
  };
}

const convReader = (name: string, make: (filters: number, kernel: PerAxis, options: ConvOptions) => Layer) =>
  reader({
    name,
    needs: { filters: "number", kernel: "perAxis" },
    takes: { ...convTakes, groups: "number" },
    make: ({ filters, kernel, ...options }) => make(filters, kernel, withInitializer(options)),
  });

export const convReaders: readonly Reader<Layer>[] = [
  convReader("conv1d", conv1d),
  convReader("conv2d", conv2d),
  convReader("conv3d", conv3d),
];

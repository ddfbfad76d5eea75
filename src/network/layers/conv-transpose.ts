/** Layers that convolve transposed: they make positions out of few, as decoders and generators need it. */

import { type Reader, reader } from "../../base/call.ts";
import type { Shape } from "../../base/shape.ts";
import {
  checkOutputPadding,
  spreadAxes,
  type ConvTransposeOptions as TransposeOptions,
  convTranspose as transpose,
} from "../../functions/conv-transpose.ts";
import { type PerAxis, perAxis, positionsOf } from "../../functions/sliding.ts";
import type {
  DoesNotDivide,
  NoOptions,
  OnAxis,
  Option,
  Rank,
  SizesOf,
  SpreadPositions,
} from "../../functions/sliding-types.ts";
import { type Layer, layer, type ShapeRule } from "../layer.ts";
import { checkSliding, convTakes, printedSliding, withBias, withInitializer } from "./conv.ts";
import { checkCount, checkGroups, type ShowPerAxis, type SpatialInput, spatialInput } from "./spatial.ts";
import { printedWeightOptions, type WeightOptions, weightAndBias } from "./weights.ts";

/** Stride, padding, outputPadding, dilation and groups, and what becomes of the parameters. */
export interface ConvTransposeOptions extends TransposeOptions, WeightOptions {}

interface ConvTransposeRule<R extends Rank, Filters extends number, Kernel extends PerAxis, O> extends ShapeRule {
  readonly title: `convTranspose${R}d(${Filters}, ${ShowPerAxis<Kernel>})`;
  readonly out: ConvTransposeOutput<SpatialInput<R, this["in"]>, R, Filters, Kernel, O>;
}

type ConvTransposeOutput<In, R extends Rank, Filters extends number, Kernel, O> = In extends [
  infer Axes extends Shape,
  infer Channels extends number,
]
  ? OnAxis<Option<O, "groups">, "", 1> extends infer Groups extends number
    ? DoesNotDivide<Groups, Channels> extends true
      ? `groups must divide the channels; got ${Channels} channels and ${Groups} groups. Change one of them.`
      : SpreadPositions<"", R, Axes, SizesOf<Axes, Kernel>, O> extends infer Places
        ? Places extends Shape
          ? [...Places, Filters]
          : Places
        : never
    : never
  : In extends null
    ? Shape
    : In;

/**
 * Transposed convolution along one axis; see {@link convTranspose2d}.
 *
 * Parameters: `weight` `[channels, filters / groups, length]`; `bias` `[filters]`.
 *
 * @param filters  number of output channels
 * @param kernel   its length
 * @param options  stride, padding, outputPadding, dilation, groups; bias, initializer
 * @returns        a layer from `[length, channels]` to `[positions, filters]`
 * @throws {ShapeError} an option is out of range; when the network is built: nothing is left of the output, or groups do not divide
 * @example network([25, 8], convTranspose1d(4, 4, { stride: 4 })).outputShape  // [100, 4]
 */
export function convTranspose1d<
  const Filters extends number,
  const Kernel extends PerAxis,
  const O extends ConvTransposeOptions = NoOptions,
>(filters: Filters, kernel: Kernel, options?: O): Layer<ConvTransposeRule<"1", Filters, Kernel, O>> {
  return convTranspose(1, filters, kernel, options);
}

/**
 * Transposed convolution along rows and columns: each input position adds its filters, weighted, to the output, `stride` positions apart.
 * Its matrix is the transpose of that of a convolution with the same options, as in PyTorch.
 *
 * Parameters: `weight` `[channels, filters / groups, rows, columns]`; `bias` `[filters]`.
 *
 * @param filters  number of output channels
 * @param kernel   its size, a number or `[rows, columns]`
 * @param options  stride, padding (cut off the output), outputPadding (positions more at the end), dilation, groups; bias, initializer
 * @returns        a layer from `[rows, columns, channels]` to `[rows, columns, filters]`, with
 *                 `(n − 1) · stride + dilation · (k − 1) + 1 − before − after + outputPadding` positions on each axis; for "same",
 *                 `n · stride + outputPadding`
 * @throws {ShapeError} an option is out of range; when the network is built: nothing is left of the output, or groups do not divide
 * @example network([7, 7, 32], convTranspose2d(16, 4, { stride: 2, padding: 1 }), relu()).outputShape  // [14, 14, 16]
 * @see Dumoulin, Visin, A guide to convolution arithmetic for deep learning (2016), §4
 */
export function convTranspose2d<
  const Filters extends number,
  const Kernel extends PerAxis,
  const O extends ConvTransposeOptions = NoOptions,
>(filters: Filters, kernel: Kernel, options?: O): Layer<ConvTransposeRule<"2", Filters, Kernel, O>> {
  return convTranspose(2, filters, kernel, options);
}

/**
 * Transposed convolution along three axes; see {@link convTranspose2d}.
 *
 * Parameters: `weight` `[channels, filters / groups, depth, rows, columns]`; `bias` `[filters]`.
 *
 * @param filters  number of output channels
 * @param kernel   its size, a number or `[depth, rows, columns]`
 * @param options  stride, padding, outputPadding, dilation, groups; bias, initializer
 * @returns        a layer from `[depth, rows, columns, channels]` to `[depth, rows, columns, filters]`
 * @throws {ShapeError} an option is out of range; when the network is built: nothing is left of the output, or groups do not divide
 * @example network([4, 4, 4, 8], convTranspose3d(2, 2, { stride: 2 })).outputShape  // [8, 8, 8, 2]
 */
export function convTranspose3d<
  const Filters extends number,
  const Kernel extends PerAxis,
  const O extends ConvTransposeOptions = NoOptions,
>(filters: Filters, kernel: Kernel, options?: O): Layer<ConvTransposeRule<"3", Filters, Kernel, O>> {
  return convTranspose(3, filters, kernel, options);
}

function convTranspose<R extends ShapeRule>(
  rank: 1 | 2 | 3,
  filters: number,
  kernel: PerAxis,
  options: ConvTransposeOptions = {},
): Layer<R> {
  const name = `convTranspose${rank}d`;
  const { stride = 1, dilation = 1, outputPadding = 0, groups = 1 } = options;
  checkCount(name, "filters", filters, `${name}(32, 3)`);
  const sizes = checkSliding(name, rank, kernel, options);
  const more = perAxis(name, "outputPadding", outputPadding, rank, 0);
  checkOutputPadding(name, more, perAxis(name, "stride", stride, rank), perAxis(name, "dilation", dilation, rank));
  checkCount(name, "groups", groups, "groups 2");
  checkGroups(name, groups, filters, "filters");
  return layer({
    name,
    arguments: [filters, kernel],
    options: {
      ...printedSliding(options),
      outputPadding: options.outputPadding,
      groups: options.groups,
      ...printedWeightOptions(options),
    },
    given: options,
    shape: (input) => {
      const { spatial, channels } = spatialInput(rank, input);
      checkGroups("", groups, channels, "channels");
      const spread = spreadAxes("", spatial, sizes, options);
      return [...positionsOf(spatial, spread), filters];
    },
    parameters: (input) => weightAndBias([input.at(-1)!, filters / groups, ...sizes], filters, options),
    apply: (x, { weight, bias }) => withBias(transpose(name, rank, x, weight, options), bias),
  });
}

const convTransposeReader = (
  name: string,
  make: (filters: number, kernel: PerAxis, options: ConvTransposeOptions) => Layer,
): Reader<Layer> =>
  reader({
    name,
    needs: { filters: "number", kernel: "perAxis" },
    takes: { ...convTakes, groups: "number", outputPadding: "perAxis" },
    make: ({ filters, kernel, ...options }) => make(filters, kernel, withInitializer(options)),
  });

export const convTransposeReaders: readonly Reader<Layer>[] = [
  convTransposeReader("convTranspose1d", convTranspose1d),
  convTransposeReader("convTranspose2d", convTranspose2d),
  convTransposeReader("convTranspose3d", convTranspose3d),
];

/** More rows and columns out of few: upsampling, and zeros around. */

import { type Reader, reader } from "../../base/call.ts";
import type { Add } from "../../base/number-types.ts";
import type { Shape } from "../../base/shape.ts";
import { type Padding, type PerAxis, pairsPerAxis, perAxis } from "../../functions/sliding.ts";
import type { Around } from "../../functions/sliding-types.ts";
import {
  checkMode,
  type Scaled,
  type UpsampleMode,
  type UpsampleOptions,
  upsample2d as upsample,
} from "../../functions/upsample.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { type Layer, layer, type ShapeRule } from "../layer.ts";
import { type ShowPerAxis, type SpatialInput, spatialInput } from "./spatial.ts";

interface UpsampleRule<Scale extends PerAxis> extends ShapeRule {
  readonly title: `upsample2d(${ShowPerAxis<Scale>})`;
  readonly out: UpsampleOutput<SpatialInput<"2", this["in"]>, Scale>;
}

type UpsampleOutput<In, Scale> = In extends [infer Axes extends Shape, infer Channels extends number]
  ? [...Scaled<Axes, Scale>, Channels]
  : In extends null
    ? Shape
    : In;

/**
 * Rows and columns `scale` times as many: each repeated, or with `mode: "bilinear"` on straight lines between the middles of pixels, as
 * in PyTorch with `align_corners=False`.
 *
 * @param scale    a number for both axes or `[rows, columns]`
 * @param options  mode, "nearest" by default
 * @returns        a layer from `[rows, columns, channels]` to `[rows · scale, columns · scale, channels]`
 * @throws {ShapeError} a scale is no positive integer; when the network is built: the input has another rank
 * @throws {GradusError} the mode is neither "nearest" nor "bilinear"
 * @example network([7, 7, 32], upsample2d(2), conv2d(16, 3, { padding: "same" }), relu()).outputShape  // [14, 14, 16]
 */
export function upsample2d<const Scale extends PerAxis>(
  scale: Scale,
  options: UpsampleOptions = {},
): Layer<UpsampleRule<Scale>> {
  const name = "upsample2d";
  const scales = perAxis(name, "scale", scale, 2);
  checkMode(options.mode ?? "nearest");
  return layer({
    name,
    arguments: [scale],
    options: { mode: options.mode },
    given: options,
    shape: (input) => {
      const { spatial, channels } = spatialInput(2, input);
      return [...spatial.map((n, i) => n * scales[i]!), channels];
    },
    apply: (x): Tensor => upsample(x, scale as PerAxis, options),
  });
}

interface ZeroPadRule<Size extends Exclude<Padding, string>> extends ShapeRule {
  readonly title: `zeroPad2d(${ShowPadding<Size>})`;
  readonly out: ZeroPadOutput<SpatialInput<"2", this["in"]>, Size>;
}

type ZeroPadOutput<In, Size> = In extends [infer Axes extends Shape, infer Channels extends number]
  ? [...Widened<Axes, Size>, Channels]
  : In extends null
    ? Shape
    : In;

type Widened<Axes extends Shape, Size> = {
  -readonly [Axis in keyof Axes]: Around<Size, Axis & string> extends [
    infer Low extends number,
    infer High extends number,
  ]
    ? Add<Axes[Axis], Add<Low, High>>
    : number;
};

type ShowPadding<Size> = Size extends number
  ? `${Size}`
  : Size extends readonly [infer Rows, infer Columns]
    ? `[${ShowEntry<Rows>}, ${ShowEntry<Columns>}]`
    : "[…]";

type ShowEntry<Entry> = Entry extends number
  ? `${Entry}`
  : Entry extends readonly [infer Low extends number, infer High extends number]
    ? `[${Low}, ${High}]`
    : never;

/**
 * Zeros around the rows and columns.
 *
 * @param size  how many on each side: a number, `[rows, columns]`, or pairs `[[before, after], [before, after]]`
 * @returns     a layer from `[rows, columns, channels]` to the same with more rows and columns
 * @throws {ShapeError} a size is negative or no integer; when the network is built: the input has another rank
 * @example network([28, 28, 1], zeroPad2d([[1, 2], 0])).outputShape  // [31, 28, 1]
 */
export function zeroPad2d<const Size extends Exclude<Padding, string>>(size: Size): Layer<ZeroPadRule<Size>> {
  const pairs = pairsPerAxis("zeroPad2d", "size", size, 2);
  const [low, high] = [0, 1].map((side) => [0, ...pairs.map((pair) => pair[side]!), 0]) as [number[], number[]];
  return layer({
    name: "zeroPad2d",
    arguments: [size],
    gives: "unchanged",
    shape: (input) => {
      const { spatial, channels } = spatialInput(2, input);
      return [...spatial.map((n, i) => n + pairs[i]![0] + pairs[i]![1]), channels];
    },
    apply: (x) => x.pad(low, high) as Tensor,
  });
}

export const upsampleReaders: readonly Reader<Layer>[] = [
  reader({
    name: "upsample2d",
    needs: { scale: "perAxis" },
    takes: { mode: "word" },
    make: ({ scale, mode }) => upsample2d(scale, { mode: mode as UpsampleMode | undefined }),
  }),
  reader({
    name: "zeroPad2d",
    needs: { size: "around" },
    takes: {},
    make: ({ size }) => zeroPad2d(size as Exclude<Padding, string>),
  }),
];

/** Layers that keep the largest or the mean of windows over one, two or three spatial axes. Their shapes follow one rule. */

import { type Reader, reader } from "../../base/call.ts";
import type { Shape } from "../../base/shape.ts";
import { type AveragePoolOptions, averagePool, maxPool, type PoolOptions, windowAxes } from "../../functions/pool.ts";
import { type Padding, type PerAxis, paddingPairs, perAxis, positionsOf } from "../../functions/sliding.ts";
import type { NoOptions, Option, Positions, Rank, SizesOf } from "../../functions/sliding-types.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { type Layer, layer, type ShapeRule } from "../layer.ts";
import { type ShowPerAxis, type SpatialInput, spatialInput } from "./spatial.ts";

interface PoolRule<Name extends string, R extends Rank, Size extends PerAxis, O> extends ShapeRule {
  readonly title: `${Name}${R}d(${ShowPerAxis<Size>})`;
  readonly out: PoolOutput<SpatialInput<R, this["in"]>, R, Size, O>;
}

type PoolOutput<In, R extends Rank, Size, O> = In extends [infer Axes extends Shape, infer Channels extends number]
  ? Positions<
      "",
      "window",
      R,
      Axes,
      SizesOf<Axes, Size>,
      O,
      [Option<O, "stride">] extends [undefined] ? Size : Option<O, "stride">
    > extends infer Places
    ? Places extends Shape
      ? [...Places, Channels]
      : Places
    : never
  : In extends null
    ? Shape
    : In;

/**
 * The largest of each window along one axis; see {@link maxPool2d}.
 *
 * @param size     of the window
 * @param options  stride (the size by default), padding
 * @returns        a layer from `[length, channels]` to `[positions, channels]`
 * @throws {ShapeError} an option is out of range; when the network is built: the window does not fit
 * @example network([100, 4], conv1d(16, 5), relu(), maxPool1d(4)).outputShape  // [24, 16]
 */
export function maxPool1d<const Size extends PerAxis, const O extends PoolOptions = NoOptions>(
  size: Size,
  options?: O,
): Layer<PoolRule<"maxPool", "1", Size, O>> {
  return pool("maxPool", 1, size, options);
}

/**
 * The largest of each window along rows and columns, in each channel: whether a pattern is there, and no longer where exactly.
 *
 * @param size     of the window, a number or `[rows, columns]`
 * @param options  stride (the size by default), padding (less than the size)
 * @returns        a layer from `[rows, columns, channels]` to `[rows, columns, channels]`, with
 *                 `⌊(n + before + after − size) / stride⌋ + 1` positions on each axis
 * @throws {ShapeError} an option is out of range; when the network is built: the window does not fit
 * @example network([28, 28, 1], conv2d(25, 3), maxPool2d(2)).outputShape  // [13, 13, 25]
 */
export function maxPool2d<const Size extends PerAxis, const O extends PoolOptions = NoOptions>(
  size: Size,
  options?: O,
): Layer<PoolRule<"maxPool", "2", Size, O>> {
  return pool("maxPool", 2, size, options);
}

/**
 * The largest of each window along three axes; see {@link maxPool2d}.
 *
 * @param size     of the window, a number or `[depth, rows, columns]`
 * @param options  stride (the size by default), padding
 * @returns        a layer from `[depth, rows, columns, channels]` to the same with fewer positions
 * @throws {ShapeError} an option is out of range; when the network is built: the window does not fit
 * @example network([8, 16, 16, 2], maxPool3d([1, 2, 2])).outputShape  // [8, 8, 8, 2]
 */
export function maxPool3d<const Size extends PerAxis, const O extends PoolOptions = NoOptions>(
  size: Size,
  options?: O,
): Layer<PoolRule<"maxPool", "3", Size, O>> {
  return pool("maxPool", 3, size, options);
}

/**
 * The mean of each window along one axis; see {@link averagePool2d}.
 *
 * @param size     of the window
 * @param options  stride (the size by default), padding, countPadding
 * @returns        a layer from `[length, channels]` to `[positions, channels]`
 * @throws {ShapeError} an option is out of range; when the network is built: the window does not fit
 * @example network([100, 4], averagePool1d(4)).outputShape  // [25, 4]
 */
export function averagePool1d<const Size extends PerAxis, const O extends AveragePoolOptions = NoOptions>(
  size: Size,
  options?: O,
): Layer<PoolRule<"averagePool", "1", Size, O>> {
  return pool("averagePool", 1, size, options);
}

/**
 * The mean of each window along rows and columns, in each channel.
 *
 * @param size     of the window, a number or `[rows, columns]`
 * @param options  stride (the size by default), padding (less than the size), countPadding (whether the mean counts it; true)
 * @returns        a layer from `[rows, columns, channels]` to `[rows, columns, channels]`, with
 *                 `⌊(n + before + after − size) / stride⌋ + 1` positions on each axis
 * @throws {ShapeError} an option is out of range; when the network is built: the window does not fit
 * @example network([28, 28, 6], averagePool2d(2)).outputShape  // [14, 14, 6]
 */
export function averagePool2d<const Size extends PerAxis, const O extends AveragePoolOptions = NoOptions>(
  size: Size,
  options?: O,
): Layer<PoolRule<"averagePool", "2", Size, O>> {
  return pool("averagePool", 2, size, options);
}

/**
 * The mean of each window along three axes; see {@link averagePool2d}.
 *
 * @param size     of the window, a number or `[depth, rows, columns]`
 * @param options  stride (the size by default), padding, countPadding
 * @returns        a layer from `[depth, rows, columns, channels]` to the same with fewer positions
 * @throws {ShapeError} an option is out of range; when the network is built: the window does not fit
 * @example network([8, 16, 16, 2], averagePool3d(2)).outputShape  // [4, 8, 8, 2]
 */
export function averagePool3d<const Size extends PerAxis, const O extends AveragePoolOptions = NoOptions>(
  size: Size,
  options?: O,
): Layer<PoolRule<"averagePool", "3", Size, O>> {
  return pool("averagePool", 3, size, options);
}

function pool<R extends ShapeRule>(
  kind: "maxPool" | "averagePool",
  rank: 1 | 2 | 3,
  size: PerAxis,
  options: AveragePoolOptions = {},
): Layer<R> {
  const name = `${kind}${rank}d`;
  const { stride, padding, countPadding } = options;
  perAxis(name, "size", size, rank);
  perAxis(name, "stride", stride ?? size, rank);
  paddingPairs(name, padding ?? 0, rank);
  const over = kind === "maxPool" ? maxPool : averagePool;
  return layer({
    name,
    arguments: [size],
    options: kind === "maxPool" ? { stride, padding } : { stride, padding, countPadding },
    given: options,
    shape: (input) => {
      const { spatial, channels } = spatialInput(rank, input);
      return [...positionsOf(spatial, windowAxes("", spatial, size, options)), channels];
    },
    apply: (x): Tensor => over(name, rank, x, size, options),
  });
}

const maxPoolReader = (name: string, make: (size: PerAxis, options: PoolOptions) => Layer): Reader<Layer> =>
  reader({
    name,
    needs: { size: "perAxis" },
    takes: { stride: "perAxis", padding: "around" },
    make: ({ size, ...options }) => make(size, options as { padding?: Padding }),
  });

const averagePoolReader = (name: string, make: (size: PerAxis, options: AveragePoolOptions) => Layer): Reader<Layer> =>
  reader({
    name,
    needs: { size: "perAxis" },
    takes: { stride: "perAxis", padding: "around", countPadding: "flag" },
    make: ({ size, ...options }) => make(size, options as { padding?: Padding }),
  });

export const poolReaders: readonly Reader<Layer>[] = [
  maxPoolReader("maxPool1d", maxPool1d),
  maxPoolReader("maxPool2d", maxPool2d),
  maxPoolReader("maxPool3d", maxPool3d),
  averagePoolReader("averagePool1d", averagePool1d),
  averagePoolReader("averagePool2d", averagePool2d),
  averagePoolReader("averagePool3d", averagePool3d),
];

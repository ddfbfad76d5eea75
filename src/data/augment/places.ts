/**
 * Places in images, and what stands there. However many moves a list has, one sampling follows: of whole pixels where all moves keep to
 * the grid, else bilinear, blending the four pixels around a place. Outside of the image is background. Refuses nothing.
 */

import type { DType } from "../../base/dtype.ts";
import type { Shape } from "../../base/shape.ts";
import { build } from "../../graph/build.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { tensorOf } from "../../tensor/trace.ts";

/**
 * For each pixel of a result where it comes from, counted from the middle of the image: `[batch, rows, columns]`, or what broadcasts to
 * that. The last axis but one of `rows` and the last of `columns` are always there in full.
 */
export interface Places {
  readonly rows: Tensor;
  readonly columns: Tensor;
}

/** Images `[batch, rows, columns]` or `[batch, rows, columns, channels]`, and what is around them. */
export interface Images {
  readonly x: Tensor;
  readonly background: number;
}

/** Where the pixels of images that nobody has moved are: `[rows, 1]` and `[1, columns]`. */
export function ownPlaces({ shape: [, rows = 0, columns = 0], dtype }: Tensor): Places {
  const along = (shape: Shape, axis: number): Tensor =>
    tensorOf(build.iota(shape, axis, dtype)).sub((shape[axis]! - 1) / 2);
  return { rows: along([rows, 1], 0), columns: along([1, columns], 1) };
}

/** The images' values at places; whole pixels where `onGrid`, else bilinear. */
export function sample(images: Images, places: Places, onGrid: boolean): Tensor {
  // One channel is none: rows of pixels are longer than pixels are deep, and pass through the lanes of vectors.
  if (images.x.shape[3] === 1) return sample({ ...images, x: images.x.squeeze(3) }, places, onGrid).expand(3);
  const [batch, rows, columns] = images.x.shape as [number, number, number];
  const spread = (at: Tensor, count: number): Tensor => at.add((count - 1) / 2).broadcastTo([batch, rows, columns]);
  const [row, column] = [spread(places.rows, rows), spread(places.columns, columns)];
  if (onGrid) return pixelsAt(images, row.cast("int32"), column.cast("int32"));
  const [top, left] = [row.floor(), column.floor()];
  const [down, right] = [perPixel(images, row.sub(top)), perPixel(images, column.sub(left))];
  const [r, c] = [top.cast("int32"), left.cast("int32")];
  const across = (r: Integers): Tensor => blend(pixelsAt(images, r, c), pixelsAt(images, r, c.add(1)), right);
  return blend(across(r), across(r.add(1)), down);
}

type Integers = Tensor<Shape, "int32">;

/** `a` at share 0, exactly, and `b` at share 1. */
function blend(a: Tensor, b: Tensor, share: Tensor): Tensor {
  return b.sub(a).fma(share, a);
}

/** The pixels at whole places, `[batch, rows, columns]`; background where there are none. */
function pixelsAt(images: Images, row: Integers, column: Integers): Tensor {
  const [batch, rows, columns, ...channels] = images.x.shape as [number, number, number, ...number[]];
  const image: Integers = tensorOf(build.iota([batch, 1, 1], 0, "int32"));
  const index: Integers = image.mul(rows).add(row).mul(columns).add(column);
  const isInside = perPixel(images, within(row, rows).and(within(column, columns)));
  const pixels: Tensor = images.x.reshape([batch * rows * columns, ...channels]).gather(index);
  return isInside.select(pixels, images.background);
}

function within(place: Integers, count: number): Tensor<Shape, "bool"> {
  return place.greaterEqual(0).and(place.less(count));
}

/** A value for every pixel, made to meet all its channels. */
function perPixel<D extends DType>({ x }: Images, value: Tensor<Shape, D>): Tensor<Shape, D> {
  return x.rank === 4 ? value.expand(3) : value;
}

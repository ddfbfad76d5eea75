/** A hole in every image. Refuses holes larger than the image. */

import { type Reader, reader } from "../../base/call.ts";
import { ShapeError } from "../../base/errors.ts";
import { showShape } from "../../base/shape.ts";
import { build } from "../../graph/build.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { tensorOf } from "../../tensor/trace.ts";
import { type Augmentation, checkArgument, sidesOf, wholePositive } from "./augmentation.ts";
import type { Draws } from "./draws.ts";

/**
 * Covers a square of every image with background, around a pixel drawn at random: where that is near the border, a part of the
 * square lies outside.
 *
 * @param size  pixels along each side of the square, a positive integer up to the image's sides
 * @throws {GradusError} size is no positive integer
 * @throws {ShapeError}  when training starts: the examples are no images, or smaller than the square
 * @example cutout(8).print()  // "cutout(8)"
 * @see DeVries, Taylor, Improved regularization of convolutional neural networks with cutout (2017)
 */
export function cutout(size: number): Augmentation {
  checkArgument("cutout", "size", size, wholePositive, "cutout(8)");
  const title = `cutout(${size})`;
  return {
    kind: "change",
    name: "cutout",
    check: ({ inputShape }) => {
      const sides = sidesOf(title, inputShape);
      if (size <= Math.min(...sides)) return;
      throw new ShapeError(
        `augment: ${title} must not be larger than the image; its sides are ${showShape(sides)}. Take fewer pixels.`,
        { operation: "cutout", expected: "at most the image's sides", actual: showShape(sides) },
      );
    },
    apply: ({ x, target }, draws, { background }) => {
      const hidden = covers(x, 1, size, draws).and(covers(x, 2, size, draws));
      const everywhere = hidden.reshape([...hidden.shape, ...x.shape.slice(3).map(() => 1)]);
      return { x: (everywhere as Tensor<readonly number[], "bool">).select(background, x) as Tensor, target };
    },
    print: () => title,
  };
}

/** Whether the square of each image reaches over a place along an axis of `x`: `[batch, rows, 1]` or `[batch, 1, columns]`. */
function covers(x: Tensor, axis: 1 | 2, size: number, draws: Draws): Tensor {
  const count = x.shape[axis]!;
  const places = tensorOf(build.iota([1, axis === 1 ? count : 1, axis === 2 ? count : 1], axis, x.dtype));
  const middle = draws.uniform([draws.batch, 1, 1]).mul(count).floor();
  const distance = places.sub(middle).add(Math.floor(size / 2));
  return distance.greaterEqual(0).and(distance.less(size));
}

export const cutoutReader: Reader<Augmentation> = reader({
  name: "cutout",
  needs: { size: "number" },
  takes: {},
  make: ({ size }) => cutout(size),
});

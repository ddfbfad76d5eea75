/** Moves by whole pixels, exactly: flip and crop. Each refuses what would move nothing, or everything. */

import { type Reader, reader } from "../../base/call.ts";
import { GradusError } from "../../base/errors.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { type Augmentation, checkArgument, move, wholePositive } from "./augmentation.ts";
import type { Draws } from "./draws.ts";

export interface FlipOptions {
  /** Whether left and right may change sides. Default true. */
  readonly horizontal?: boolean;
  /** Whether top and bottom may change sides. Default false. */
  readonly vertical?: boolean;
}

/**
 * Mirrors every second image, by chance: left and right change sides. Not for digits and letters.
 *
 * @param options  which sides may change; each does so in half of the images, independently of the other
 * @throws {GradusError} neither may
 * @throws {ShapeError}  when training starts: the examples are no images
 * @example flip({ vertical: true }).print()  // "flip(vertical=true)"
 */
export function flip(options: FlipOptions = {}): Augmentation {
  const { horizontal = true, vertical = false } = options;
  if (!horizontal && !vertical) {
    throw new GradusError("flip: horizontal or vertical must be true; got neither. Write flip() for left and right.", {
      operation: "flip",
      hint: "flip()",
    });
  }
  return move({
    name: "flip",
    arguments: [],
    options: { horizontal: horizontal ? undefined : false, vertical: vertical || undefined },
    onGrid: true,
    from: ({ rows, columns }, draws) => ({
      rows: vertical ? rows.mul(sign(draws)) : rows,
      columns: horizontal ? columns.mul(sign(draws)) : columns,
    }),
  });
}

/** 1 or −1 for every example. */
function sign(draws: Draws): Tensor {
  return draws.uniform([draws.batch, 1, 1]).mul(2).floor().mul(2).sub(1);
}

/**
 * Pads every image with background on all sides and cuts one of its old size out of that, anywhere: it moves by whole pixels, from
 * −padding to padding along each axis.
 *
 * @param padding  pixels on each side, a positive integer less than the image's sides
 * @throws {GradusError} padding is no positive integer
 * @throws {ShapeError}  when training starts: the examples are no images, or no larger than the padding
 * @example crop(4).print()  // "crop(4)"
 */
export function crop(padding: number): Augmentation {
  checkArgument("crop", "padding", padding, wholePositive, "crop(4)");
  const offset = (draws: Draws): Tensor =>
    draws
      .uniform([draws.batch, 1, 1])
      .mul(2 * padding + 1)
      .floor()
      .sub(padding);
  return move({
    name: "crop",
    arguments: [padding],
    onGrid: true,
    reach: padding,
    from: ({ rows, columns }, draws) => ({ rows: rows.add(offset(draws)), columns: columns.add(offset(draws)) }),
  });
}

export const gridReaders: readonly Reader<Augmentation>[] = [
  reader({ name: "flip", needs: {}, takes: { horizontal: "flag", vertical: "flag" }, make: flip }),
  reader({ name: "crop", needs: { padding: "number" }, takes: {}, make: ({ padding }) => crop(padding) }),
];

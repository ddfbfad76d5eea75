/** Moves by random amounts that keep straight lines straight: shift, rotate, scale, shear. Each refuses amounts out of its range. */

import { type Reader, reader } from "../../base/call.ts";
import { type Augmentation, below, checkArgument, fromZero, move } from "./augmentation.ts";
import { evenly } from "./draws.ts";

const degree = Math.PI / 180;

/**
 * Shifts every image by two numbers drawn evenly from `[−pixels, pixels)`, one along the rows and one along the columns. What comes
 * in from outside is background.
 *
 * @param pixels  the most along either axis, from 0, less than the image's sides
 * @throws {GradusError} pixels is no finite number from 0
 * @throws {ShapeError}  when training starts: the examples are no images, or no larger than the shift
 * @example shift(2).print()  // "shift(2)"
 */
export function shift(pixels: number): Augmentation {
  checkArgument("shift", "pixels", pixels, fromZero, "shift(2)");
  return move({
    name: "shift",
    arguments: [pixels],
    reach: pixels,
    from: ({ rows, columns }, draws) => ({
      rows: rows.add(evenly(draws, pixels)),
      columns: columns.add(evenly(draws, pixels)),
    }),
  });
}

/**
 * Turns every image around its middle by an angle drawn evenly from `[−degrees, degrees)`.
 *
 * @param degrees  the largest angle, from 0 to 180
 * @throws {GradusError} degrees outside [0, 180]
 * @throws {ShapeError}  when training starts: the examples are no images
 * @example rotate(10).print()  // "rotate(10)"
 */
export function rotate(degrees: number): Augmentation {
  const range = { words: "in [0, 180]", holds: (x: number) => x >= 0 && x <= 180 };
  checkArgument("rotate", "degrees", degrees, range, "rotate(10)");
  return move({
    name: "rotate",
    arguments: [degrees],
    from: ({ rows, columns }, draws) => {
      const angle = evenly(draws, degrees * degree);
      const [cos, sin] = [angle.cos(), angle.sin()];
      return {
        rows: rows.mul(cos).add(columns.mul(sin)),
        columns: columns.mul(cos).sub(rows.mul(sin)),
      };
    },
  });
}

/**
 * Enlarges every image from its middle by a factor drawn evenly from `[1 − range, 1 + range)`, along both axes alike; factors below 1
 * make it smaller.
 *
 * @param range  the largest difference from 1, in [0, 1)
 * @throws {GradusError} range outside [0, 1)
 * @throws {ShapeError}  when training starts: the examples are no images
 * @example scale(0.1).print()  // "scale(0.1)"
 */
export function scale(range: number): Augmentation {
  checkArgument("scale", "range", range, below(1), "scale(0.1)");
  return move({
    name: "scale",
    arguments: [range],
    from: ({ rows, columns }, draws) => {
      const shrink = evenly(draws, range).add(1).reciprocal();
      return { rows: rows.mul(shrink), columns: columns.mul(shrink) };
    },
  });
}

/**
 * Slants every image by an angle drawn evenly from `[−degrees, degrees)`: its rows slide sideways, the more the further they are from
 * the middle.
 *
 * @param degrees  the largest angle between the old columns and the new ones, in [0, 90)
 * @throws {GradusError} degrees outside [0, 90)
 * @throws {ShapeError}  when training starts: the examples are no images
 * @example shear(15).print()  // "shear(15)"
 */
export function shear(degrees: number): Augmentation {
  checkArgument("shear", "degrees", degrees, below(90), "shear(15)");
  return move({
    name: "shear",
    arguments: [degrees],
    from: ({ rows, columns }, draws) => {
      const angle = evenly(draws, degrees * degree);
      return { rows, columns: columns.add(rows.mul(angle.sin().div(angle.cos()))) };
    },
  });
}

export const affineReaders: readonly Reader<Augmentation>[] = [
  reader({ name: "shift", needs: { pixels: "number" }, takes: {}, make: ({ pixels }) => shift(pixels) }),
  reader({ name: "rotate", needs: { degrees: "number" }, takes: {}, make: ({ degrees }) => rotate(degrees) }),
  reader({ name: "scale", needs: { range: "number" }, takes: {}, make: ({ range }) => scale(range) }),
  reader({ name: "shear", needs: { degrees: "number" }, takes: {}, make: ({ degrees }) => shear(degrees) }),
];

/**
 * Elastic distortion: every pixel comes from a place nearby, neighbours from neighbouring places, as if the image were drawn on
 * rubber. Refuses negative distances, and blurs without width.
 */

import { type Reader, reader } from "../../base/call.ts";
import type { DType } from "../../base/dtype.ts";
import { exp } from "../../base/math.ts";
import { tensor } from "../../tensor/create.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { type Augmentation, checkArgument, fromZero, move } from "./augmentation.ts";

/** Beyond so many deviations a Gaussian counts as 0. */
const widest = 4;

/**
 * Moves every pixel by `alpha` times a field of random numbers, one for each axis: drawn evenly from (−1, 1) for each pixel, then
 * blurred by a Gaussian of deviation `sigma` whose weights add up to 1. Outside of the image the numbers count as 0.
 *
 * Away from the border a pixel moves by about `0.16 · alpha / sigma` along each axis (the standard deviation): 1.4 for the paper's
 * `elastic(34, 4)`. A large sigma moves the image as a whole, a small one tears it.
 *
 * @param alpha  how far, in pixels, from 0
 * @param sigma  how smooth, in pixels, above 0, at most 100; default 4
 * @throws {GradusError} an argument out of range
 * @throws {ShapeError}  when training starts: the examples are no images
 * @example elastic(34, 4).print()  // "elastic(34, 4)"
 * @see Simard, Steinkraus, Platt, Best practices for convolutional neural networks applied to visual document analysis (2003)
 */
export function elastic(alpha: number, sigma = 4): Augmentation {
  checkArgument("elastic", "alpha", alpha, fromZero, "elastic(34, 4)");
  const range = { words: "above 0 and at most 100", holds: (x: number) => x > 0 && x <= 100 };
  checkArgument("elastic", "sigma", sigma, range, "elastic(34, 4)");
  return move({
    name: "elastic",
    arguments: [alpha, sigma],
    from: ({ rows, columns }, draws) => {
      const [height, width] = [rows.shape.at(-2)!, columns.shape.at(-1)!];
      const blur = (field: Tensor): Tensor =>
        gaussian(height, sigma, alpha, rows.dtype).matmul(
          field.matmul(gaussian(width, sigma, 1, rows.dtype)),
        ) as Tensor;
      const word = draws.bits([draws.batch, height, width]);
      const [low, high] = [word.and(0xffff), word.floorDiv(0x10000)];
      return {
        rows: rows.add(blur(fromHalfWord(low as Tensor, rows.dtype))),
        columns: columns.add(blur(fromHalfWord(high as Tensor, rows.dtype))),
      };
    },
  });
}

/** 16 random bits as a number in (−1, 1): the middles of 2¹⁶ equal intervals. */
function fromHalfWord(bits: Tensor, dtype: DType): Tensor {
  return bits
    .cast(dtype)
    .mul(1 / 0x8000)
    .sub(1 - 1 / 0x10000);
}

/** `[n, n]`: multiplied with a vector, it blurs it; the weights of an inner place add up to `total`. */
function gaussian(n: number, sigma: number, total: number, dtype: DType): Tensor {
  const reach = Math.floor(widest * sigma);
  const weight = (distance: number): number => exp(-(distance * distance) / (2 * sigma * sigma));
  let sum = 0;
  for (let distance = -reach; distance <= reach; distance++) sum += weight(distance);
  const entry = (distance: number): number => (distance > reach ? 0 : (total * weight(distance)) / sum);
  const values = Float64Array.from({ length: n * n }, (_, i) => entry(Math.abs(Math.floor(i / n) - (i % n))));
  return tensor(values, { shape: [n, n], dtype }) as Tensor;
}

export const elasticReader: Reader<Augmentation> = reader({
  name: "elastic",
  needs: { alpha: "number" },
  takes: { sigma: "number" },
  make: ({ alpha, sigma }) => elastic(alpha, sigma),
});

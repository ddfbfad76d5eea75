/**
 * The lecture's first data and its first loss: ten Pokémon with their combat power before (x) and after (y) they evolve, a line
 * y = b + w · x, and the sum of its squared errors as a surface over b and w.
 */

import { tensor } from "gradus";
import type { Height, Points } from "./walk.ts";

const before = [338, 333, 328, 207, 226, 25, 179, 60, 208, 606];
const after = [640, 633, 619, 393, 428, 27, 193, 66, 226, 1591];

/** Where the lecture begins. */
export const start: readonly [number, number] = [-120, -4];

/** L(b, w) = Σ (y − (b + w · x))². */
export const squaredErrors: Height = (points) => {
  const [b, w] = [column(points, 0), column(points, 1)];
  return tensor(after)
    .sub(w.mul(tensor(before)))
    .sub(b)
    .square()
    .sum(1);
};

/** One of the two parameters of each point, `[points, 1]`. */
export function column(points: Points, index: number): Points {
  return points.slice([0, index], [points.shape[0]!, index + 1]);
}

/**
 * What the surface is like, in plain numbers: its only minimum, from the normal equations, and the learning rate beyond which descent
 * leaves it, 2 over the largest curvature.
 */
export function bowl(): { readonly b: number; readonly w: number; readonly loss: number; readonly limit: number } {
  const sum = (f: (x: number, y: number) => number): number =>
    before.reduce((total, x, i) => total + f(x, after[i]!), 0);
  const [n, x, xx] = [before.length, sum((x) => x), sum((x) => x * x)];
  const [y, xy] = [sum((_, y) => y), sum((x, y) => x * y)];
  const w = (n * xy - x * y) / (n * xx - x * x);
  const b = (y - w * x) / n;
  // The second derivatives are 2n for b, 2Σx² for w and 2Σx for both.
  const largest = n + xx + Math.sqrt((xx - n) * (xx - n) + 4 * x * x);
  return { b, w, loss: sum((x, y) => (y - b - w * x) * (y - b - w * x)), limit: 2 / largest };
}

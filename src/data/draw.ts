/**
 * Random orders and fair divisions of examples. An order is a stable sort of one random number per example, so it is the same on
 * every engine.
 */

import type { RandomStream } from "../base/rng.ts";

/** The integers below `length` in random order. */
export function shuffledIndices(length: number, random: RandomStream): Int32Array {
  const keys = Uint32Array.from({ length }, (_, i) => random.bits(i));
  return Int32Array.from({ length }, (_, i) => i).sort((a, b) => keys[a]! - keys[b]! || a - b);
}

/**
 * `count` of the ordered examples, from every class in proportion: each class gives its share rounded down, and those with the
 * largest remainders one more. Of each class the first in the order are taken, in that order.
 */
export function drawStratified(order: Int32Array, labels: Int32Array, count: number): Int32Array {
  const sizes = new Map<number, number>();
  for (const label of labels) sizes.set(label, (sizes.get(label) ?? 0) + 1);
  const shares = [...sizes].map(([label, size]) => {
    const share = (size * count) / labels.length;
    return { label, whole: Math.floor(share), remainder: share - Math.floor(share) };
  });
  let missing = count - shares.reduce((sum, { whole }) => sum + whole, 0);
  shares.sort((a, b) => b.remainder - a.remainder || a.label - b.label);
  const wanted = new Map(shares.map(({ label, whole }) => [label, whole + (missing-- > 0 ? 1 : 0)]));
  return order.filter((index) => {
    const left = wanted.get(labels[index]!)!;
    wanted.set(labels[index]!, left - 1);
    return left > 0;
  });
}

/** Places of `most` examples at most, all over the data, which may be sorted. */
export function spreadIndices(length: number, most: number): Int32Array {
  const count = Math.min(most, length);
  return Int32Array.from({ length: count }, (_, index) => Math.floor((index * length) / count));
}

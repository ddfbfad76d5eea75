/**
 * How kernels are cut into parts, which threads share: along as many leading axes as it takes to keep many threads busy, and no
 * more, since every part begins with finding its place. Parts never change a result; they are cut the same for any number of
 * threads.
 */

import { sizeOf } from "../base/shape.ts";
import type { KernelBuilder } from "../kernel/builder.ts";
import type { Index } from "../kernel/language.ts";
import { coordinates } from "./sliding.ts";

/** Parts enough for any number of threads, with some to spare for an even end. */
export const manyParts = 64;
/** Points that are worth a part. */
export const partSize = 1024;

/**
 * Runs `body` at every point of the axes `sizes`, in order; returns the number of parts.
 *
 * @param inner  points that `body` stands for at each
 */
export function overParts(
  k: KernelBuilder,
  sizes: readonly number[],
  inner: number,
  body: (at: readonly Index[]) => void,
): number {
  if (sizes.length === 0) {
    body([]);
    return 1;
  }
  const leading = leadingAxes(sizes, inner);
  const nest = (at: readonly Index[]): void => {
    if (at.length === sizes.length) body(at);
    else k.loop(0, sizes[at.length]!, 1, (index) => nest([...at, index]));
  };
  const shared = sizes.slice(0, leading);
  k.loop(k.begin, k.end, 1, (part) => nest(coordinates(k, part, shared)));
  return sizeOf(shared);
}

/** How many axes become parts: until there are many, or until they are small. */
function leadingAxes(sizes: readonly number[], inner: number): number {
  let leading = 1;
  while (leading < sizes.length) {
    if (sizeOf(sizes.slice(0, leading)) >= manyParts || inner * sizeOf(sizes.slice(leading)) <= partSize) break;
    leading++;
  }
  return leading;
}

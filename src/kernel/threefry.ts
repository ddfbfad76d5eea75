/**
 * The random numbers of base/rng.ts in scalar instructions: one sequence without a branch, for every target. `n`, both words of
 * the key and the stream are uint32.
 */

import { keyParity } from "../base/rng.ts";
import type { Scalars } from "./scalars.ts";

/** Rotation counts of the eight rounds of a cycle. */
const rotations: readonly number[] = [13, 15, 26, 6, 17, 29, 16, 24];

/** The n-th number (uint32) of a stream: word (n >> 4) & 1 of the block ((n >> 5) << 4) | (n & 15). */
export function randomBits<T>(k: Scalars<T>, n: T, key0: T, key1: T, stream: T): T {
  const u = k.uint32;
  const block = u.or(u.shiftLeft(u.shiftRight(n, 5), 4), u.and(n, u.constant(15)));
  const [first, second] = threefry(k, key0, key1, block, stream);
  const isFirst = u.equal(u.and(n, u.constant(16)), u.constant(0));
  return u.select(isFirst, first, second);
}

/** Threefry-2x32-20: two words for a counter of two words under a key of two words. */
export function threefry<T>(k: Scalars<T>, key0: T, key1: T, counter0: T, counter1: T): [T, T] {
  const u = k.uint32;
  const key = [key0, key1, u.xor(u.xor(key0, key1), u.constant(keyParity))];
  let x0 = u.add(counter0, key0);
  let x1 = u.add(counter1, key1);
  for (let round = 0; round < 20; round++) {
    const count = rotations[round % 8]!;
    x0 = u.add(x0, x1);
    x1 = u.xor(u.or(u.shiftLeft(x1, count), u.shiftRight(x1, 32 - count)), x0);
    if (round % 4 === 3) {
      const injection = (round + 1) / 4;
      x0 = u.add(x0, key[injection % 3]!);
      x1 = u.add(x1, u.add(key[(injection + 1) % 3]!, u.constant(injection)));
    }
  }
  return [x0, x1];
}

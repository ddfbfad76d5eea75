/**
 * Random numbers that are functions, not events: the n-th number of a stream depends on (seed, purpose, stream, n) and on
 * nothing else, so results do not depend on threads, chunks or the order of asking. The generator is Threefry-2x32-20 of Salmon,
 * Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3" (2011). Not for cryptography. src/kernel/threefry.ts
 * computes the same numbers inside kernels.
 */

import { GradusError, invariant } from "./errors.ts";
import { cos, log } from "./math.ts";

/** The parity word of the key schedule. */
export const keyParity = 0x1bd11bda;

/** Two random words (uint32) for a counter under a key; all arguments are read modulo 2³². */
export function threefry2x32(key0: number, key1: number, counter0: number, counter1: number): [number, number] {
  threefryInto(pair, 0, 1, key0, key1, counter0, counter1);
  return [pair[0]!, pair[1]!];
}

const pair = new Uint32Array(2);

/** The same two words, written at two places: networks begin with one of them for every weight, so nothing is allocated here. */
function threefryInto(
  words: Uint32Array,
  at0: number,
  at1: number,
  key0: number,
  key1: number,
  counter0: number,
  counter1: number,
): void {
  const key2 = keyParity ^ key0 ^ key1;
  let x0 = (counter0 + key0) | 0;
  let x1 = (counter1 + key1) | 0;
  // Written out, for engines that have not optimized it yet: first weights are among the first things that run.
  x0 = (x0 + x1) | 0;
  x1 = rotate(x1, 13) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = rotate(x1, 15) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = rotate(x1, 26) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = rotate(x1, 6) ^ x0;
  x0 = (x0 + key1) | 0;
  x1 = (x1 + key2 + 1) | 0;
  x0 = (x0 + x1) | 0;
  x1 = rotate(x1, 17) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = rotate(x1, 29) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = rotate(x1, 16) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = rotate(x1, 24) ^ x0;
  x0 = (x0 + key2) | 0;
  x1 = (x1 + key0 + 2) | 0;
  x0 = (x0 + x1) | 0;
  x1 = rotate(x1, 13) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = rotate(x1, 15) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = rotate(x1, 26) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = rotate(x1, 6) ^ x0;
  x0 = (x0 + key0) | 0;
  x1 = (x1 + key1 + 3) | 0;
  x0 = (x0 + x1) | 0;
  x1 = rotate(x1, 17) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = rotate(x1, 29) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = rotate(x1, 16) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = rotate(x1, 24) ^ x0;
  x0 = (x0 + key1) | 0;
  x1 = (x1 + key2 + 4) | 0;
  x0 = (x0 + x1) | 0;
  x1 = rotate(x1, 13) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = rotate(x1, 15) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = rotate(x1, 26) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = rotate(x1, 6) ^ x0;
  x0 = (x0 + key2) | 0;
  x1 = (x1 + key0 + 5) | 0;
  words[at0] = x0;
  words[at1] = x1;
}

function rotate(word: number, count: number): number {
  return (word << count) | (word >>> (32 - count));
}

/** FNV-1a, 32 bits. */
function fnv1a(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/**
 * The key of everything that `seed` decides for one named purpose: different purposes get independent numbers.
 *
 * @param seed     an integer from 0 to 2⁵³ − 1; its low and high words are the key
 * @param purpose  any name; the 32-bit FNV-1a hash of its UTF-8 bytes and their number are the counter
 */
export function deriveKey(seed: number, purpose: string): [number, number] {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new GradusError(`seed: must be an integer from 0 to 2⁵³ − 1; got ${seed}. Choose one such as 42.`, {
      operation: "seed",
      expected: "an integer from 0 to 2⁵³ − 1",
      actual: String(seed),
    });
  }
  const name = new TextEncoder().encode(purpose);
  return threefry2x32(seed >>> 0, Math.floor(seed / 0x100000000), fnv1a(name), name.length);
}

/** Sixteen blocks: their first words, then their second words. */
const row = new Uint32Array(32);

/**
 * The random numbers of one purpose under one seed: by position (`uniform(n)`) or one after the other (`nextUniform()`).
 *
 * Sixteen consecutive numbers are the first words of sixteen consecutive Threefry blocks, the next sixteen their second words: a
 * vector of up to 16 lanes then takes one word of as many blocks.
 *
 * @param seed     an integer from 0 to 2⁵³ − 1
 * @param purpose  what the numbers are for, such as "shuffle"
 * @param stream   uint32 that tells repetitions apart, such as the epoch
 * @example new RandomStream(1, "ink").uniform(0)  // in [0, 1), always the same
 */
export class RandomStream {
  readonly #key: readonly [number, number];
  readonly #stream: number;
  /** How many numbers `next…` has used up. */
  #position = 0;

  constructor(seed: number, purpose: string, stream = 0) {
    this.#key = deriveKey(seed, purpose);
    this.#stream = stream >>> 0;
    invariant(this.#stream === stream, `random stream ${stream} is not a uint32`);
  }

  /** The n-th number, uint32; 0 ≤ n < 2³². */
  bits(n: number): number {
    invariant(n >>> 0 === n, "a random number was asked for beyond those of a stream, 0 to 2³² − 1");
    const block = ((n >>> 5) << 4) | (n & 15);
    return threefry2x32(this.#key[0], this.#key[1], block, this.#stream)[(n >>> 4) & 1]!;
  }

  /** The n-th number as a multiple of 2⁻²⁴ in [0, 1). */
  uniform(n: number): number {
    return (this.bits(n) >>> 8) / 0x1000000;
  }

  /** Numbers `first`, `first + 1`, … as {@link uniform} gives them, as many as `into` takes; `first` is a multiple of 32. */
  uniforms(into: Float64Array, first: number): void {
    invariant(
      first % row.length === 0 && first + into.length <= 2 ** 32,
      "random numbers come in whole rows of a stream",
    );
    const [key0, key1] = this.#key;
    for (let n = 0; n < into.length; n += row.length) {
      const block = (first + n) / 2;
      for (let i = 0; i < 16; i++) threefryInto(row, i, i + 16, key0, key1, block + i, this.#stream);
      const end = Math.min(row.length, into.length - n);
      for (let i = 0; i < end; i++) into[n + i] = (row[i]! >>> 8) / 0x1000000;
    }
  }

  /** Standard normal, from numbers 2n and 2n + 1 by Box–Muller: √(−2 ln(1 − u)) · cos(2πv), float64; |result| < 5.8. */
  normal(n: number): number {
    const radius = Math.sqrt(-2 * log(1 - this.uniform(2 * n)));
    return radius * cos(2 * Math.PI * this.uniform(2 * n + 1));
  }

  nextBits(): number {
    return this.bits(this.#position++);
  }

  nextUniform(): number {
    return this.uniform(this.#position++);
  }

  /** Uses up two numbers, of which the first has an even position. */
  nextNormal(): number {
    const n = Math.ceil(this.#position / 2);
    this.#position = 2 * n + 2;
    return this.normal(n);
  }
}

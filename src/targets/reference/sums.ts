/**
 * The two orders of addition that every target keeps (numerics contract): one for reductions, one for contractions. Rounding
 * depends on the order, so this file is the definition, not an implementation detail.
 */

import type { FloatScalars } from "../../kernel/scalars.ts";

type Combine<T> = (a: T, b: T) => T;

/** Block lengths of a reduction, and the number of interleaved partial results. */
const innerBlock = 1024;
const outerBlock = 256;
const partials = 16;

/** Length of the parts into which a contraction is cut. */
const part = 1024;

/**
 * Combines `element(0) … element(size − 1)`, the reduced elements in row-major order. Blocks are combined from left to right.
 *
 * @param inner  whether the input's last axis is reduced: blocks of 1024, else of 256
 */
export function reduceInOrder<T>(
  combine: Combine<T>,
  identity: T,
  element: (r: number) => T,
  size: number,
  inner: boolean,
): T {
  return inBlocks(combine, identity, element, size, inner ? innerBlock : outerBlock, inner ? interleaved : chain);
}

/** As along outer axes, over those of `size` elements that exist; blocks are cut as if all did. */
export function reduceExisting<T>(combine: Combine<T>, identity: T, element: (r: number) => T | null, size: number): T {
  const skipping: Combine<T | null> = (a, b) => (b === null ? a : combine(a!, b));
  return inBlocks<T | null>(skipping, identity, element, size, outerBlock, chain)!;
}

function inBlocks<T>(
  combine: Combine<T>,
  identity: T,
  element: (r: number) => T,
  size: number,
  length: number,
  reduceBlock: typeof chain<T>,
): T {
  let total = identity;
  for (let begin = 0; begin < size; begin += length) {
    const block = reduceBlock(combine, identity, element, begin, Math.min(begin + length, size));
    total = begin === 0 ? block : combine(total, block);
  }
  return total;
}

/** One chain from the identity. */
function chain<T>(combine: Combine<T>, identity: T, element: (r: number) => T, begin: number, end: number): T {
  let result = identity;
  for (let r = begin; r < end; r++) result = combine(result, element(r));
  return result;
}

/** Sixteen chains from the identity, one for every sixteenth element, then a tree: halves meet. */
function interleaved<T>(combine: Combine<T>, identity: T, element: (r: number) => T, begin: number, end: number): T {
  const chains = new Array<T>(partials).fill(identity);
  for (let r = begin; r < end; r++) {
    const i = (r - begin) % partials;
    chains[i] = combine(chains[i]!, element(r));
  }
  for (let half = partials / 2; half >= 1; half /= 2) {
    for (let i = 0; i < half; i++) chains[i] = combine(chains[i]!, chains[i + half]!);
  }
  return chains[0]!;
}

/**
 * Σ a(r)·b(r) for r < size: parts of 1024, each one chain of fma from +0, added from left to right. Terms that are not there are skipped;
 * the parts are cut as if they were.
 */
export function contractInOrder(
  k: FloatScalars<number>,
  a: (r: number) => number,
  b: (r: number) => number,
  size: number,
  exists: (r: number) => boolean = () => true,
): number {
  let total = 0;
  for (let begin = 0; begin < size; begin += part) {
    const end = Math.min(begin + part, size);
    let sum = 0;
    for (let r = begin; r < end; r++) if (exists(r)) sum = k.fma(a(r), b(r), sum);
    total = begin === 0 ? sum : k.add(total, sum);
  }
  return total;
}

/** Running sums: chains from 0 in blocks of 256, the sum of the blocks before added in front. `emit(i, sum)` gets each. */
export function accumulateInOrder(
  add: Combine<number>,
  element: (r: number) => number,
  size: number,
  emit: (r: number, sum: number) => void,
): void {
  let before = 0;
  for (let begin = 0; begin < size; begin += outerBlock) {
    let sum = 0;
    for (let r = begin; r < Math.min(begin + outerBlock, size); r++) {
      sum = add(sum, element(r));
      emit(r, begin === 0 ? sum : add(before, sum));
    }
    before = begin === 0 ? sum : add(before, sum);
  }
}

/** How a product is cut for the registers: tiles of rows × vectors, and rows in blocks of nearly one size. */

import type { Machine } from "./machine.ts";

/** Register tile: the accumulators, one panel row and one element of a fit the registers. */
export function tileOf(machine: Machine): { readonly rows: number; readonly vectors: number } {
  const vectors = 2;
  return { rows: Math.floor((machine.vectorRegisters - vectors - 2) / vectors), vectors };
}

/** Rows in `count` blocks of one size, so that a block is code once: where it does not divide them, the last two overlap. */
export interface Blocks {
  readonly count: number;
  readonly size: number;
}

/** As many blocks as take the fewest turns, if one takes a turn more than it has rows; they are hardly smaller than a tile. */
export function blocksOf(rows: number, tile: number): Blocks {
  if (rows <= tile) return { count: 1, size: rows };
  let best: Blocks | null = null;
  const turns = ({ count, size }: Blocks): number => count * (size + 1);
  for (let size = tile; size >= 0.75 * tile; size--) {
    const count = Math.ceil(rows / size);
    const blocks = { count, size: Math.ceil(rows / count) };
    if (best === null || turns(blocks) < turns(best)) best = blocks;
  }
  return best!;
}

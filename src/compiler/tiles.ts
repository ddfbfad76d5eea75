/** How a product is cut for the registers: tiles of rows × vectors, and rows in blocks of nearly one size. */

import type { Machine } from "./machine.ts";

/** Register tile: the accumulators, one panel row and one element of a fit the registers. */
export function tileOf(machine: Machine): { readonly rows: number; readonly vectors: number } {
  const vectors = 2;
  return { rows: Math.floor((machine.vectorRegisters - vectors - 2) / vectors), vectors };
}

/** Rows in `count` blocks of nearly one size: the first `large` have one row more than `small`. */
export interface Blocks {
  readonly count: number;
  readonly small: number;
  readonly large: number;
}

/** Blocks of one size, where hardly smaller ones give that: they need the code once. */
export function blocksOf(rows: number, tile: number): Blocks {
  const even = [tile, tile - 1].find((size) => size > 0 && rows % size === 0);
  const count = even === undefined ? Math.ceil(rows / tile) : rows / even;
  const small = Math.floor(rows / count);
  return { count, small, large: rows - small * count };
}

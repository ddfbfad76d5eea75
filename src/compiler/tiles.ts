/**
 * Register tiles of a product, and the copy of its left operand in which each tile's elements lie one after the other, as they are
 * read: column by column of the tile's rows. A processor foresees one such stream where it does not foresee fourteen rows, and
 * rows that lie a multiple of a page apart do not throw each other out of the cache.
 */

import { build } from "../graph/build.ts";
import type { Node } from "../graph/node.ts";
import { KernelBuilder } from "../kernel/builder.ts";
import type { Index, Kernel } from "../kernel/language.ts";
import { BufferTable, type NodeCall, type Surroundings } from "./body.ts";
import { addressOf, type Position } from "./evaluate.ts";
import type { Linear } from "./expression.ts";
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

/** A matrix in memory: element (row, column) at offset + row·down + column·across. */
export interface Matrix {
  readonly node: Node;
  readonly offset: number;
  readonly down: number;
  readonly across: number;
  readonly rows: number;
  readonly columns: number;
}

/** Tiles pay when they are read by this many columns, and where the matrix does not lie well in a cache by itself. */
const readers = 128;
const cacheElements = 128 * 1024;
const pageElements = 1024;

/** Whether a product with `columns` columns should read the matrix from tiles. */
export function needsTiles({ rows, columns: inner, down, across }: Matrix, columns: number, machine: Machine): boolean {
  const lies = (down === 1 && across !== 0) || (across === 1 && down !== 0);
  if (!lies || columns < readers || rows < 2 * tileOf(machine).rows || inner < machine.lanes) return false;
  const collides = Math.max(Math.abs(down), Math.abs(across)) % pageElements === 0;
  return collides || rows * inner > cacheElements;
}

/** The call that copies the matrix: element (block, column, row of the block) at `(block · columns + column) · pitch + row`. */
export function copyTiles(matrix: Matrix, around: Surroundings): { call: NodeCall; node: Node; pitch: number } {
  const { rows, columns } = matrix;
  const tile = tileOf(around.machine).rows;
  const blocks = blocksOf(rows, tile);
  const pitch = blocks.large > 0 ? blocks.small + 1 : blocks.small;
  const node = build.input("tiles", [blocks.count, columns, pitch], matrix.node.dtype);
  const table = new BufferTable();
  table.add(matrix.node);
  table.add(node, true);
  const { offset, down, across } = matrix;
  const key = `tiles ${rows} ${columns} ${offset} ${down} ${across} ${matrix.node.dtype}`;
  const kernel = around.cached(key, () => tileKernel(matrix, blocks, pitch, table, around.machine));
  return { call: { kernel, buffers: table.nodes }, node, pitch };
}

function tileKernel(matrix: Matrix, blocks: Blocks, pitch: number, table: BufferTable, machine: Machine): Kernel {
  const k = new KernelBuilder(machine.lanes, table.written);
  const { node, columns, down, across } = matrix;
  const at: Linear = { offset: matrix.offset, coefficients: [down, across] };
  const { dtype } = node;
  const copy = (block: Index, first: number, rows: number): void => {
    const row = k.compute("mul", block, rows);
    // `wide` columns from `column + offset` on: loaded along whichever axis lies in lines.
    const position = (r: number, column: Index | null, offset: number, axis: number, active: number): Position => ({
      axes: [
        { index: row, offset: first + r },
        { index: column, offset },
      ],
      vectorAxis: axis,
      active,
    });
    const store = (
      column: Index | null,
      offset: number,
      r: number,
      active: number,
      value: Parameters<typeof k.store>[2],
    ): void => {
      const terms = [{ index: block, scale: 4 * columns * pitch }];
      if (column) terms.push({ index: column, scale: 4 * pitch });
      k.store({ buffer: table.add(matrix.node) + 1, offset: 4 * (offset * pitch + r), terms }, dtype, value, 1, active);
    };
    const square = (column: Index | null, offset: number, wide: number): void => {
      for (let r = 0; r < rows; r += k.lanes) {
        const tall = Math.min(k.lanes, rows - r);
        if (down === 1) {
          for (let c = 0; c < wide; c++) {
            const place = addressOf(0, dtype, at, position(r, column, offset + c, 0, tall));
            store(column, offset + c, r, tall, k.load(place, dtype, 1, tall));
          }
        } else {
          const zero = k.constant("float32", 0);
          const lines = Array.from({ length: k.lanes }, (_, line) =>
            line < tall
              ? k.load(addressOf(0, dtype, at, position(r + line, column, offset, 1, wide)), dtype, 1, wide)
              : zero,
          );
          k.transpose(lines).forEach((value, c) => {
            if (c < wide) store(column, offset + c, r, tall, value);
          });
        }
      }
    };
    const whole = columns - (columns % k.lanes);
    if (whole > 0) k.loop(0, whole, k.lanes, (column) => square(column, 0, k.lanes));
    if (whole < columns) square(null, whole, columns - whole);
  };
  const { count, small, large } = blocks;
  const each = (from: Index, to: Index, rows: number, first: number): void =>
    k.loop(from, to, 1, (block) => copy(block, first, rows));
  if (large > 0) each(k.begin, large < count ? k.compute("min", k.end, large) : k.end, small + 1, 0);
  if (large < count) each(large > 0 ? k.compute("max", k.begin, k.index(large)) : k.begin, k.end, small, large);
  return k.finish(`tiles [${matrix.rows}, ${columns}]`, table.nodes.length, count);
}

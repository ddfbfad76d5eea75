/**
 * The code of a matrix product: register tiles of rows × vectors of columns, a panel of b packed where that pays, the epilogue on
 * the accumulators. Rows come in equal blocks, so that no weak rest remains; the last panel uses partial lanes.
 */

import type { Node } from "../graph/node.ts";
import { KernelBuilder } from "../kernel/builder.ts";
import type { Address, Index, Kernel, Variable, Vector } from "../kernel/language.ts";
import { type BufferTable, type Member, storeMembers } from "./body.ts";
import { addressOf, laneStride, type Position } from "./evaluate.ts";
import type { Linear } from "./expression.ts";
import type { Machine } from "./machine.ts";

/** One chain of the contract's rule. */
const chain = 1024;
/** A panel read at a stride is packed when it is reused by this many rows and larger than this many bytes. */
const packRows = 24;
const packBytes = 16 * 1024;

/** `Σ_inner a·b` over axes [batch…, row, column, inner]; members are the result and its epilogue. */
export interface Product {
  readonly batch: readonly number[];
  readonly rows: number;
  readonly columns: number;
  readonly inner: number;
  readonly a: { readonly node: Node; readonly at: Linear };
  readonly b: { readonly node: Node; readonly at: Linear };
  readonly members: readonly Member[];
}

/** Register tile: the accumulators, one panel row and one element of a fit the registers. */
function tileOf(machine: Machine): { rows: number; vectors: number } {
  const vectors = 2;
  return { rows: Math.floor((machine.vectorRegisters - vectors - 2) / vectors), vectors };
}

/** float32 elements of packed panel each worker needs; 0 when b is read in place. */
export function packedElements(product: Product, machine: Machine): number {
  const { vectors } = tileOf(machine);
  const [column, inner] = product.b.at.coefficients.slice(-2) as [number, number];
  const spread = product.rows >= packRows && Math.abs(inner) * product.inner * 4 > packBytes;
  const pays = (column !== 1 && product.rows > 1) || spread;
  return pays ? product.inner * vectors * machine.lanes : 0;
}

/** A counter with a constant, as positions take it. */
interface At {
  readonly index: Index | null;
  readonly offset: number;
}

export function productKernel(
  product: Product,
  table: BufferTable,
  name: string,
  anchor: Node,
  machine: Machine,
): Kernel {
  const k = new KernelBuilder(machine.lanes, table.written);
  const writer = new ProductWriter(k, product, table, anchor, machine);
  return k.finish(name, table.nodes.length, writer.write());
}

class ProductWriter {
  readonly #k: KernelBuilder;
  readonly #product: Product;
  readonly #table: BufferTable;
  readonly #tile: { rows: number; vectors: number };
  readonly #packed: number;
  readonly #zero: Vector;

  constructor(k: KernelBuilder, product: Product, table: BufferTable, anchor: Node, machine: Machine) {
    this.#k = k;
    this.#product = product;
    this.#table = table;
    this.#tile = tileOf(machine);
    this.#packed = packedElements(product, machine);
    this.#zero = k.constant(anchor.dtype as "float32", 0);
  }

  /** Writes the whole kernel; returns the number of its parts: column panels, or outermost batches. */
  write(): number {
    const k = this.#k;
    const { batch, columns } = this.#product;
    const width = this.#tile.vectors * k.lanes;
    const panels = Math.ceil(columns / width);
    const whole = Math.floor(columns / width);
    const rest = columns % width;
    if (batch.length === 0) {
      k.loop(k.begin, k.compute("min", k.end, whole), 1, (panel) => {
        this.#panel([], { index: k.compute("mul", panel, width), offset: 0 }, width);
      });
      if (rest > 0) {
        k.when(k.index(panels - 1), k.end, () => this.#panel([], { index: null, offset: whole * width }, rest));
      }
      return panels;
    }
    const nest = (outer: readonly Index[]): void => {
      if (outer.length < batch.length) {
        k.loop(0, batch[outer.length]!, 1, (index) => nest([...outer, index]));
        return;
      }
      if (whole > 0) k.loop(0, whole * width, width, (index) => this.#panel(outer, { index, offset: 0 }, width));
      if (rest > 0) this.#panel(outer, { index: null, offset: whole * width }, rest);
    };
    k.loop(k.begin, k.end, 1, (index) => nest([index]));
    return batch[0]!;
  }

  /** All rows of `width` columns. */
  #panel(outer: readonly Index[], column: At, width: number): void {
    const k = this.#k;
    const { rows } = this.#product;
    if (this.#packed > 0) this.#pack(outer, column, width);
    // Blocks of one size, where hardly smaller ones give that, need the code once.
    const tile = this.#tile.rows;
    const even = [tile, tile - 1].find((size) => size > 0 && rows % size === 0);
    const blocks = even === undefined ? Math.ceil(rows / tile) : rows / even;
    const small = Math.floor(rows / blocks);
    const large = rows - small * blocks;
    const split = large * (small + 1);
    if (large > 0) k.loop(0, split, small + 1, (row) => this.#block(outer, row, column, small + 1, width));
    if (large < blocks) k.loop(split, rows, small, (row) => this.#block(outer, row, column, small, width));
  }

  /** Copies the panel of b into scratch memory, row after row. */
  #pack(outer: readonly Index[], column: At, width: number): void {
    const k = this.#k;
    const { b, inner } = this.#product;
    k.loop(0, inner, 1, (index) => {
      this.#vectors(width).forEach((active, vector) => {
        const position = this.#position(outer, null, column, vector, active, { index, offset: 0 });
        const address = addressOf(this.#table.add(b.node), b.node.dtype, b.at, position);
        const value = k.load(address, b.node.dtype, laneStride(b.at, position), active);
        k.store(this.#scratch({ index, offset: 0 }, vector), "float32", value);
      });
    });
  }

  #scratch({ index, offset }: At, vector: number): Address {
    const k = this.#k;
    const rowBytes = this.#tile.vectors * k.lanes * 4;
    const terms = [{ index: k.worker, scale: this.#packed * 4 }];
    if (index) terms.push({ index, scale: rowBytes });
    return { buffer: this.#table.nodes.length - 1, offset: offset * rowBytes + vector * k.lanes * 4, terms };
  }

  /** `rows` × `width` results from one register tile. */
  #block(outer: readonly Index[], row: Index, column: At, rows: number, width: number): void {
    const k = this.#k;
    const { inner } = this.#product;
    const lanes = this.#vectors(width);
    const tile = (from: Index | number, length: number): Vector[] => {
      const sums = Array.from({ length: rows * lanes.length }, () => k.variable(this.#zero));
      this.#chain(outer, row, column, sums, rows, lanes, from, length);
      return sums.map((sum) => k.get(sum));
    };
    let results: Vector[];
    if (inner <= chain) {
      results = tile(0, inner);
    } else {
      const whole = inner - (inner % chain);
      const totals = tile(0, chain).map((first) => k.variable(first));
      const add = (values: readonly Vector[]): void =>
        totals.forEach((total, i) => k.set(total, k.scalars.float32.add(k.get(total), values[i]!)));
      if (whole > chain) k.loop(chain, whole, chain, (from) => add(tile(from, chain)));
      if (whole < inner) add(tile(whole, inner - whole));
      results = totals.map((total) => k.get(total));
    }
    for (let r = 0; r < rows; r++) {
      lanes.forEach((active, vector) => {
        const position = this.#position(outer, { index: row, offset: r }, column, vector, active, null);
        storeMembers(k, this.#product.members, this.#table, position, results[r * lanes.length + vector]!);
      });
    }
  }

  /** One chain of multiply-adds per accumulator, in ascending order of the contracted axis. */
  #chain(
    outer: readonly Index[],
    row: Index,
    column: At,
    sums: readonly Variable[],
    rows: number,
    lanes: readonly number[],
    from: Index | number,
    length: number,
  ): void {
    const k = this.#k;
    const { a, b } = this.#product;
    const step = (inner: At): void => {
      const panel = lanes.map((active, vector) => {
        if (this.#packed > 0) return k.load(this.#scratch(inner, vector), "float32");
        const position = this.#position(outer, null, column, vector, active, inner);
        const address = addressOf(this.#table.add(b.node), b.node.dtype, b.at, position);
        return k.load(address, b.node.dtype, laneStride(b.at, position), active);
      });
      for (let r = 0; r < rows; r++) {
        const position = this.#position(outer, { index: row, offset: r }, null, 0, k.lanes, inner);
        const element = k.load(addressOf(this.#table.add(a.node), a.node.dtype, a.at, position), a.node.dtype, 0);
        panel.forEach((value, vector) => {
          const sum = sums[r * lanes.length + vector]!;
          k.set(sum, k.scalars.float32.fma(element, value, k.get(sum)));
        });
      }
    };
    const even = length - (length % 2);
    const start = typeof from === "number" ? k.index(from) : from;
    if (even > 0) {
      k.loop(start, k.compute("add", start, even), 2, (index) => {
        step({ index, offset: 0 });
        step({ index, offset: 1 });
      });
    }
    if (even < length) step({ index: start, offset: even });
  }

  /** Active lanes of each vector of a panel. */
  #vectors(width: number): number[] {
    const { lanes } = this.#k;
    return Array.from({ length: Math.ceil(width / lanes) }, (_, vector) => Math.min(lanes, width - vector * lanes));
  }

  #position(
    outer: readonly Index[],
    row: At | null,
    column: At | null,
    vector: number,
    active: number,
    inner: At | null,
  ): Position {
    const none: At = { index: null, offset: 0 };
    const shifted = column ? { ...column, offset: column.offset + vector * this.#k.lanes } : none;
    const axes = [...outer.map((index) => ({ index, offset: 0 })), row ?? none, shifted, inner ?? none];
    return { axes, vectorAxis: outer.length + 1, active };
  }
}

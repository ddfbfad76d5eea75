/**
 * The code of a matrix product: register tiles of rows × vectors of columns, a panel of b packed where that pays, the epilogue on
 * the accumulators. Blocks of rows are of one size, and panels where that costs little: the last two overlap, and what lies in both is
 * computed twice, to the same bits. So a tile is code once. Hence no epilogue may read what it writes over.
 */

import type { Node } from "../graph/node.ts";
import { KernelBuilder } from "../kernel/builder.ts";
import type { Address, Index, Kernel, Variable, Vector } from "../kernel/language.ts";
import { type BufferTable, type Member, storeMembers } from "./body.ts";
import { addressOf, laneStride, type Position } from "./evaluate.ts";
import type { Linear } from "./expression.ts";
import type { Machine } from "./machine.ts";
import { type Blocks, blocksOf, tileOf } from "./tiles.ts";

/** One chain of the contract's rule. */
const chain = 1024;
/** A panel read at a stride is packed when it is reused by this many rows and larger than this many bytes. */
const packRows = 24;
const packBytes = 16 * 1024;
/** Parts enough for all threads: where there are fewer panels, blocks of rows are the parts, if those are more. */
const enoughParts = 16;
/** Panels that share what they read of a large a. */
const sharing = 2;
const largeElements = 256 * 1024;
/** A turn of the inner loop that adds to so many accumulators hides its counting: two in one would only be more code. */
const enoughSums = 16;
/** Rows of a that are gone through for one panel after the other: they stay in a cache meanwhile. */
const groupBytes = 4 * 1024 * 1024;
/** The last panel is moved back where whole panels are at most so many times the columns; else it is one of its own. */
const mostOverlap = 17 / 16;

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

/** How many panels are computed together. */
function slotsOf({ batch, rows, columns, inner }: Product, machine: Machine): number {
  const width = tileOf(machine).vectors * machine.lanes;
  const pays = batch.length === 0 && columns >= width * sharing * enoughParts && rows * inner >= largeElements;
  return pays ? sharing : 1;
}

/** float32 elements of scratch memory that each worker needs for packed panels; 0 when b is read in place. */
export function packedElements(product: Product, machine: Machine): number {
  const { vectors } = tileOf(machine);
  const [column, inner] = product.b.at.coefficients.slice(-2) as [number, number];
  const spread = product.rows >= packRows && Math.abs(inner) * product.inner * 4 > packBytes;
  const pays = (column !== 1 && product.rows > 1) || spread;
  if (!pays) return 0;
  // Behind the panel, where there is more than one chain, what the chains before have come to.
  const { count, size } = blocksOf(product.rows, tileOf(machine).rows);
  const lines = product.inner + (product.inner > chain ? count * size : 0);
  return slotsOf(product, machine) * lines * vectors * machine.lanes;
}

/** A counter with a constant, as positions take it. */
interface At {
  readonly index: Index | null;
  readonly offset: number;
}

/** A register tile's rows: `count` from `row` on; where chains are added up in scratch memory, its totals lie from line `total` on. */
interface Rows {
  readonly row: At;
  readonly count: number;
  readonly total: At;
}

/** `width` columns from `column` on; where panels are packed, it is in that slot of the scratch memory. */
interface Panel {
  readonly column: At;
  readonly width: number;
  readonly slot: number;
}

/** Blocks of rows [begin, end). */
interface Range {
  readonly begin: Index;
  readonly end: Index;
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
  readonly #slots: number;
  readonly #unroll: number;
  readonly #blocks: Blocks;
  readonly #zero: Vector;

  constructor(k: KernelBuilder, product: Product, table: BufferTable, anchor: Node, machine: Machine) {
    this.#k = k;
    this.#product = product;
    this.#table = table;
    this.#tile = tileOf(machine);
    this.#packed = packedElements(product, machine);
    this.#slots = slotsOf(product, machine);
    this.#unroll = machine.unroll ?? 2;
    this.#blocks = blocksOf(product.rows, this.#tile.rows);
    this.#zero = k.constant(anchor.dtype as "float32", 0);
  }

  /** Writes the whole kernel; returns the number of its parts: row blocks or panels of columns, or outermost batches. */
  write(): number {
    const k = this.#k;
    const { batch, columns } = this.#product;
    const width = this.#tile.vectors * k.lanes * this.#slots;
    const parts = Math.ceil(columns / width);
    const overlap = columns >= width && parts * width <= mostOverlap * columns;
    const whole = overlap ? parts : Math.floor(columns / width);
    const rest = overlap ? 0 : columns % width;
    const last = this.#panels({ index: null, offset: whole * width }, rest);
    const next = (part: Index): Panel[] => this.#panels(this.#piece(part, width, columns), width);
    const allPanels = (outer: readonly Index[], range?: Range): void => {
      if (whole > 0) k.loop(0, whole, 1, (part) => this.#columns(outer, next(part), range));
      if (rest > 0) this.#columns(outer, last, range);
    };
    if (batch.length > 0) {
      const nest = (outer: readonly Index[]): void => {
        if (outer.length === batch.length) allPanels(outer);
        else k.loop(0, batch[outer.length]!, 1, (index) => nest([...outer, index]));
      };
      k.loop(k.begin, k.end, 1, (index) => nest([index]));
      return batch[0]!;
    }
    const { count, size } = this.#blocks;
    if (parts < enoughParts && count > parts) {
      const group = Math.max(1, Math.floor(groupBytes / (4 * this.#product.inner * size)));
      if (count <= group) allPanels([], { begin: k.begin, end: k.end });
      else {
        k.loop(k.begin, k.end, group, (begin) => {
          allPanels([], { begin, end: k.compute("min", k.compute("add", begin, group), k.end) });
        });
      }
      return count;
    }
    k.loop(k.begin, rest > 0 ? k.compute("min", k.end, whole) : k.end, 1, (part) => this.#columns([], next(part)));
    if (rest > 0) k.when(k.index(parts - 1), k.end, () => this.#columns([], last));
    return parts;
  }

  /** Where a piece of `size` begins; the last one is moved back where pieces do not divide `total`. */
  #piece(part: Index, size: number, total: number): At {
    const k = this.#k;
    const index = k.compute("mul", part, size);
    return { index: total % size === 0 ? index : k.compute("min", index, total - size), offset: 0 };
  }

  /** Neighbouring columns in panels. */
  #panels({ index, offset }: At, columns: number): Panel[] {
    const width = this.#tile.vectors * this.#k.lanes;
    return Array.from({ length: Math.ceil(columns / width) }, (_, slot) => ({
      column: { index, offset: offset + slot * width },
      width: Math.min(width, columns - slot * width),
      slot,
    }));
  }

  /** Some panels: all rows, or those of a range of blocks. What is read of a serves all panels. */
  #columns(outer: readonly Index[], panels: readonly Panel[], range?: Range): void {
    const k = this.#k;
    if (this.#packed > 0) for (const panel of panels) this.#pack(outer, panel);
    const { inner } = this.#product;
    if (this.#packed === 0 || inner <= chain) {
      this.#overBlocks(range, (rows) => {
        for (const panel of panels) this.#block(outer, rows, panel);
      });
      return;
    }
    // Chain after chain for all rows: a chain's part of the panels stays in the cache, the totals wait in scratch memory.
    const part = (from: Index | number, length: number, last: boolean): void =>
      this.#overBlocks(range, (rows) => {
        for (const panel of panels) this.#link(outer, rows, panel, { from, length, last });
      });
    const whole = inner - (inner % chain);
    const end = whole < inner ? whole : whole - chain;
    part(0, chain, false);
    if (end > chain) k.loop(chain, end, chain, (from) => part(from, chain, false));
    part(end, inner - end, true);
  }

  /** All blocks of rows, or those of a range. */
  #overBlocks(range: Range | undefined, body: (rows: Rows) => void): void {
    const k = this.#k;
    const { count, size } = this.#blocks;
    k.loop(range?.begin ?? 0, range?.end ?? count, 1, (block) => {
      const total = { index: k.compute("mul", block, size), offset: 0 };
      body({ row: this.#piece(block, size, this.#product.rows), count: size, total });
    });
  }

  /** Copies the panel of b into scratch memory, row after row. */
  #pack(outer: readonly Index[], panel: Panel): void {
    const k = this.#k;
    const { b, inner } = this.#product;
    const [across, down] = b.at.coefficients.slice(-2);
    if (across !== 1 && down === 1) return this.#packTransposed(outer, panel);
    k.loop(0, inner, 1, (index) => {
      for (const { across, active } of this.#vectors(panel.width)) {
        const position = this.#position(outer, null, this.#sum(panel.column, across), active, { index, offset: 0 });
        const address = addressOf(this.#table.add(b.node), b.node.dtype, b.at, position);
        const value = k.load(address, b.node.dtype, laneStride(b.at, position), active);
        k.store(this.#scratch(panel, { index, offset: 0 }, across), "float32", value);
      }
    });
  }

  /** The same where columns lie in lines: squares are loaded along them and transposed. */
  #packTransposed(outer: readonly Index[], panel: Panel): void {
    const k = this.#k;
    const { b, inner } = this.#product;
    const { lanes } = k;
    const square = (across: At, columns: number, from: At, rows: number): void => {
      const lines = Array.from({ length: lanes }, (_, line) => {
        if (line >= columns) return this.#zero;
        const column = this.#sum(panel.column, { ...across, offset: across.offset + line });
        const { axes } = this.#position(outer, null, column, rows, from);
        const position = { axes, vectorAxis: axes.length - 1, active: rows };
        return k.load(addressOf(this.#table.add(b.node), b.node.dtype, b.at, position), b.node.dtype, 1, rows);
      });
      k.transpose(lines).forEach((row, i) => {
        if (i < rows) k.store(this.#scratch(panel, { ...from, offset: from.offset + i }, across), "float32", row);
      });
    };
    const squares = (across: At, columns: number): void => {
      if (inner < lanes) return square(across, columns, { index: null, offset: 0 }, inner);
      k.loop(0, Math.ceil(inner / lanes), 1, (part) => square(across, columns, this.#piece(part, lanes, inner), lanes));
    };
    const whole = Math.floor(panel.width / lanes);
    if (whole > 0) k.loop(0, whole * lanes, lanes, (index) => squares({ index, offset: 0 }, lanes));
    if (whole * lanes < panel.width) squares({ index: null, offset: whole * lanes }, panel.width - whole * lanes);
  }

  /** `across` is the column within the panel. */
  #scratch({ slot }: Panel, { index, offset }: At, across: At): Address {
    const k = this.#k;
    const rowBytes = this.#tile.vectors * k.lanes * 4;
    const terms = [{ index: k.worker, scale: this.#packed * 4 }];
    if (index) terms.push({ index, scale: rowBytes });
    if (across.index) terms.push({ index: across.index, scale: 4 });
    const from = (slot * this.#packed * 4) / this.#slots;
    return { buffer: this.#table.nodes.length - 1, offset: from + offset * rowBytes + 4 * across.offset, terms };
  }

  #sum(a: At, b: At): At {
    const index = a.index && b.index ? this.#k.compute("add", a.index, b.index) : (a.index ?? b.index);
    return { index, offset: a.offset + b.offset };
  }

  /** One chain of a register tile, added to those before it; the last one gives the results. */
  #link(
    outer: readonly Index[],
    rows: Rows,
    panel: Panel,
    { from, length, last }: { from: Index | number; length: number; last: boolean },
  ): void {
    const k = this.#k;
    const lanes = this.#vectors(panel.width);
    const sums = Array.from({ length: rows.count * lanes.length }, () => k.variable(this.#zero));
    this.#chain(outer, rows, panel, sums, from, length);
    const { inner } = this.#product;
    const results = sums.map((sum, i) => {
      const line = inner + Math.floor(i / lanes.length);
      const total = this.#scratch(panel, { ...rows.total, offset: line }, lanes[i % lanes.length]!.across);
      const value = from === 0 ? k.get(sum) : k.scalars.float32.add(k.load(total, "float32"), k.get(sum));
      if (!last) k.store(total, "float32", value);
      return value;
    });
    if (last) this.#store(outer, rows, panel, results);
  }

  /** `rows` × `width` results from one register tile. */
  #block(outer: readonly Index[], rows: Rows, panel: Panel): void {
    const k = this.#k;
    const { inner } = this.#product;
    const lanes = this.#vectors(panel.width);
    const tile = (from: Index | number, length: number): Vector[] => {
      const sums = Array.from({ length: rows.count * lanes.length }, () => k.variable(this.#zero));
      this.#chain(outer, rows, panel, sums, from, length);
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
    this.#store(outer, rows, panel, results);
  }

  #store(outer: readonly Index[], { row, count }: Rows, { column, width }: Panel, results: readonly Vector[]): void {
    const k = this.#k;
    const lanes = this.#vectors(width);
    for (let r = 0; r < count; r++) {
      lanes.forEach(({ across, active }, vector) => {
        const position = this.#position(outer, { ...row, offset: r }, this.#sum(column, across), active, null);
        storeMembers(k, this.#product.members, this.#table, position, results[r * lanes.length + vector]!);
      });
    }
  }

  /** One chain of multiply-adds per accumulator, in ascending order of the contracted axis. */
  #chain(
    outer: readonly Index[],
    rows: Rows,
    panel: Panel,
    sums: readonly Variable[],
    from: Index | number,
    length: number,
  ): void {
    const k = this.#k;
    const { b } = this.#product;
    const lanes = this.#vectors(panel.width);
    const step = (inner: At): void => {
      const values = lanes.map(({ across, active }) => {
        if (this.#packed > 0) return k.load(this.#scratch(panel, inner, across), "float32");
        const position = this.#position(outer, null, this.#sum(panel.column, across), active, inner);
        const address = addressOf(this.#table.add(b.node), b.node.dtype, b.at, position);
        return k.load(address, b.node.dtype, laneStride(b.at, position), active);
      });
      for (let r = 0; r < rows.count; r++) {
        const element = k.load(this.#left(outer, rows, r, inner), this.#product.a.node.dtype, 0);
        values.forEach((value, vector) => {
          const sum = sums[r * lanes.length + vector]!;
          k.set(sum, k.scalars.float32.fma(element, value, k.get(sum)));
        });
      }
    };
    const unroll = sums.length >= enoughSums ? 1 : this.#unroll;
    const even = length - (length % unroll);
    const start = typeof from === "number" ? k.index(from) : from;
    if (even > 0) {
      k.loop(start, k.compute("add", start, even), unroll, (index) => {
        for (let offset = 0; offset < unroll; offset++) step({ index, offset });
      });
    }
    for (let offset = even; offset < length; offset++) step({ index: start, offset });
  }

  /** Where an element of a lies. */
  #left(outer: readonly Index[], { row }: Rows, r: number, inner: At): Address {
    const { node, at } = this.#product.a;
    const position = this.#position(outer, { ...row, offset: r }, null, this.#k.lanes, inner);
    return addressOf(this.#table.add(node), node.dtype, at, position);
  }

  /** The vectors of a panel: where they begin in it, and how many of their lanes count. */
  #vectors(width: number): { readonly across: At; readonly active: number }[] {
    const { lanes } = this.#k;
    return Array.from({ length: Math.ceil(width / lanes) }, (_, vector) => ({
      across: { index: null, offset: vector * lanes },
      active: Math.min(lanes, width - vector * lanes),
    }));
  }

  #position(outer: readonly Index[], row: At | null, column: At | null, active: number, inner: At | null): Position {
    const none: At = { index: null, offset: 0 };
    const axes = [...outer.map((index) => ({ index, offset: 0 })), row ?? none, column ?? none, inner ?? none];
    return { axes, vectorAxis: outer.length + 1, active };
  }
}

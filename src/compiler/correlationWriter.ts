/**
 * The code of a convolution with the channels outermost: for a register tile and 1024 terms, one chain of multiply-adds per output over
 * examples, rows and columns, in that order. What padding takes away is left out: rows ask, columns know.
 */

import type { KernelBuilder } from "../kernel/builder.ts";
import type { Address, Index, Variable, Vector } from "../kernel/language.ts";
import {
  type Column,
  type Correlation,
  type CorrelationPlan,
  needsParts,
  rowSegmentsOf,
  segmentsOf,
  termsOf,
} from "./correlationPlan.ts";
import { chain } from "./directPlan.ts";
import { coordinates, whereRead } from "./sliding.ts";

/** Outputs that are computed together. */
interface Tile {
  /** The group, or null where lanes run along the groups. */
  readonly group: Index | null;
  /** The first output, of all groups, and the active lanes of each vector from there. */
  readonly output: Index;
  readonly lanes: readonly number[];
  readonly places: readonly Index[];
  /** The first point, and how many there are. */
  readonly point: Index;
  readonly points: number;
  readonly columns: readonly Column[];
}

/** Columns of w in a row: n, o's coordinates, and where those lie in x. */
interface Row {
  readonly n: Index;
  readonly o: readonly Index[];
  readonly positions: readonly Index[];
  /** Elements of the axis before the last: which, and how far before position o · dilation they read. */
  readonly heights: readonly { readonly element: number; readonly offset: number }[];
}

/** A step: a loop's counter, and how many further. */
interface Counter {
  readonly index: Index;
  readonly ahead: number;
}

/** What an index with a constant adds to a place in memory. */
type Term = readonly [coefficient: number, index: Index | null, constant: number];

/** Steps [from, to) in a row. */
type Range = readonly [from: Index | number, to: Index | number];

export class CorrelationWriter {
  readonly #k: KernelBuilder;
  readonly #correlation: Correlation;
  readonly #plan: CorrelationPlan;
  readonly #buffers: Readonly<Record<"x" | "w" | "y", number>>;
  readonly #terms: number;
  readonly #size: number;

  constructor(
    k: KernelBuilder,
    correlation: Correlation,
    plan: CorrelationPlan,
    buffers: Readonly<Record<"x" | "w" | "y", number>>,
  ) {
    this.#k = k;
    this.#correlation = correlation;
    this.#plan = plan;
    this.#buffers = buffers;
    this.#terms = termsOf(correlation);
    this.#size = correlation.axes.at(-1)!.sliding.size;
  }

  /**
   * One chain of a tile.
   *
   * @param part   number of the chain
   * @param apart  elements between chains that are stored apart; null where they are added in memory
   */
  tile(coordinates: readonly Index[], part: Index, apart: number | null): void {
    const k = this.#k;
    const { vectors, blocks, acrossGroups } = this.#plan;
    const { groups, outputs, points } = this.#correlation;
    const [group, panel] = coordinates as [Index, Index];
    const [places, block] = [coordinates.slice(2, -1), coordinates.at(-1)!];
    const width = vectors * k.lanes;
    const all = acrossGroups ? groups : outputs;
    this.#inBlocks(panel, width, all, (active) => {
      const lanes = Array.from({ length: Math.ceil(active / k.lanes) }, (_, i) =>
        Math.min(k.lanes, active - i * k.lanes),
      );
      const first = k.compute("mul", panel, width);
      const output = acrossGroups ? first : k.compute("add", k.compute("mul", group, outputs), first);
      this.#inBlocks(block, this.#plan.points, points, (count) => {
        const point = k.compute("mul", block, this.#plan.points);
        const shared = { group: acrossGroups ? null : group, output, lanes, places, point, points: count };
        (blocks ?? [[]]).forEach((columns, number) => {
          const tile = { ...shared, columns };
          const sums = this.#sums(tile, part);
          this.#store(tile, number, sums, part, apart);
        });
      });
    });
  }

  /** Runs `body` with the size of a block: `size`, or less for the last of them. */
  #inBlocks(block: Index, size: number, total: number, body: (size: number) => void): void {
    const k = this.#k;
    const whole = Math.floor(total / size);
    const rest = total % size;
    if (rest === 0) return body(size);
    if (whole === 0) return body(rest);
    k.when(block, whole, () => body(size));
    k.when(k.index(whole - 1), block, () => body(rest));
  }

  #elements(tile: Tile): number {
    return Math.max(1, tile.columns.length) * (this.#plan.rows ? this.#correlation.axes.at(-2)!.places : 1);
  }

  #sums(tile: Tile, part: Index): Vector[] {
    const k = this.#k;
    const count = this.#elements(tile) * tile.points * tile.lanes.length;
    const sums = Array.from({ length: count }, () => k.variable(k.constant("float32", 0)));
    this.#overRows(part, (number, range) => this.#row(tile, sums, number, range));
    return sums.map((sum) => k.get(sum));
  }

  /** The rows of a chain, each with the columns that belong to it, or null: all. */
  #overRows(part: Index, body: (row: Index, range: Range | null) => void): void {
    const k = this.#k;
    const [terms, size] = [this.#terms, this.#size];
    const rows = size === 0 ? 0 : terms / size;
    if (terms <= chain) return k.loop(0, rows, 1, (row) => body(row, null));
    if (!needsParts(this.#correlation)) {
      const from = k.compute("mul", part, chain / size);
      const to = k.compute("min", k.compute("add", from, chain / size), k.index(rows));
      return k.loop(from, to, 1, (row) => body(row, null));
    }
    const begin = k.compute("mul", part, chain);
    const end = k.compute("min", k.compute("add", begin, chain), k.index(terms));
    const last = k.compute("div", k.compute("add", end, size - 1), size);
    k.loop(rows === 1 ? 0 : k.compute("div", begin, size), rows === 1 ? 1 : last, 1, (row) => {
      const start = k.compute("mul", row, size);
      const from = k.compute("max", k.compute("sub", begin, start), k.index(0));
      body(row, [from, k.compute("min", k.compute("sub", end, start), k.index(size))]);
    });
  }

  #row(tile: Tile, sums: readonly Variable[], number: Index, range: Range | null): void {
    const k = this.#k;
    const { channels, axes } = this.#correlation;
    const [n, ...o] = coordinates(k, number, [channels, ...axes.slice(0, -1).map(({ sliding }) => sliding.size)]);
    const asked = axes.slice(0, this.#plan.rows ? -2 : -1);
    const [slidings, sizes] = [asked.map(({ sliding }) => sliding), asked.map(({ extent }) => extent)];
    whereRead(k, slidings, sizes, tile.places, o, (positions) => {
      if (!this.#plan.rows) {
        this.#columns(tile, sums, { n: n!, o, positions, heights: [{ element: 0, offset: 0 }] }, range);
        return;
      }
      const { stride, low } = axes.at(-2)!.sliding;
      for (const { from, to, elements } of rowSegmentsOf(this.#correlation)) {
        const heights = elements.map((element) => ({ element, offset: element * stride - low }));
        k.when(k.index(from - 1), o.at(-1)!, () =>
          k.when(o.at(-1)!, to, () => this.#columns(tile, sums, { n: n!, o, positions, heights }, range)),
        );
      }
    });
  }

  #columns(tile: Tile, sums: readonly Variable[], row: Row, range: Range | null): void {
    const k = this.#k;
    const { columns } = tile;
    if (columns.length === 0) {
      const column = this.#placed(tile, range);
      this.#steps(tile, sums, row, [0], column);
      return;
    }
    const all = (): void => {
      for (const { from, to, elements } of segmentsOf(columns)) this.#steps(tile, sums, row, elements, [from, to]);
    };
    if (!range) return all();
    const [begin, end] = range as readonly [Index, Index];
    const length = k.compute("sub", end, begin);
    k.when(k.index(this.#size - 1), length, all);
    k.when(length, this.#size, () => {
      columns.forEach(({ w, from, to }, element) => {
        const step = (column: Index): Index => {
          const ahead = k.compute("add", k.compute("sub", column, w.offset), w.step - 1);
          return w.step === 1 ? ahead : k.compute("div", ahead, w.step);
        };
        const first = k.compute("max", step(begin), k.index(from));
        this.#steps(tile, sums, row, [element], [first, k.compute("min", step(end), k.index(to))]);
      });
    });
  }

  /** The columns that the place of a tile of one element leaves of a row. */
  #placed({ places }: Tile, range: Range | null): Range {
    const k = this.#k;
    const { sliding, extent, places: count } = this.#correlation.axes.at(-1)!;
    const { size, stride, dilation, low } = sliding;
    const whole = low <= 0 && (size - 1) * dilation + (count - 1) * stride - low < extent;
    if (whole) return range ?? [0, size];
    const start = k.compute("sub", k.compute("mul", places.at(-1)!, stride), low);
    const upTo = (position: number): Index =>
      k.compute("div", k.compute("sub", k.index(position + dilation - 1), start), dilation);
    const [begin, end] = range ?? [k.index(0), k.index(size)];
    return [k.compute("max", upTo(0), begin as Index), k.compute("min", upTo(extent), end as Index)];
  }

  /** Steps of some elements of a tile. */
  #steps(tile: Tile, sums: readonly Variable[], row: Row, elements: readonly number[], [from, to]: Range): void {
    const k = this.#k;
    const { unroll } = this.#plan;
    const whole = typeof from === "number" && typeof to === "number" && (to - from) % unroll === 0;
    k.loop(from, to, whole ? unroll : 1, (index) => {
      for (let ahead = 0; ahead < (whole ? unroll : 1); ahead++)
        this.#step(tile, sums, row, elements, { index, ahead });
    });
  }

  #step(tile: Tile, sums: readonly Variable[], row: Row, elements: readonly number[], at: Counter): void {
    const k = this.#k;
    const { lanes, points, columns } = tile;
    const width = Math.max(1, columns.length);
    for (let point = 0; point < points; point++) {
      for (const { element: high, offset } of row.heights) {
        for (const element of elements) {
          const column = columns[element] ?? this.#alone;
          lanes.forEach((active, vector) => {
            const weight = k.load(
              this.#w(tile, row, column, at, vector),
              "float32",
              this.#correlation.w.coefficients[0],
              active,
            );
            const address = this.#x(tile, row, column, at, { offset, point, vector });
            const value = this.#plan.acrossGroups
              ? k.load(address, "float32", this.#correlation.x.coefficients.at(-2)!, active)
              : k.load(address, "float32", 0);
            const sum = sums[((high * width + element) * points + point) * lanes.length + vector]!;
            k.set(sum, k.scalars.float32.fma(value, weight, k.get(sum)));
          });
        }
      }
    }
  }

  /** The column of a tile of one element; its place is added. */
  get #alone(): Column {
    const { dilation, low } = this.#correlation.axes.at(-1)!.sliding;
    return { w: { offset: 0, step: 1 }, x: { offset: -low, step: dilation }, from: 0, to: 0 };
  }

  #w(tile: Tile, row: Row, { w: { offset, step } }: Column, { index, ahead }: Counter, vector: number): Address {
    const { w } = this.#correlation;
    const [across, n, ...o] = w.coefficients as [number, number, ...number[]];
    const column = o.pop()!;
    return this.#address("w", w.offset, [
      [across, tile.output, vector * this.#k.lanes],
      [n, row.n, 0],
      ...o.map((coefficient, i): Term => [coefficient, row.o[i]!, 0]),
      [column * step, index, ahead],
      [column, null, offset],
    ]);
  }

  #x(
    tile: Tile,
    row: Row,
    column: Column,
    { index, ahead }: Counter,
    { offset, point, vector }: { offset: number; point: number; vector: number },
  ): Address {
    const { x, axes } = this.#correlation;
    const [down, ...positions] = x.coefficients as [number, ...number[]];
    const [group, n] = positions.splice(-2) as [number, number];
    const along = positions.pop()!;
    const terms: Term[] = [
      [down, tile.point, point],
      ...row.positions.map((position, i): Term => [positions[i]!, position, 0]),
      [group, tile.group ?? tile.output, tile.group ? 0 : vector * this.#k.lanes],
      [n, row.n, 0],
      [along * column.x.step, index, ahead],
      [along, null, column.x.offset],
    ];
    if (this.#plan.rows) {
      const { dilation } = axes.at(-2)!.sliding;
      terms.push([positions.at(-1)! * dilation, row.o.at(-1)!, 0], [positions.at(-1)!, null, offset]);
    }
    if (tile.columns.length === 0) terms.push([along * axes.at(-1)!.sliding.stride, tile.places.at(-1)!, 0]);
    return this.#address("x", x.offset, terms);
  }

  #address(side: "x" | "w" | "y", start: number, sum: readonly Term[]): Address {
    const offset = sum.reduce((total, [coefficient, , constant]) => total + coefficient * constant, start);
    const terms = sum.flatMap(([coefficient, index]) =>
      index && coefficient !== 0 ? [{ index, scale: 4 * coefficient }] : [],
    );
    return { buffer: this.#buffers[side], offset: 4 * offset, terms };
  }

  /** @param block  number of the tile's columns among the blocks */
  #store(tile: Tile, block: number, sums: readonly Vector[], part: Index, apart: number | null): void {
    const k = this.#k;
    const { y } = this.#correlation;
    const { blocks, rows } = this.#plan;
    const [down, ...places] = y.coefficients as [number, ...number[]];
    const across = places.pop()!;
    const width = Math.max(1, tile.columns.length);
    const store = (added: boolean): void =>
      sums.forEach((sum, i) => {
        const vector = i % tile.lanes.length;
        const point = Math.floor(i / tile.lanes.length) % tile.points;
        const element = Math.floor(i / tile.lanes.length / tile.points);
        const [high, column] = [Math.floor(element / width), (element % width) + block * width];
        const terms: Term[] = [
          [down, tile.point, point],
          ...tile.places.map((place, axis): Term => [places[axis]!, place, 0]),
          [across, tile.output, vector * k.lanes],
        ];
        if (rows) terms.push([places.at(-2)!, null, high]);
        if (blocks) terms.push([places.at(-1)!, null, column]);
        if (apart !== null) terms.push([apart, part, 0]);
        const address = this.#address("y", y.offset, terms);
        const active = tile.lanes[vector]!;
        const total = added ? k.scalars.float32.add(k.load(address, "float32", across, active), sum) : sum;
        k.store(address, "float32", total, across, active);
      });
    if (apart !== null || this.#terms <= chain) return store(false);
    k.when(part, 1, () => store(false));
    k.when(k.index(0), part, () => store(true));
  }
}

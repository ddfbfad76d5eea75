/**
 * The code of a direct convolution: for each register tile, one chain of multiply-adds per output and 1024 terms, over rows and columns
 * of the kernel and the channels of the input. Columns that padding takes away are left out of the code; rows ask once for all.
 */

import { sizeOf } from "../base/shape.ts";
import type { KernelBuilder } from "../kernel/builder.ts";
import type { Address, Index, Variable, Vector } from "../kernel/language.ts";
import { type Convolution, chain, type DirectPlan, type Run } from "./directPlan.ts";
import type { Position } from "./evaluate.ts";
import type { Linear } from "./expression.ts";
import { coordinates, whereRead } from "./sliding.ts";

/** A buffer with the linear form of the tensor that lies in it. */
export interface Operand {
  readonly buffer: number;
  readonly at: Linear;
}

/** Outputs that are computed together. */
interface Tile {
  /** All axes of the output before the columns (of the first row), and the group. */
  readonly at: readonly Index[];
  /** Null where lanes run along the groups. */
  readonly group: Index | null;
  /** The first output channel, and the active lanes of each vector from there. */
  readonly channel: Index;
  readonly lanes: readonly number[];
  readonly run: Run;
  /** Number of the tile in its run; null where it is alone. */
  readonly number: Index | null;
}

/** What a tile meets in one step: a position in the kernel but for the column, and where that lies in the input. */
interface Step {
  readonly element: readonly Index[];
  readonly positions: readonly Index[];
  /** Rows of outputs that read it: row r through the kernel's row before `element` by r. */
  readonly rows: readonly number[];
}

export class DirectWriter {
  readonly #k: KernelBuilder;
  readonly #convolution: Convolution;
  readonly #plan: DirectPlan;
  readonly #operands: Readonly<Record<"x" | "w", Operand>>;
  readonly #store: (position: Position, value: Vector) => void;
  /** Channels of a group, and columns of the kernel. */
  readonly #channels: number;
  readonly #elements: number;

  constructor(
    k: KernelBuilder,
    convolution: Convolution,
    plan: DirectPlan,
    operands: Readonly<Record<"x" | "w", Operand>>,
    store: (position: Position, value: Vector) => void,
  ) {
    this.#k = k;
    this.#convolution = convolution;
    this.#plan = plan;
    this.#operands = operands;
    this.#store = store;
    this.#channels = convolution.w[1]!;
    this.#elements = convolution.w.at(-1)!;
  }

  /** Parts are rows of tiles. */
  write(): number {
    const k = this.#k;
    const { y, attributes } = this.#convolution;
    const { rows, runs, vectors, acrossGroups } = this.#plan;
    const { groups } = attributes;
    const parts = y.slice(0, -2);
    parts[parts.length - 1]! /= rows;
    const channels = acrossGroups ? groups : y.at(-1)! / groups;
    const width = vectors * k.lanes;
    const whole = channels - (channels % width);
    k.loop(k.begin, k.end, 1, (part) => {
      const at = coordinates(k, part, parts);
      at.push(k.compute("mul", at.pop()!, rows));
      k.loop(0, acrossGroups ? 1 : groups, 1, (number) => {
        const group = acrossGroups ? null : number;
        const panel = (column: Index, active: number): void => {
          const channel = group ? k.compute("add", k.compute("mul", group, channels), column) : column;
          const lanes = Array.from({ length: Math.ceil(active / k.lanes) }, (_, i) =>
            Math.min(k.lanes, active - i * k.lanes),
          );
          for (const run of runs) {
            if (run.count === 1) this.#tile({ at, group, channel, lanes, run, number: null });
            else k.loop(0, run.count, 1, (number) => this.#tile({ at, group, channel, lanes, run, number }));
          }
        };
        if (whole > 0) k.loop(0, whole, width, (column) => panel(column, width));
        if (whole < channels) panel(k.index(whole), channels - whole);
      });
    });
    return sizeOf(parts);
  }

  #tile(tile: Tile): void {
    const k = this.#k;
    const { add } = k.scalars.float32;
    const terms = sizeOf(this.#convolution.w.slice(1));
    let results = this.#chain(tile, null);
    if (terms > chain) {
      const totals = results.map((first) => k.variable(first));
      k.loop(chain, terms, chain, (begin) => {
        this.#chain(tile, begin).forEach((value, i) => k.set(totals[i]!, add(k.get(totals[i]!), value)));
      });
      results = totals.map((total) => k.get(total));
    }
    const { at, channel, lanes, run, number } = tile;
    const column = number && k.compute("mul", number, run.size);
    results.forEach((value, i) => {
      const [output, vector] = [Math.floor(i / lanes.length), i % lanes.length];
      const row = at.length - 1;
      const axes = [
        ...at.map((index, axis) => ({ index, offset: axis === row ? Math.floor(output / run.size) : 0 })),
        { index: column, offset: run.first + (output % run.size) },
        { index: channel, offset: vector * k.lanes },
      ];
      this.#store({ axes, vectorAxis: axes.length - 1, active: lanes[vector]! }, value);
    });
  }

  /** The sums of a chain: of the terms from `begin` on, at most 1024 (null: from the first on). */
  #chain(tile: Tile, begin: Index | null): Vector[] {
    const k = this.#k;
    const count = this.#plan.rows * tile.run.size * tile.lanes.length;
    const sums = Array.from({ length: count }, () => k.variable(k.constant("float32", 0)));
    if (begin || sizeOf(this.#convolution.w.slice(1)) > chain) this.#terms(tile, sums, begin ?? k.index(0));
    else this.#allTerms(tile, sums);
    return sums.map((sum) => k.get(sum));
  }

  /** All terms, row of the input after row. */
  #allTerms(tile: Tile, sums: readonly Variable[]): void {
    const k = this.#k;
    const outer = this.#convolution.w.slice(2, -1);
    const front = outer.slice(0, -1);
    k.loop(0, sizeOf(front), 1, (position) => {
      const at = coordinates(k, position, front);
      for (const { from, to, rows } of this.#plan.steps) {
        k.loop(from, to, 1, (step) => {
          const element = outer.length > 0 ? [...at, step] : [];
          this.#whereRead(tile, element, (positions) => {
            for (let column = 0; column < this.#elements; column++) {
              this.#column(tile, sums, { element, positions, rows }, column, [0, this.#channels]);
            }
          });
        });
      }
    });
  }

  /** The terms from `begin` on, at most 1024. They are numbered by row of the kernel, its column, and channel. */
  #terms(tile: Tile, sums: readonly Variable[], begin: Index): void {
    const k = this.#k;
    const outer = this.#convolution.w.slice(2, -1);
    const [channels, length] = [this.#channels, this.#channels * this.#elements];
    const end = k.compute("add", begin, chain);
    const last = k.compute("div", k.compute("add", end, length - 1), length);
    k.loop(k.compute("div", begin, length), k.compute("min", last, k.index(sizeOf(outer))), 1, (row) => {
      const element = coordinates(k, row, outer);
      this.#whereRead(tile, element, (positions) => {
        for (let column = 0; column < this.#elements; column++) {
          const start = k.compute("add", k.compute("mul", row, length), column * channels);
          const from = k.compute("max", k.compute("sub", begin, start), k.index(0));
          const to = k.compute("min", k.compute("sub", end, start), k.index(channels));
          this.#column(tile, sums, { element, positions, rows: [0] }, column, [from, to]);
        }
      });
    });
  }

  #whereRead(tile: Tile, element: readonly Index[], body: (positions: readonly Index[]) => void): void {
    const { x, w, attributes } = this.#convolution;
    const slidings = attributes.axes.slice(0, -1).map((axis, i) => ({ ...axis, size: w[2 + i]! }));
    whereRead(this.#k, slidings, x.slice(1, attributes.axes.length), tile.at.slice(1), element, body);
  }

  /** Some channels of a row of the input, through one column of the kernel. */
  #column(
    tile: Tile,
    sums: readonly Variable[],
    { element, positions, rows }: Step,
    column: number,
    [from, to]: readonly [Index, Index] | readonly [number, number],
  ): void {
    const reads = tile.run.reads[column]!;
    if (reads.every((position) => position < 0)) return;
    const k = this.#k;
    const { x, w } = this.#operands;
    const { stride, base } = this.#convolution.attributes.axes.at(-1)!;
    const [along, apart] = x.at.coefficients.slice(-3) as [number, number];
    const step = ((tile.run.size * stride) / base) * along * 4;
    const [across, deep] = w.at.coefficients as [number, number];
    const add = (c: Index, unrolled: number): void => {
      const weights = rows.map((row) =>
        tile.lanes.map((active, vector) => {
          const offsets = element.length > 0 ? [-row, column] : [column];
          const at = this.#address(w, [tile.channel, c, ...element, null], offsets);
          const offset = at.offset + 4 * (vector * k.lanes * across + unrolled * deep);
          return k.load({ ...at, offset }, "float32", across, active);
        }),
      );
      // One number for all lanes, or of each group its own.
      const valueAt = (position: number, vector: number): Vector => {
        const first = [tile.at[0]!, ...positions, null, tile.group ?? tile.channel, c];
        const at = this.#address(x, first, [position, tile.group ? 0 : vector * k.lanes, unrolled]);
        const address = this.#moved(at, tile.number, step);
        return tile.group ? k.load(address, "float32", 0) : k.load(address, "float32", apart, tile.lanes[vector]!);
      };
      reads.forEach((position, output) => {
        if (position < 0) return;
        const values = tile.lanes.map((_, vector) => valueAt(position, vector));
        rows.forEach((row, r) => {
          weights[r]!.forEach((weight, vector) => {
            const sum = sums[(row * reads.length + output) * tile.lanes.length + vector]!;
            k.set(sum, k.scalars.float32.fma(values[vector]!, weight, k.get(sum)));
          });
        });
      });
    };
    const { unroll } = this.#plan;
    const whole = typeof to === "number" && to % unroll === 0;
    k.loop(from, to, whole ? unroll : 1, (c) => {
      for (let i = 0; i < (whole ? unroll : 1); i++) add(c, i);
    });
  }

  /**
   * The address of an element; null stands for 0.
   *
   * @param offsets  constants to add to the indices, of the last axes
   */
  #address({ buffer, at }: Operand, indices: readonly (Index | null)[], offsets: readonly number[]): Address {
    const first = indices.length - offsets.length;
    const offset = offsets.reduce((sum, value, i) => sum + value * at.coefficients[first + i]!, at.offset);
    const terms = indices.flatMap((index, axis) => (index ? [{ index, scale: at.coefficients[axis]! * 4 }] : []));
    return { buffer, offset: offset * 4, terms };
  }

  #moved(address: Address, index: Index | null, scale: number): Address {
    return index ? { ...address, terms: [...address.terms, { index, scale }] } : address;
  }
}

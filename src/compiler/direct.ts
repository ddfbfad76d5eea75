/**
 * Direct convolution from register tiles: neighbouring outputs of one row × vectors of output channels. What padding and gaps leave
 * of a tile under each column of the kernel is known when the code is written, so no output asks; rows ask once for all. Refuses
 * chains with the channels outermost, and rows or kernels whose code would be long.
 */

import { type Shape, sizeOf } from "../base/shape.ts";
import type { ConvAttributes } from "../graph/ops/conv.ts";
import { readPosition, type Sliding } from "../graph/ops/spatial.ts";
import type { KernelBuilder } from "../kernel/builder.ts";
import type { Address, Index, Variable, Vector } from "../kernel/language.ts";
import type { Linear } from "./expression.ts";
import type { Machine } from "./machine.ts";
import { coordinates, whereRead } from "./sliding.ts";
import { blocksOf } from "./tiles.ts";

/** One chain of the contract's rule. */
const chain = 1024;
/** Multiply-adds that may stand in the code, in all kinds of tiles together. */
const mostCode = 2048;
/** Vectors of channels in a tile: more of them leave too few registers for outputs. */
const mostVectors = 4;

/** Multiply-adds that begin before the first one's result is there. */
const latency = 8;

/** A buffer with the linear form of the tensor that lies in it. */
export interface Operand {
  readonly buffer: number;
  readonly at: Linear;
}

/** x `[n, …spatial, in]`, w `[out, in/groups, …kernel]`, y `[n, …positions, out]`. */
export interface Convolution {
  readonly x: Shape;
  readonly w: Shape;
  readonly y: Shape;
  readonly attributes: ConvAttributes;
}

/** Neighbouring tiles of a row that differ in nothing but their place. */
interface Run {
  readonly first: number;
  readonly size: number;
  readonly count: number;
  /** Per column of the kernel, for each output of the first tile, the input position it reads, or −1. */
  readonly reads: readonly (readonly number[])[];
}

export interface DirectPlan {
  /** Vectors of output channels in a tile. */
  readonly vectors: number;
  readonly runs: readonly Run[];
  /** How often each weight is read. */
  readonly uses: number;
}

/** How a convolution is cut into tiles; null where this file refuses it. */
export function planDirect({ x, w, y, attributes }: Convolution, machine: Machine): DirectPlan | null {
  const last = attributes.axes.at(-1);
  if (attributes.channelsFirst || !last) return null;
  const columns = y.at(-2)!;
  const sliding = { ...last, size: w.at(-1)! };
  const { outputs, vectors } = tileOf(columns, y.at(-1)! / attributes.groups, machine);
  const runs = runsOf(columns, outputs, x.at(-2)!, sliding);
  const code = runs.reduce((sum, { reads }) => sum + reads.flat().filter((position) => position >= 0).length, 0);
  if (code * vectors > mostCode) return null;
  return { vectors, runs, uses: sizeOf(y.slice(0, -2)) * runs.reduce((sum, { count }) => sum + count, 0) };
}

/** The tile that takes the fewest turns of a processor: its accumulators, one vector of each weight and one input fit the registers. */
function tileOf(columns: number, channels: number, machine: Machine): { outputs: number; vectors: number } {
  const needed = Math.ceil(channels / machine.lanes);
  const tiles = Array.from({ length: Math.min(mostVectors, needed) }, (_, i) => {
    const vectors = Math.ceil(needed / Math.ceil(needed / (i + 1)));
    const outputs = Math.max(1, Math.floor((machine.vectorRegisters - vectors - 2) / vectors));
    const turns = sizesOf(needed, vectors)
      .flatMap((width) => sizesOf(columns, outputs).map((length) => turnsOf(length, width)))
      .reduce((sum, one) => sum + one);
    return { outputs, vectors, turns };
  });
  return tiles.reduce((best, tile) => (tile.turns < best.turns ? tile : best));
}

/** Tiles along one side: `total` in blocks of nearly one size. */
function sizesOf(total: number, most: number): number[] {
  const { count, small, large } = blocksOf(total, most);
  return Array.from({ length: count }, (_, i) => (i < large ? small + 1 : small));
}

/** Multiply-adds, loads, or waiting for the accumulators, whatever takes longest; a load as long as a multiply-add. */
function turnsOf(outputs: number, vectors: number): number {
  return Math.max(outputs * vectors, outputs + vectors, latency);
}

/** A row of outputs as runs of equal tiles. */
function runsOf(columns: number, most: number, n: number, sliding: Sliding): Run[] {
  const runs: (Run & { count: number })[] = [];
  let first = 0;
  for (const size of sizesOf(columns, most)) {
    const reads = Array.from({ length: sliding.size }, (_, element) =>
      Array.from({ length: size }, (_, output) => readPosition(sliding, n, first + output, element)),
    );
    const run = runs.at(-1);
    if (run && run.size === size && follows(run, reads, (run.count * size * sliding.stride) / sliding.base))
      run.count++;
    else runs.push({ first, size, count: 1, reads });
    first += size;
  }
  return runs;
}

/** Whether a tile reads what the first tile of a run does, `shift` positions later. */
function follows(run: Run, reads: Run["reads"], shift: number): boolean {
  return run.reads.every((positions, element) =>
    positions.every((position, output) => reads[element]![output] === (position < 0 ? -1 : position + shift)),
  );
}

/** Outputs of one row that are computed together. */
interface Tile {
  /** All axes of the output before the row, and the group. */
  readonly at: readonly Index[];
  readonly group: Index;
  /** The first output channel, and the active lanes of each vector from there. */
  readonly channel: Index;
  readonly lanes: readonly number[];
  readonly run: Run;
  /** Number of the tile in its run; null where it is alone. */
  readonly number: Index | null;
}

export class DirectWriter {
  readonly #k: KernelBuilder;
  readonly #convolution: Convolution;
  readonly #plan: DirectPlan;
  readonly #operands: Readonly<Record<"x" | "w" | "y", Operand>>;
  /** Channels of a group, and columns of the kernel. */
  readonly #channels: number;
  readonly #elements: number;

  constructor(
    k: KernelBuilder,
    convolution: Convolution,
    plan: DirectPlan,
    operands: Readonly<Record<"x" | "w" | "y", Operand>>,
  ) {
    this.#k = k;
    this.#convolution = convolution;
    this.#plan = plan;
    this.#operands = operands;
    this.#channels = convolution.w[1]!;
    this.#elements = convolution.w.at(-1)!;
  }

  /** Parts are rows of outputs. */
  write(): number {
    const k = this.#k;
    const { y, attributes } = this.#convolution;
    const rows = y.slice(0, -2);
    const channels = y.at(-1)! / attributes.groups;
    const width = this.#plan.vectors * k.lanes;
    const whole = channels - (channels % width);
    k.loop(k.begin, k.end, 1, (part) => {
      const at = coordinates(k, part, rows);
      k.loop(0, attributes.groups, 1, (group) => {
        const panel = (column: Index, active: number): void => {
          const channel = k.compute("add", k.compute("mul", group, channels), column);
          const vectors = Math.ceil(active / k.lanes);
          const lanes = Array.from({ length: vectors }, (_, i) => Math.min(k.lanes, active - i * k.lanes));
          for (const run of this.#plan.runs) {
            if (run.count === 1) this.#tile({ at, group, channel, lanes, run, number: null });
            else k.loop(0, run.count, 1, (number) => this.#tile({ at, group, channel, lanes, run, number }));
          }
        };
        if (whole > 0) k.loop(0, whole, width, (column) => panel(column, width));
        if (whole < channels) panel(k.index(whole), channels - whole);
      });
    });
    return sizeOf(rows);
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
    const { y } = this.#operands;
    const { at, channel, lanes, run } = tile;
    results.forEach((value, i) => {
      const [output, vector] = [Math.floor(i / lanes.length), i % lanes.length];
      const address = this.#address(y, [...at, null, channel], [run.first + output, vector * k.lanes]);
      const step = run.size * y.at.coefficients.at(-2)! * 4;
      k.store(this.#moved(address, tile.number, step), "float32", value, 1, lanes[vector]!);
    });
  }

  /** The sums of a chain: of the terms from `begin` on, at most 1024 (null: from the first on). */
  #chain(tile: Tile, begin: Index | null): Vector[] {
    const k = this.#k;
    const { x, w, attributes } = this.#convolution;
    const [channels, elements] = [this.#channels, this.#elements];
    const outer = w.slice(2, -1);
    const slidings = attributes.axes.slice(0, -1).map((axis, i) => ({ ...axis, size: outer[i]! }));
    const sums = Array.from({ length: tile.run.size * tile.lanes.length }, () => k.variable(k.constant("float32", 0)));
    const [from, end] = begin ? [begin, k.compute("add", begin, chain)] : [k.index(0), k.index(chain)];
    const cut = begin !== null || sizeOf(w.slice(1)) > chain;
    // Terms are numbered by row of the kernel, its column, and channel.
    const length = channels * elements;
    const last = cut ? k.compute("div", k.compute("add", end, length - 1), length) : k.index(sizeOf(outer));
    const rows = [k.compute("div", from, length), k.compute("min", last, k.index(sizeOf(outer)))] as const;
    k.loop(rows[0], rows[1], 1, (row) => {
      const element = coordinates(k, row, outer);
      whereRead(k, slidings, x.slice(1, -2), tile.at.slice(1), element, (positions) => {
        for (let column = 0; column < elements; column++) {
          const start = k.compute("add", k.compute("mul", row, length), column * channels);
          const range = cut
            ? [
                k.compute("max", k.compute("sub", from, start), k.index(0)),
                k.compute("min", k.compute("sub", end, start), k.index(channels)),
              ]
            : [0, channels];
          this.#column(tile, sums, element, column, positions, range as [Index, Index] | [number, number]);
        }
      });
    });
    return sums.map((sum) => k.get(sum));
  }

  /** Some channels of the input through one element of the kernel. */
  #column(
    tile: Tile,
    sums: readonly Variable[],
    element: readonly Index[],
    column: number,
    positions: readonly Index[],
    [from, to]: readonly [Index, Index] | readonly [number, number],
  ): void {
    const reads = tile.run.reads[column]!;
    if (reads.every((position) => position < 0)) return;
    const k = this.#k;
    const { x, w } = this.#operands;
    const { stride, base } = this.#convolution.attributes.axes.at(-1)!;
    const step = ((tile.run.size * stride) / base) * x.at.coefficients.at(-2)! * 4;
    const add = (c: Index, unrolled: number): void => {
      const weights = tile.lanes.map((active, vector) => {
        const at = this.#address(w, [tile.channel, c, ...element, null], [column]);
        const across = w.at.coefficients[0]!;
        const offset = at.offset + 4 * (vector * k.lanes * across + unrolled * w.at.coefficients[1]!);
        return k.load({ ...at, offset }, "float32", across, active);
      });
      const channel = k.compute("add", k.compute("mul", tile.group, this.#channels), c);
      reads.forEach((position, output) => {
        if (position < 0) return;
        const at = this.#address(x, [tile.at[0]!, ...positions, null, channel], [position, unrolled]);
        const value = k.load(this.#moved(at, tile.number, step), "float32", 0);
        weights.forEach((weight, vector) => {
          const sum = sums[output * weights.length + vector]!;
          k.set(sum, k.scalars.float32.fma(value, weight, k.get(sum)));
        });
      });
    };
    if (typeof from !== "number" || (to as number) % 2 === 1) return k.loop(from, to, 1, (c) => add(c, 0));
    k.loop(from, to, 2, (c) => {
      add(c, 0);
      add(c, 1);
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

/**
 * How a direct convolution is cut into register tiles: outputs of neighbouring rows × outputs of a row × vectors of output channels.
 * What padding and gaps leave of a tile under each column of the kernel is known here, so no output has to ask. Refuses chains with
 * the channels outermost, and rows or kernels whose code would be long.
 */

import { type Shape, sizeOf } from "../base/shape.ts";
import type { ConvAttributes } from "../graph/ops/conv.ts";
import { readPosition } from "../graph/ops/spatial.ts";
import type { Machine } from "./machine.ts";
import { remembering } from "./remember.ts";

/** One chain of the contract's rule. */
export const chain = 1024;
/** Multiply-adds in the code, of all kinds of tiles together: more take long to compile, and still more are refused. */
const [muchCode, mostCode] = [448, 2048];
/** Columns of a kernel, each of which has code of its own. */
const mostColumns = 32;
/** Vectors of channels in a tile, and rows: more of them leave too few registers for outputs. */
const [mostVectors, mostRows] = [4, 4];
/** In turns of a multiply-add: a load, and how long the first of them takes. */
const [load, latency] = [4 / 3, 8];

/** x `[n, …spatial, in]`, w `[out, in/groups, …kernel]`, y `[n, …positions, out]`. */
export interface Convolution {
  readonly x: Shape;
  readonly w: Shape;
  readonly y: Shape;
  readonly attributes: ConvAttributes;
}

/** Neighbouring tiles of a row that differ in nothing but their place. */
export interface Run {
  readonly first: number;
  readonly size: number;
  readonly count: number;
  /** Per column of the kernel, for each output of the first tile, the input position it reads, or −1. */
  readonly reads: readonly (readonly number[])[];
}

/** Neighbouring rows of the input that the same outputs read: row `step` through row `step − r` of the kernel for the outputs of row r. */
export interface Steps {
  readonly from: number;
  readonly to: number;
  /** Rows of outputs. */
  readonly rows: readonly number[];
}

export interface DirectPlan {
  /** Rows of outputs in a tile, and vectors of output channels. */
  readonly rows: number;
  readonly vectors: number;
  readonly runs: readonly Run[];
  readonly steps: readonly Steps[];
  /** Channels of the input in one turn of the innermost loop. */
  readonly unroll: number;
  /** Whether lanes run along the groups, of one output each. */
  readonly acrossGroups: boolean;
}

/** How a convolution is cut into tiles, for the fewest turns of a processor; null where it is refused. */
export const planDirect: (convolution: Convolution, machine: Machine) => DirectPlan | null = remembering(choosePlan);

function choosePlan(convolution: Convolution, machine: Machine): DirectPlan | null {
  const { w, y, attributes } = convolution;
  const { groups } = attributes;
  if (attributes.channelsFirst || attributes.axes.length === 0 || w.at(-1)! > mostColumns) return null;
  const across = acrossGroups(attributes, y);
  const needed = Math.ceil(y.at(-1)! / (across ? 1 : groups) / machine.lanes);
  const plans: (DirectPlan & { readonly code: number; readonly turns: number })[] = [];
  for (const { rows, outputs, vectors } of tilesOf(convolution, needed, machine)) {
    const runs = runsOf(convolution, outputs);
    const steps = stepsOf(attributes.axes.length > 1 ? w.at(-2)! : 1, rows);
    const code = codeOf(runs, steps) * vectors;
    const unroll = 2 * code <= muchCode ? 2 : 1;
    const turns = sizesOf(needed, vectors).reduce((sum, width) => sum + turnsOf(runs, steps, width, across) / rows, 0);
    if (code <= mostCode) plans.push({ rows, vectors, runs, steps, unroll, acrossGroups: across, code, turns });
  }
  const small = plans.filter(({ code }) => code <= muchCode);
  if (small.length > 0) return small.reduce((best, plan) => (plan.turns < best.turns ? plan : best));
  return plans.reduce<(typeof plans)[number] | null>(
    (best, plan) => (best && best.code <= plan.code ? best : plan),
    null,
  );
}

/** Whether lanes can run along the groups: each has one output. */
export function acrossGroups({ groups }: ConvAttributes, y: Shape): boolean {
  return groups > 1 && y.at(-1)! === groups;
}

/** How many tiles read each weight. */
export function usesOf({ y }: Convolution, { rows, runs }: DirectPlan): number {
  return (sizeOf(y.slice(0, -2)) / rows) * runs.reduce((sum, { count }) => sum + count, 0);
}

interface Tile {
  readonly rows: number;
  readonly outputs: number;
  readonly vectors: number;
}

/** Tiles whose accumulators, weights of a step and one input fit the registers: as long as can be, and of one length in all the row. */
function tilesOf({ w, y, attributes }: Convolution, needed: number, { vectorRegisters }: Machine): Tile[] {
  const [columns, along, size] = [y.at(-2)!, attributes.axes.at(-2), w.at(-2)!];
  // Neighbouring rows of outputs read the same rows of the input where these are as far apart as rows of the kernel.
  const shared = along !== undefined && along.stride === along.dilation && size > 1 && sizeOf(w.slice(1)) <= chain;
  const tiles: Tile[] = [];
  const widest = Math.min(mostVectors, needed);
  // Across groups memory takes longest, not arithmetic: it is gone through as it lies.
  const across = acrossGroups(attributes, y);
  for (let rows = 1; rows <= (shared && !across ? mostRows : 1); rows++) {
    if (rows > 1 && y.at(-3)! % rows !== 0) continue;
    for (let most = across ? widest : 1; most <= widest; most++) {
      const vectors = Math.ceil(needed / Math.ceil(needed / most));
      const outputs = Math.floor((vectorRegisters - rows * vectors - 2) / (rows * vectors));
      if (outputs < 1) continue;
      let even = Math.min(outputs, columns);
      while (columns % even !== 0) even--;
      for (const length of new Set([outputs, even])) tiles.push({ rows, outputs: length, vectors });
    }
  }
  return tiles;
}

/** Multiply-adds that stand in the code, for each vector. */
function codeOf(runs: readonly Run[], steps: readonly Steps[]): number {
  const reads = runs.flatMap((run) => run.reads.flat()).filter((position) => position >= 0).length;
  return reads * steps.reduce((sum, { rows }) => sum + rows.length, 0);
}

/** Turns of a row of tiles: multiply-adds, loads, or waiting for the accumulators, whatever takes longest. */
function turnsOf(runs: readonly Run[], steps: readonly Steps[], vectors: number, across: boolean): number {
  let turns = 0;
  for (const { reads, count } of runs) {
    for (const positions of reads) {
      const outputs = positions.filter((position) => position >= 0).length;
      if (outputs === 0) continue;
      for (const { from, to, rows } of steps) {
        const weights = rows.length * vectors;
        const numbers = across ? outputs * vectors : outputs;
        turns += count * (to - from) * Math.max(outputs * weights, load * (numbers + weights), latency);
      }
    }
  }
  return turns;
}

/** The steps of `rows` rows of outputs through a kernel of `size` rows. */
function stepsOf(size: number, rows: number): Steps[] {
  const all = Array.from({ length: rows }, (_, row) => row);
  const steps: { from: number; to: number; rows: number[] }[] = [];
  for (let step = 0; step < size + rows - 1; step++) {
    const active = all.filter((row) => row <= step && step - row < size);
    const last = steps.at(-1);
    if (last && last.rows.join() === active.join()) last.to++;
    else steps.push({ from: step, to: step + 1, rows: active });
  }
  return steps;
}

/** Tiles along one side: `total` in blocks of one size, where hardly smaller ones give that, else of nearly one. */
function sizesOf(total: number, most: number): number[] {
  const even = [most, most - 1].find((size) => size > 0 && total % size === 0);
  const count = even === undefined ? Math.ceil(total / most) : total / even;
  const small = Math.floor(total / count);
  const large = total - small * count;
  return Array.from({ length: count }, (_, i) => (i < large ? small + 1 : small));
}

/** A row of outputs as runs of equal tiles. */
function runsOf({ x, w, y, attributes }: Convolution, most: number): Run[] {
  const [n, sliding] = [x[attributes.axes.length]!, { ...attributes.axes.at(-1)!, size: w.at(-1)! }];
  const runs: (Run & { count: number })[] = [];
  let first = 0;
  for (const size of sizesOf(y.at(-2)!, most)) {
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

/**
 * How a convolution with the channels outermost, the gradient of a kernel, is cut into register tiles: elements of the kernel × points
 * × vectors of outputs, of which each step of the sum reads some numbers of x and some vectors of w. Which elements read which columns
 * is known here. Refuses many gaps, whose code would be long.
 */

import { sizeOf } from "../base/shape.ts";
import { readPosition, type Sliding } from "../graph/ops/spatial.ts";
import { type Convolution, chain } from "./directPlan.ts";
import type { Linear } from "./expression.ts";
import type { Machine } from "./machine.ts";
import { remembering } from "./remember.ts";

/** Multiply-adds in the code, of all kinds of steps together. */
const mostCode = 700;
/** Vectors of outputs in a tile: more leave too few registers for points. */
const mostVectors = 4;
/** In turns of a multiply-add: a load, how long the first of them takes, and what a row of steps costs besides. */
const [load, latency, row] = [4 / 3, 10, 24];

/**
 * `y[p, …k, c] = Σ over n, then …o, of x[p, …position(k, o), group(c), n] · w[c, n, …o]`. The last of the axes, o's columns, are never
 * missing.
 */
export interface Correlation {
  readonly points: number;
  readonly groups: number;
  /** Outputs of a group. */
  readonly outputs: number;
  /** Extents of n. */
  readonly channels: number;
  /** Per axis: how o slides (of that size), how many positions x has, and how many places k. */
  readonly axes: readonly { readonly sliding: Sliding; readonly extent: number; readonly places: number }[];
  /** Coefficients `[p, …, group, n]`, `[c, n, …]` and `[p, …, c]`. */
  readonly x: Linear;
  readonly w: Linear;
  readonly y: Linear;
}

/** How an element of the kernel's last axis goes through columns: in step j it reads these columns of w and of x. */
export interface Column {
  readonly w: { readonly offset: number; readonly step: number };
  readonly x: { readonly offset: number; readonly step: number };
  /** Steps [from, to) in which both exist. */
  readonly from: number;
  readonly to: number;
}

export interface CorrelationPlan {
  /**
   * Elements of a tile: those of the kernel's last axis in blocks, with all of the axis before (`rows`) or one of them. Null where a tile has
   * one element, which is a matter of its coordinates.
   */
  readonly blocks: readonly (readonly Column[])[] | null;
  readonly rows: boolean;
  /** Points and vectors of outputs of a tile. */
  readonly points: number;
  readonly vectors: number;
  /** Steps in one turn of the innermost loop: what neighbours both read would take registers where tiles are large. */
  readonly unroll: number;
  /** Whether lanes run along the groups, of one output each. */
  readonly acrossGroups: boolean;
}

/** The terms of each sum. */
export function termsOf({ channels, axes }: Correlation): number {
  return channels * sizeOf(axes.map(({ sliding }) => sliding.size));
}

/** Where every element of x is read by every place and lies as in a row, one axis stands for all, channels included. */
export function flattened(correlation: Correlation): Correlation {
  const { axes, x, w, y, channels } = correlation;
  const plain = axes.every(({ sliding, extent, places }) => {
    const { size, dilation, low, base } = sliding;
    return places === 1 && low === 0 && base === 1 && dilation === 1 && extent === size;
  });
  const sizes = [channels, ...axes.map(({ extent }) => extent)];
  const along = (steps: readonly number[]): boolean =>
    steps.every((step, i) => i === 0 || sizes[i - 1] === 1 || steps[i - 1] === step * sizes[i]!);
  const inX = [x.coefficients.at(-1)!, ...x.coefficients.slice(1, 1 + axes.length)];
  const inW = w.coefficients.slice(1);
  if (!plain || !along(inX) || !along(inW)) return correlation;
  const size = sizeOf(sizes);
  const sliding = { size, stride: 1, dilation: 1, low: 0, high: 0, base: 1 };
  const [point, group] = [x.coefficients[0]!, x.coefficients.at(-2)!];
  return {
    ...correlation,
    channels: 1,
    axes: [{ sliding, extent: size, places: 1 }],
    x: { ...x, coefficients: [point, inX.at(-1)!, group, 0] },
    w: { ...w, coefficients: [w.coefficients[0]!, 0, inW.at(-1)!] },
    y: { ...y, coefficients: [y.coefficients[0]!, 0, y.coefficients.at(-1)!] },
  };
}

/** How tiles are cut, for the fewest turns of a processor; null where it is refused. */
export const planCorrelation: (correlation: Correlation, machine: Machine) => CorrelationPlan | null =
  remembering(choosePlan);

function choosePlan(correlation: Correlation, machine: Machine): CorrelationPlan | null {
  const { points, groups, outputs, axes } = correlation;
  const acrossGroups = outputs === 1 && groups > 1;
  const needed = Math.ceil((acrossGroups ? groups : outputs) / machine.lanes);
  let best: (CorrelationPlan & { readonly turns: number }) | null = null;
  for (const { blocks, rows } of shapesOf(correlation)) {
    const height = rows ? axes.at(-2)!.places : 1;
    const wide = blocks?.[0] ?? single;
    const elements = height * wide.length;
    const [inX, inW] = [height * distinct(wide, "x"), distinct(wide, "w")];
    for (let most = 1; most <= Math.min(mostVectors, needed); most++) {
      const vectors = Math.ceil(needed / Math.ceil(needed / most));
      const fitting = Math.floor((machine.vectorRegisters - 2 - inW * vectors) / (elements * vectors));
      if (fitting < 1) continue;
      const count = Math.max(1, Math.ceil(points / fitting));
      const tall = Math.ceil(points / count);
      if (codeOf(correlation, blocks, rows) * tall * vectors > mostCode) continue;
      const numbers = inX * tall * (acrossGroups ? vectors : 1);
      const step = Math.max(elements * tall * vectors, load * (inW * vectors + numbers), latency);
      const tiles = (count * Math.ceil(needed / vectors) * placesOf(correlation)) / elements;
      const turns = tiles * (step * axes.at(-1)!.sliding.size + row);
      const unroll = 2 * elements * tall * vectors <= machine.vectorRegisters ? 2 : 1;
      if (!best || turns < best.turns) best = { blocks, rows, points: tall, vectors, unroll, acrossGroups, turns };
    }
  }
  return best;
}

/** A column where nothing is known of it. */
const single: readonly Column[] = [{ w: { offset: 0, step: 1 }, x: { offset: 0, step: 1 }, from: 0, to: 0 }];

function placesOf({ axes }: Correlation): number {
  return sizeOf(axes.map(({ places }) => places));
}

function distinct(columns: readonly Column[], side: "x" | "w"): number {
  return new Set(columns.map((column) => column[side].offset)).size;
}

/** The elements that a tile may have. */
function shapesOf(correlation: Correlation): Pick<CorrelationPlan, "blocks" | "rows">[] {
  const { axes } = correlation;
  const last = axes.at(-1)!;
  if (last.sliding.base > 1) return [{ blocks: gappedOf(last).map((column) => [column]), rows: false }];
  const shapes: Pick<CorrelationPlan, "blocks" | "rows">[] = [{ blocks: null, rows: false }];
  const before = axes.at(-2);
  for (const skewed of [false, true]) {
    const blocks = [columnsOf(last, skewed)];
    shapes.push({ blocks, rows: false });
    if (before && before.places > 1 && before.sliding.base === 1) shapes.push({ blocks, rows: true });
  }
  return shapes;
}

type Axis = Correlation["axes"][number];

/**
 * All elements without gaps: in step j, element k reads column j of w, or (`skewed`) one so many before that elements share what they
 * read of x.
 */
function columnsOf({ sliding, extent, places }: Axis, skewed: boolean): Column[] {
  const { size, stride, dilation, low } = sliding;
  return Array.from({ length: places }, (_, k) => {
    const back = skewed ? Math.floor((k * stride) / dilation) : 0;
    const start = k * stride - low - back * dilation;
    const [w, x] = [
      { offset: -back, step: 1 },
      { offset: start, step: dilation },
    ];
    const from = Math.max(back, Math.ceil(-start / dilation));
    const to = Math.min(back + size, Math.ceil((extent - start) / dilation));
    return { w, x, from, to: Math.max(from, to) };
  });
}

/** Elements with gaps between the positions of x: only some columns of w meet one. */
function gappedOf({ sliding, extent, places }: Axis): Column[] {
  return Array.from({ length: places }, (_, k) => {
    const met: number[] = [];
    for (let o = 0; o < sliding.size; o++) {
      if (readPosition({ ...sliding, size: sliding.size }, extent, k, o) >= 0) met.push(o);
    }
    const position = (i: number): number => readPosition(sliding, extent, k, met[i]!);
    const [first = 0, second = first + 1] = met;
    const [w, x] = [
      { offset: first, step: second - first },
      { offset: met.length > 0 ? position(0) : 0, step: met.length > 1 ? position(1) - position(0) : 1 },
    ];
    return { w, x, from: 0, to: met.length };
  });
}

/** Neighbouring steps with the same elements. */
export interface Segment {
  readonly from: number;
  readonly to: number;
  /** Numbers of the elements in their block. */
  readonly elements: readonly number[];
}

export function segmentsOf(columns: readonly Column[]): Segment[] {
  const ends = [...new Set(columns.flatMap(({ from, to }) => [from, to]))].sort((a, b) => a - b);
  return ends.slice(0, -1).flatMap((from, i) => {
    const elements = [...columns.keys()].filter((k) => columns[k]!.from <= from && from < columns[k]!.to);
    return elements.length > 0 ? [{ from, to: ends[i + 1]!, elements }] : [];
  });
}

/** Rows of w that meet the same elements of the axis before the last. */
export function rowSegmentsOf({ axes }: Correlation): Segment[] {
  return segmentsOf(columnsOf(axes.at(-2)!, false));
}

/** Multiply-adds in the code, for each point and vector. */
function codeOf(correlation: Correlation, blocks: CorrelationPlan["blocks"], rows: boolean): number {
  if (!blocks) return 1;
  const heights = rows ? rowSegmentsOf(correlation).map(({ elements }) => elements.length) : [1];
  const widths = blocks.flatMap((columns) => segmentsOf(columns).map(({ elements }) => elements.length));
  const parts = needsParts(correlation) ? blocks.flat().length : 0;
  const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
  return sum(heights) * (sum(widths) + parts);
}

/** Whether a chain may begin or end inside a row. */
export function needsParts(correlation: Correlation): boolean {
  return termsOf(correlation) > chain && chain % correlation.axes.at(-1)!.sliding.size !== 0;
}

/** The correlation of a convolution's operands, of x with its groups apart. */
export function correlationOf(
  { x, w, y, attributes: { axes, groups } }: Convolution,
  operands: { readonly x: Linear; readonly w: Linear; readonly y: Linear },
): Correlation {
  return {
    points: x[0]!,
    groups,
    outputs: w[0]! / groups,
    channels: w[1]!,
    axes: axes.map((axis, i) => ({ sliding: { ...axis, size: w[2 + i]! }, extent: x[1 + i]!, places: y[1 + i]! })),
    ...operands,
  };
}

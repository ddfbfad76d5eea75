/**
 * The inner code of reductions: which results are computed side by side, and how a block of elements becomes one. The order of
 * combination is the contract's rule for sums, whatever the lanes: along the innermost axis 16 interleaved partials per block of
 * 1024 and a fixed tree; along outer axes one chain per block of 256.
 */

import { sizeOf } from "../base/shape.ts";
import type { ReduceOperation } from "../graph/operation.ts";
import type { KernelBuilder } from "../kernel/builder.ts";
import type { Index, Vector } from "../kernel/language.ts";
import type { ScalarType } from "../kernel/scalars.ts";
import type { Member } from "./body.ts";
import { type Buffers, Evaluator, type Position } from "./evaluate.ts";
import type { Expression } from "./expression.ts";
import { manyParts, overParts } from "./parts.ts";

/** Partials of the innermost rule, however many lanes there are. */
const partials = 16;
/** Rows of no more elements are written out, without a loop. */
export const shortRow = 64;
/** Chains side by side down an outer axis: few, so that there are parts for many threads; of large inputs whole rows, if they fit. */
const [fewChains, mostChains] = [4, 16];
/** Elements that no cache near the processor holds. */
const large = 2 ** 19;

/** Whether an input is so large that pieces of its rows would be read slowly. */
export function isLarge(sizes: readonly number[]): boolean {
  return sizeOf(sizes) >= large;
}

/** Vectors of results side by side where each has `terms` chains. */
export function panelVectorsFor(terms: number, sizes: readonly number[], vectorRegisters: number): number {
  const most = isLarge(sizes) ? mostChains : fewChains;
  return Math.max(1, Math.min(most, Math.floor(vectorRegisters / 2 / terms)));
}

/** What is combined, and how. */
export interface Term {
  readonly op: ReduceOperation<unknown>;
  readonly type: ScalarType;
  readonly input: Expression;
}

export interface Reduction {
  /** One per result: siblings are reduced in one pass. */
  readonly terms: readonly Term[];
  readonly members: readonly Member[];
  /** Sizes of the kept axes and, last, of the one reduced axis. */
  readonly sizes: readonly number[];
  /** Whether the tensor's last axis is reduced. */
  readonly inner: boolean;
  /** Vectors of results side by side, each a chain of its own down an outer axis. */
  readonly panelVectors: number;
}

/** A loop counter (or null for 0) plus a constant. */
export type Coordinate = Position["axes"][number];

export const origin: Coordinate = { index: null, offset: 0 };

export const counter = (index: Index): Coordinate => ({ index, offset: 0 });

/** Elements of a block. */
export function blockLength({ inner }: Reduction): number {
  return inner ? 1024 : 256;
}

/** Results that are computed side by side: one along the innermost axis, else vectors of neighbours. */
export interface Results {
  readonly vectors: number;
  /** Where the results of a vector lie; `along` is the coordinate on the reduced axis. */
  at(vector: number, along: Coordinate): Position;
}

/** Results that are computed side by side down an outer axis: as many for each panel as registers hold, and about as many in the last. */
export function panelOf({ inner, sizes, panelVectors }: Reduction, lanes: number): { width: number; count: number } {
  const size = sizes.at(-2);
  if (inner || size === undefined) return { width: 1, count: 1 };
  const vectors = Math.ceil(size / lanes);
  const width = lanes * Math.ceil(vectors / Math.ceil(vectors / panelVectors));
  return { width, count: Math.ceil(size / width) };
}

/** Parts that the results of a reduction make. */
export function resultParts(reduction: Reduction, lanes: number): number {
  const { inner, sizes } = reduction;
  return inner ? sizeOf(sizes.slice(0, -1)) : sizeOf(sizes.slice(0, -2)) * panelOf(reduction, lanes).count;
}

/** Visits all results with every one of `blocks` blocks of their reduced axis (its number is null where there is one). */
export function overResults(
  k: KernelBuilder,
  reduction: Reduction,
  blocks: number,
  visit: (results: Results, block: Index | null) => void,
): number {
  const { inner, sizes } = reduction;
  const kept = sizes.slice(0, -1);
  const length = Math.ceil(sizes.at(-1)! / blocks);
  const split = blocks > 1 ? [blocks] : [];
  if (inner || kept.length === 0) {
    return overParts(k, [...kept, ...split], length, (at) => {
      const axes = at.slice(0, kept.length).map(counter);
      const results = { vectors: 1, at: (_: number, along: Coordinate) => point([...axes, along]) };
      visit(results, at[kept.length] ?? null);
    });
  }
  const outer = kept.slice(0, -1);
  const { width, count } = panelOf(reduction, k.lanes);
  if (count === 1 || sizeOf(outer) >= manyParts) {
    return overParts(k, [...outer, ...split], kept.at(-1)! * length, (at) => {
      const block = at[outer.length] ?? null;
      overPanels(k, reduction, at.slice(0, outer.length), (results) => visit(results, block));
    });
  }
  return overParts(k, [...outer, count, ...split], width * length, (at) => {
    const [number, block] = [at[outer.length]!, at[outer.length + 1] ?? null];
    const panels = panelsOf(k, reduction, at.slice(0, outer.length));
    k.when(number, panels.whole, () => visit(panels.at(k.compute("mul", number, width)), block));
    if (panels.rest) k.when(k.index(panels.whole - 1), number, () => visit(panels.rest!, block));
  });
}

/** Visits the panels of results of one row of the outer axes. */
export function overPanels(
  k: KernelBuilder,
  reduction: Reduction,
  row: readonly Index[],
  visit: (results: Results) => void,
): void {
  const { width, whole, at, rest } = panelsOf(k, reduction, row);
  if (whole > 1) k.loop(0, whole * width, width, (column) => visit(at(column)));
  else if (whole > 0) visit(at(null));
  if (rest) visit(rest);
}

function panelsOf(k: KernelBuilder, reduction: Reduction, row: readonly Index[]) {
  const size = reduction.sizes.at(-2)!;
  const { width } = panelOf(reduction, k.lanes);
  const whole = Math.floor(size / width);
  const columns = (column: Coordinate, results: number): Results => ({
    vectors: Math.ceil(results / k.lanes),
    at: (vector, along) => ({
      axes: [...row.map(counter), { ...column, offset: column.offset + vector * k.lanes }, along],
      vectorAxis: row.length,
      active: Math.min(k.lanes, results - vector * k.lanes),
    }),
  });
  return {
    width,
    whole,
    at: (column: Index | null): Results => columns({ index: column, offset: 0 }, width),
    rest: whole * width < size ? columns({ index: null, offset: whole * width }, size - whole * width) : null,
  };
}

function point(axes: Position["axes"]): Position {
  return { axes, vectorAxis: -1, active: 1 };
}

/** `length` elements of the reduced axis from `index + offset` on, combined: for each term a value for each vector of the results. */
export function reduceBlock(
  k: KernelBuilder,
  reduction: Reduction,
  buffers: Buffers,
  results: Results,
  index: Index | null,
  offset: number,
  length: number,
): Vector[][] {
  const { terms, inner } = reduction;
  if (inner) {
    return terms.map(({ op, type, input }) => {
      const valueAt = (along: Coordinate, active: number): Vector => {
        const { axes } = results.at(0, along);
        return new Evaluator(k, buffers, { axes, vectorAxis: axes.length - 1, active }).value(input);
      };
      return [reduceRow(k, op, type, valueAt, index, offset, length)];
    });
  }
  const chains = identities(k, reduction, results).map((values) => values.map((value) => k.variable(value)));
  if (length > 0) {
    const from = index ? k.compute("add", index, offset) : k.index(offset);
    k.loop(from, k.compute("add", from, length), 1, (at) => {
      addElement(k, reduction, buffers, results, at, {
        load: (i, vector) => k.get(chains[i]![vector]!),
        store: (i, vector, value) => k.set(chains[i]![vector]!, value),
      });
    });
  }
  return chains.map((variables) => variables.map((chain) => k.get(chain)));
}

/** What a chain begins with, for each term and vector of the results. */
export function identities(k: KernelBuilder, { terms }: Reduction, { vectors }: Results): Vector[][] {
  return terms.map(({ op, type }) =>
    Array.from({ length: vectors }, () => k.constant(type, Number(op.identity(type)))),
  );
}

/** Where chains wait for their next element, by term and vector of the results. */
export interface Chains {
  load(term: number, vector: number): Vector;
  store(term: number, vector: number, value: Vector): void;
}

/** One more element to each of the chains down an outer axis. */
export function addElement(
  k: KernelBuilder,
  { terms }: Reduction,
  buffers: Buffers,
  results: Results,
  at: Index,
  { load, store }: Chains,
): void {
  for (let vector = 0; vector < results.vectors; vector++) {
    const evaluator = new Evaluator(k, buffers, results.at(vector, counter(at)));
    terms.forEach(({ op, type, input }, i) => {
      store(i, vector, op.combine(k.scalars, load(i, vector), evaluator.value(input), type));
    });
  }
}

/** A block along the innermost axis: `valueAt` gives up to `lanes` neighbours, the first of them `active`. */
export function reduceRow(
  k: KernelBuilder,
  op: ReduceOperation<unknown>,
  type: ScalarType,
  valueAt: (along: Coordinate, active: number) => Vector,
  index: Index | null,
  offset: number,
  length: number,
): Vector {
  const identity = Number(op.identity(type));
  const combine = (a: Vector, b: Vector): Vector => op.combine(k.scalars, a, b, type);
  const count = Math.max(1, partials / k.lanes);
  const sums = Array.from({ length: count }, () => k.variable(k.constant(type, identity)));
  const add = (number: number, along: Coordinate, active: number): void => {
    const sum = sums[number]!;
    k.set(sum, combine(k.get(sum), k.keep(valueAt(along, active), active, identity)));
  };
  const whole = length - (length % partials);
  if (whole > 0 && (index || length > shortRow)) {
    const from = index ? k.compute("add", index, offset) : k.index(offset);
    k.loop(from, k.compute("add", from, whole), partials, (at) => {
      sums.forEach((_, number) => add(number, { index: at, offset: number * k.lanes }, k.lanes));
    });
  } else {
    for (let at = 0; at < whole; at += k.lanes) add((at / k.lanes) % count, { index, offset: offset + at }, k.lanes);
  }
  for (let at = whole; at < length; at += k.lanes) {
    add((at - whole) / k.lanes, { index, offset: offset + at }, Math.min(k.lanes, length - at));
  }
  return foldPartials(
    k,
    sums.map((sum) => k.get(sum)),
    combine,
  );
}

/** The fixed tree over 16 partials: halves are combined, four times. Every lane ends with the result. */
function foldPartials(k: KernelBuilder, sums: readonly Vector[], combine: (a: Vector, b: Vector) => Vector): Vector {
  let vectors = sums;
  while (vectors.length > 1) {
    const half = vectors.length / 2;
    vectors = vectors.slice(0, half).map((vector, i) => combine(vector, vectors[i + half]!));
  }
  let [result] = vectors as [Vector];
  for (let distance = Math.min(k.lanes, partials) / 2; distance >= 1; distance /= 2) {
    result = combine(result, k.exchange(result, distance));
  }
  return result;
}

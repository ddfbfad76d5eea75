/**
 * Reduce kernels: map, then combine along the reduced axes, then an epilogue on the results. The order of combination is the
 * contract's rule for sums, whatever the lanes: along the innermost axis 16 interleaved partials per block of 1024 and a fixed
 * tree; along outer axes one chain per block of 256; blocks left to right.
 */

import { invariant } from "../base/errors.ts";
import { type Shape, showShape, sizeOf } from "../base/shape.ts";
import { build } from "../graph/build.ts";
import type { Node } from "../graph/node.ts";
import type { ReduceOperation } from "../graph/operation.ts";
import { KernelBuilder } from "../kernel/builder.ts";
import type { Index, Variable, Vector } from "../kernel/language.ts";
import { type ScalarType, scalarOf } from "../kernel/scalars.ts";
import { mergeAxes, project } from "./axes.ts";
import {
  BufferTable,
  describeMembers,
  linearsOfMembers,
  type Member,
  membersOf,
  type NodeCall,
  nameOfMembers,
  rewriteMembers,
  type Surroundings,
  storeMembers,
} from "./body.ts";
import { Evaluator, type Position } from "./evaluate.ts";
import {
  type Expression,
  flatten,
  identityAccess,
  type Linear,
  linearize,
  linearsOf,
  mapLinears,
} from "./expression.ts";
import { mapKernel } from "./map.ts";

/** Partials of the innermost rule, however many lanes there are. */
const partials = 16;
const innerBlock = 1024;
const outerBlock = 256;

interface Reduction {
  readonly op: ReduceOperation<unknown>;
  readonly type: ScalarType;
  readonly input: Expression;
  readonly members: readonly Member[];
  /** Sizes of the kept axes and, last, of the one reduced axis. */
  readonly sizes: readonly number[];
  /** Whether the tensor's last axis is reduced. */
  readonly inner: boolean;
}

export function lowerReduce(nodes: readonly Node[], around: Surroundings): NodeCall[] {
  const anchor = nodes[0]!;
  const { op } = anchor;
  invariant(op.kind === "reduce", "a reduce group is led by a reduction");
  const [source] = anchor.inputs as [Node];
  const axes = op.axes(anchor);
  const inner = axes.includes(source.shape.length - 1);
  const members = membersOf(nodes, anchor, around);

  const input = flatten(source, identityAccess(source.shape), source.shape.length, {
    stored: (node) => around.stored.has(node),
  })!;
  const direct = mergeReduction(input, source.shape, axes, members);
  if (direct) return [reduceKernel({ op, type: scalarOf(source.dtype), inner, ...direct }, anchor, around)];

  // The reduced axes do not lie in one line: bring them together at the end of a copy.
  const kept = source.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const order = [...kept, ...axes];
  const shape = order.map((axis) => source.shape[axis]!);
  const copy = build.input("reduce operand", shape, source.dtype);
  const permute = (at: Linear): Linear => ({ ...at, coefficients: order.map((axis) => at.coefficients[axis]!) });
  const copied: Member = {
    node: copy,
    expression: mapLinears(input, permute),
    output: linearize(identityAccess(shape), shape, shape.length),
  };
  const load: Expression = { kind: "load", node: copy, at: copied.output! };
  const lined = mergeReduction(
    load,
    shape,
    axes.map((_, i) => kept.length + i),
    members,
  )!;
  return [
    mapKernel([copied], shape, around),
    reduceKernel({ op, type: scalarOf(source.dtype), inner, ...lined }, anchor, around),
  ];
}

/** The reduction over merged axes, or null if its reduced axes do not merge into one. */
function mergeReduction(
  input: Expression,
  shape: Shape,
  axes: readonly number[],
  members: readonly Member[],
): Pick<Reduction, "input" | "members" | "sizes"> | null {
  const kept = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const lift = (at: Linear): Linear => {
    const coefficients = shape.map(() => 0);
    kept.forEach((axis, i) => {
      coefficients[axis] = at.coefficients[i]!;
    });
    return { offset: at.offset, coefficients };
  };
  const lifted = rewriteMembers(members, lift);
  const inputs = linearsOf(input);
  const reduced = mergeAxes(axes, shape, inputs);
  if (reduced.groups.length > 1) return null;
  const outer = mergeAxes(kept, shape, [...inputs, ...linearsOfMembers(lifted)]);
  const count = sizeOf(axes.map((axis) => shape[axis]!));
  const onto = (at: Linear): Linear => {
    const points = project(at, outer.groups);
    const along = project(at, reduced.groups).coefficients[0] ?? 0;
    return { ...points, coefficients: [...points.coefficients, along] };
  };
  return {
    input: mapLinears(input, onto),
    members: rewriteMembers(lifted, onto),
    sizes: [...outer.sizes, count],
  };
}

function reduceKernel(reduction: Reduction, anchor: Node, around: Surroundings): NodeCall {
  const { members, input, sizes, inner, op } = reduction;
  const table = new BufferTable();
  table.addExpression(input, new Set());
  table.addMembers(members);
  const probe: Member = { node: anchor.inputs[0]!, expression: input, output: null };
  const key =
    `${op.name} ${inner} ${sizes.join()}\n${describeMembers([probe], table)}\n` + describeMembers(members, table);
  const kernel = around.cached(key, () => {
    const k = new KernelBuilder(around.machine.lanes, table.written);
    const extent = inner ? innerKernel(k, reduction, table) : outerKernel(k, reduction, table);
    const name = `reduce ${nameOfMembers(members)} ${showShape(anchor.inputs[0]!.shape)}`;
    return k.finish(name, table.nodes.length, extent);
  });
  return { kernel, buffers: table.nodes };
}

/** The last axis is reduced: lanes run along it, and each result is one point. */
function innerKernel(k: KernelBuilder, reduction: Reduction, table: BufferTable): number {
  const { op, type, input, members, sizes } = reduction;
  const kept = sizes.slice(0, -1);
  const count = sizes.at(-1)!;
  const identity = k.constant(type, Number(op.identity(type)));
  const combine = (a: Vector, b: Vector): Vector => op.combine(k.scalars, a, b, type);

  const point = (outer: readonly Index[]): void => {
    const axesAt = (index: Index | null, offset: number): Position["axes"] => [
      ...outer.map((index) => ({ index, offset: 0 })),
      { index, offset },
    ];
    const valueAt = (index: Index | null, offset: number, active: number): Vector => {
      const position = { axes: axesAt(index, offset), vectorAxis: kept.length, active };
      const value = new Evaluator(k, table.numbers, position).value(input);
      return k.keep(value, active, Number(op.identity(type)));
    };
    // One block of `length` elements from `index + offset` on.
    const block = (index: Index | null, offset: number, length: number): Vector => {
      const sums: Variable[] = [];
      for (let lane = 0; lane < partials; lane += k.lanes) sums.push(k.variable(identity));
      const add = (number: number, value: Vector): void => k.set(sums[number]!, combine(k.get(sums[number]!), value));
      const whole = length - (length % partials);
      if (whole > 0) {
        const from = index ? k.compute("add", index, offset) : k.index(offset);
        k.loop(from, k.compute("add", from, whole), partials, (at) => {
          sums.forEach((_, number) => add(number, valueAt(at, number * k.lanes, k.lanes)));
        });
      }
      for (let at = whole; at < length; at += k.lanes) {
        add((at - whole) / k.lanes, valueAt(index, offset + at, Math.min(k.lanes, length - at)));
      }
      return foldPartials(
        k,
        sums.map((sum) => k.get(sum)),
        combine,
      );
    };
    const [result] = overBlocks(k, count, innerBlock, combine, (...range) => [block(...range)]);
    const position = { axes: axesAt(null, 0), vectorAxis: -1, active: 1 };
    storeMembers(k, members, table, position, result!);
  };

  const nest = (outer: readonly Index[]): void => {
    if (outer.length === kept.length) point(outer);
    else k.loop(0, kept[outer.length]!, 1, (index) => nest([...outer, index]));
  };
  if (kept.length === 0) point([]);
  else k.loop(k.begin, k.end, 1, (index) => nest([index]));
  return kept[0] ?? 1;
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

/** Blocks of the reduced axis, combined left to right; `block(index, offset, length)` reduces one, several results at once. */
function overBlocks(
  k: KernelBuilder,
  count: number,
  size: number,
  combine: (a: Vector, b: Vector) => Vector,
  block: (index: Index | null, offset: number, length: number) => Vector[],
): Vector[] {
  if (count <= size) return block(null, 0, count);
  const whole = count - (count % size);
  const totals = block(null, 0, size).map((first) => k.variable(first));
  const add = (values: readonly Vector[]): void =>
    totals.forEach((total, i) => k.set(total, combine(k.get(total), values[i]!)));
  if (whole > size) k.loop(size, whole, size, (index) => add(block(index, 0, size)));
  if (whole < count) add(block(null, whole, count - whole));
  return totals.map((total) => k.get(total));
}

/** The last axis is kept: lanes run along it, several vectors side by side, each a chain down the reduced axis. */
function outerKernel(k: KernelBuilder, reduction: Reduction, table: BufferTable): number {
  const { op, type, input, members, sizes } = reduction;
  const kept = sizes.slice(0, -1);
  const count = sizes.at(-1)!;
  const identity = k.constant(type, Number(op.identity(type)));
  const combine = (a: Vector, b: Vector): Vector => op.combine(k.scalars, a, b, type);
  const last = kept.length - 1;

  // `vectors` neighbouring vectors from `index + offset` on; the last has `active` lanes.
  const columns = (
    outer: readonly Index[],
    index: Index | null,
    offset: number,
    vectors: number,
    active: number,
  ): void => {
    const positionAt = (vector: number, along: { index: Index | null; offset: number }): Position => ({
      axes: [
        ...outer.map((index) => ({ index, offset: 0 })),
        ...(last < 0 ? [] : [{ index, offset: offset + vector * k.lanes }]),
        along,
      ],
      vectorAxis: last,
      active: vector === vectors - 1 ? active : k.lanes,
    });
    const chains = (index: Index | null, offset: number, length: number): Vector[] => {
      const sums = Array.from({ length: vectors }, () => k.variable(identity));
      const from = index ? k.compute("add", index, offset) : k.index(offset);
      if (length > 0)
        k.loop(from, k.compute("add", from, length), 1, (at) => {
          sums.forEach((sum, vector) => {
            const value = new Evaluator(k, table.numbers, positionAt(vector, { index: at, offset: 0 })).value(input);
            k.set(sum, combine(k.get(sum), value));
          });
        });
      return sums.map((sum) => k.get(sum));
    };
    const results = overBlocks(k, count, outerBlock, combine, chains);
    results.forEach((result, vector) => {
      storeMembers(k, members, table, positionAt(vector, { index: null, offset: 0 }), result);
    });
  };

  if (last < 0) {
    columns([], null, 0, 1, 1);
    return 1;
  }
  const size = kept[last]!;
  const wide = 4 * k.lanes;
  const wholeWide = size - (size % wide);
  const whole = size - (size % k.lanes);
  const rest = (outer: readonly Index[]): void => {
    if (whole > wholeWide) columns(outer, null, wholeWide, (whole - wholeWide) / k.lanes, k.lanes);
    if (size > whole) columns(outer, null, whole, 1, size - whole);
  };
  const row = (outer: readonly Index[]): void => {
    if (wholeWide > 0) k.loop(0, wholeWide, wide, (index) => columns(outer, index, 0, 4, k.lanes));
    rest(outer);
  };
  const nest = (outer: readonly Index[]): void => {
    if (outer.length === last) row(outer);
    else k.loop(0, kept[outer.length]!, 1, (index) => nest([...outer, index]));
  };
  if (last === 0 && size > wide) {
    k.loop(k.begin, k.compute("min", k.end, wholeWide / wide), 1, (part) => {
      columns([], k.compute("mul", part, wide), 0, 4, k.lanes);
    });
    const extent = Math.ceil(size / wide);
    if (wholeWide < size) k.when(k.index(extent - 1), k.end, () => rest([]));
    return extent;
  }
  if (last === 0) {
    row([]);
    return 1;
  }
  k.loop(k.begin, k.end, 1, (index) => nest([index]));
  return kept[0]!;
}

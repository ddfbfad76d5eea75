/**
 * Reduce kernels: map, then combine along the reduced axes, then an epilogue on the results; the blocks of the contract's rule for
 * sums are combined left to right. Where results are few and blocks many, threads share the blocks: a first kernel reduces each of
 * them, a second one combines.
 */

import { invariant } from "../base/errors.ts";
import { type Shape, showShape, sizeOf } from "../base/shape.ts";
import { build } from "../graph/build.ts";
import type { Node } from "../graph/node.ts";
import { KernelBuilder } from "../kernel/builder.ts";
import type { Index, Vector } from "../kernel/language.ts";
import { scalarOf } from "../kernel/scalars.ts";
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
import { addressOf, laneStride, type Position } from "./evaluate.ts";
import {
  type Expression,
  flatten,
  identityAccess,
  type Linear,
  linearize,
  linearsOf,
  mapLinears,
} from "./expression.ts";
import { mapKernel, overPoints } from "./map.ts";
import {
  blockLength,
  type Coordinate,
  origin,
  overResults,
  type Reduction,
  reduceBlock,
  resultParts,
} from "./reduceBlock.ts";

/** A reduction of more blocks than this is cut into them, where its results make fewer parts. */
const worthSplitting = 16;

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
  if (direct) return reduceCalls({ op, type: scalarOf(source.dtype), inner, ...direct }, anchor, around);

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
    ...reduceCalls({ op, type: scalarOf(source.dtype), inner, ...lined }, anchor, around),
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

function reduceCalls(reduction: Reduction, anchor: Node, around: Surroundings): NodeCall[] {
  const { sizes } = reduction;
  const blocks = Math.ceil(sizes.at(-1)! / blockLength(reduction));
  if (blocks <= worthSplitting || resultParts(reduction, around.machine.lanes) >= worthSplitting) {
    return [wholeKernel(reduction, anchor, around)];
  }
  const sums = build.input("block results", [blocks, ...sizes.slice(0, -1)], anchor.dtype);
  return [blocksKernel(reduction, sums, anchor, around), combineKernel(reduction, sums, around)];
}

/** What makes two reductions the same, but for their epilogue. */
function describeInput({ op, input, inner, sizes }: Reduction, anchor: Node, table: BufferTable): string {
  const probe: Member = { node: anchor.inputs[0]!, expression: input, output: null };
  return `${op.name} ${inner} ${sizes.join()}\n${describeMembers([probe], table)}`;
}

/** Blocks, combination and epilogue in one kernel. */
function wholeKernel(reduction: Reduction, anchor: Node, around: Surroundings): NodeCall {
  const { members, input, sizes } = reduction;
  const table = new BufferTable();
  table.addExpression(input, new Set());
  table.addMembers(members);
  const key = `reduce ${describeInput(reduction, anchor, table)}\n${describeMembers(members, table)}`;
  const kernel = around.cached(key, () => {
    const k = new KernelBuilder(around.machine.lanes, table.written);
    const extent = overResults(k, reduction, 1, (results) => {
      const totals = overBlocks(k, reduction, sizes.at(-1)!, (...range) =>
        reduceBlock(k, reduction, table.numbers, results, ...range),
      );
      totals.forEach((total, vector) => storeMembers(k, members, table, results.at(vector, origin), total));
    });
    const name = `reduce ${nameOfMembers(members)} ${showShape(anchor.inputs[0]!.shape)}`;
    return k.finish(name, table.nodes.length, extent);
  });
  return { kernel, buffers: table.nodes };
}

/** Blocks of the reduced axis, combined left to right; `block(index, offset, length)` reduces one, several results at once. */
function overBlocks(
  k: KernelBuilder,
  reduction: Reduction,
  count: number,
  block: (index: Index | null, offset: number, length: number) => Vector[],
): Vector[] {
  const { op, type } = reduction;
  const size = blockLength(reduction);
  if (count <= size) return block(null, 0, count);
  const whole = count - (count % size);
  const totals = block(null, 0, size).map((first) => k.variable(first));
  const add = (values: readonly Vector[]): void =>
    totals.forEach((total, i) => k.set(total, op.combine(k.scalars, k.get(total), values[i]!, type)));
  if (whole > size) k.loop(size, whole, size, (index) => add(block(index, 0, size)));
  if (whole < count) add(block(null, whole, count - whole));
  return totals.map((total) => k.get(total));
}

/** Where block results lie, over the kept axes and the number of the block. */
function placeOfSums(sums: Node): Linear {
  const { offset, coefficients } = linearize(identityAccess(sums.shape), sums.shape, sums.shape.length);
  return { offset, coefficients: [...coefficients.slice(1), coefficients[0]!] };
}

/** The result of every block to `sums`. */
function blocksKernel(reduction: Reduction, sums: Node, anchor: Node, around: Surroundings): NodeCall {
  const { input, sizes } = reduction;
  const table = new BufferTable();
  table.addExpression(input, new Set());
  const to = table.add(sums, true);
  const place = placeOfSums(sums);
  const blocks = sums.shape[0]!;
  const size = blockLength(reduction);
  const wholeBlocks = Math.floor(sizes.at(-1)! / size);
  const kernel = around.cached(`reduce blocks ${describeInput(reduction, anchor, table)}`, () => {
    const k = new KernelBuilder(around.machine.lanes, table.written);
    const extent = overResults(k, reduction, blocks, (results, block) => {
      const write = (index: Index | null, offset: number, length: number): void => {
        const values = reduceBlock(k, reduction, table.numbers, results, index, offset, length);
        values.forEach((value, vector) => {
          const position = results.at(vector, { index: block, offset: 0 });
          k.store(addressOf(to, sums.dtype, place, position), sums.dtype, value, 1, position.active);
        });
      };
      const whole = (): void => write(k.compute("mul", block!, size), 0, size);
      if (wholeBlocks === blocks) whole();
      else {
        k.when(block!, wholeBlocks, whole);
        k.when(k.index(wholeBlocks - 1), block!, () => write(null, wholeBlocks * size, sizes.at(-1)! % size));
      }
    });
    return k.finish(
      `reduce blocks ${anchor.op.name} ${showShape(anchor.inputs[0]!.shape)}`,
      table.nodes.length,
      extent,
    );
  });
  return { kernel, buffers: table.nodes };
}

/** Block results combined left to right, and the epilogue. */
function combineKernel(reduction: Reduction, sums: Node, around: Surroundings): NodeCall {
  const { op, type, members, sizes } = reduction;
  const table = new BufferTable();
  const from = table.add(sums);
  table.addMembers(members);
  const place = placeOfSums(sums);
  const [blocks] = sums.shape as [number];
  const key = `combine ${op.name} ${type} ${sums.shape.join()}\n${describeMembers(members, table)}`;
  const kernel = around.cached(key, () => {
    const k = new KernelBuilder(around.machine.lanes, table.written);
    const extent = overPoints(k, sizes.slice(0, -1), blocks, (position) => {
      const at = (along: Coordinate): Position => ({ ...position, axes: [...position.axes, along] });
      const load = (along: Coordinate): Vector => {
        const here = at(along);
        return k.load(addressOf(from, sums.dtype, place, here), sums.dtype, laneStride(place, here), position.active);
      };
      const total = k.variable(load(origin));
      k.loop(1, blocks, 1, (index) => {
        k.set(total, op.combine(k.scalars, k.get(total), load({ index, offset: 0 }), type));
      });
      storeMembers(k, members, table, at(origin), k.get(total));
    });
    return k.finish(`combine ${nameOfMembers(members)} ${showShape(sums.shape)}`, table.nodes.length, extent);
  });
  return { kernel, buffers: table.nodes };
}

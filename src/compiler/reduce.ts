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
import { flatten, identityAccess, type Linear, linearize, linearsOf, mapLinears } from "./expression.ts";
import { mapKernel, overPoints } from "./map.ts";
import {
  blockLength,
  type Chains,
  type Coordinate,
  origin,
  overResults,
  panelVectorsFor,
  type Reduction,
  type Results,
  reduceBlock,
  resultParts,
  type Term,
} from "./reduceBlock.ts";
import { isWide, writeBlocks, writeWideBlocks } from "./reduceBlocks.ts";

/** A reduction of more blocks than this is cut into them, where its results make fewer parts; a large one sooner. */
const worthSplitting = 16;
const [largeSize, worthSplittingLarge] = [2 ** 16, 4];

/** @param groups  the members of each reduction, the reduction first; all go along the same axes of the same shape */
export function lowerReduce(groups: readonly (readonly Node[])[], around: Surroundings): NodeCall[] {
  const anchors = groups.map(([anchor]) => anchor!);
  const [{ op, inputs }] = anchors as [Node];
  invariant(op.kind === "reduce", "a reduce group is led by a reduction");
  const { shape } = inputs[0]!;
  const axes = op.axes(anchors[0]!);
  const members = groups.flatMap((group) => membersOf(group, group[0]!, around));
  const terms = anchors.map((anchor): Term => {
    const [source] = anchor.inputs as [Node];
    invariant(anchor.op.kind === "reduce", "siblings of reductions are reductions");
    const input = flatten(source, identityAccess(shape), shape.length, { stored: (node) => around.stored.has(node) })!;
    return { op: anchor.op, type: scalarOf(source.dtype), input };
  });
  const panelVectors = panelVectorsFor(terms.length, shape, around.machine.vectorRegisters);
  const rest = { inner: axes.includes(shape.length - 1), panelVectors };
  const direct = mergeReduction(terms, shape, axes, members);
  if (direct) return reduceCalls({ ...direct, ...rest }, anchors, around);

  // The reduced axes do not lie in one line: a copy brings them together, at its end if they are no neighbours.
  const all = shape.map((_, axis) => axis);
  const neighbours = axes.every((axis, i) => i === 0 || axis === axes[i - 1]! + 1);
  const order = neighbours ? all : [...all.filter((axis) => !axes.includes(axis)), ...axes];
  const lined = order.map((axis) => shape[axis]!);
  const permute = (at: Linear): Linear => ({ ...at, coefficients: order.map((axis) => at.coefficients[axis]!) });
  const output = linearize(identityAccess(lined), lined, lined.length);
  const copies = anchors.map((anchor) => build.input("reduce operand", lined, anchor.inputs[0]!.dtype));
  const copied = terms.map(
    ({ input }, i): Member => ({ node: copies[i]!, expression: mapLinears(input, permute), output }),
  );
  const loads = terms.map((term, i): Term => ({ ...term, input: { kind: "load", node: copies[i]!, at: output } }));
  const moved = axes.map((axis) => order.indexOf(axis));
  const merged = mergeReduction(loads, lined, moved, members)!;
  return [mapKernel(copied, lined, around), ...reduceCalls({ ...merged, ...rest }, anchors, around)];
}

/** The reduction over merged axes, or null if its reduced axes do not merge into one. */
function mergeReduction(
  terms: readonly Term[],
  shape: Shape,
  axes: readonly number[],
  members: readonly Member[],
): Pick<Reduction, "terms" | "members" | "sizes"> | null {
  const kept = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const lift = (at: Linear): Linear => {
    const coefficients = shape.map(() => 0);
    kept.forEach((axis, i) => {
      coefficients[axis] = at.coefficients[i]!;
    });
    return { offset: at.offset, coefficients };
  };
  const lifted = rewriteMembers(members, lift);
  const inputs = terms.flatMap(({ input }) => linearsOf(input));
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
    terms: terms.map((term) => ({ ...term, input: mapLinears(term.input, onto) })),
    members: rewriteMembers(lifted, onto),
    sizes: [...outer.sizes, count],
  };
}

function reduceCalls(reduction: Reduction, anchors: readonly Node[], around: Surroundings): NodeCall[] {
  const { sizes } = reduction;
  const blocks = Math.ceil(sizes.at(-1)! / blockLength(reduction));
  const wide = isWide(reduction, around.machine.lanes);
  const enough = sizeOf(sizes) >= largeSize ? worthSplittingLarge : worthSplitting;
  if (!wide && (blocks <= enough || resultParts(reduction, around.machine.lanes) >= enough)) {
    return [wholeKernel(reduction, anchors, around)];
  }
  const sums = anchors.map(({ dtype }) => build.input("block results", [blocks, ...sizes.slice(0, -1)], dtype));
  return [blocksKernel(reduction, sums, anchors, around), combineKernel(reduction, sums, around)];
}

/** What makes two reductions the same, but for their epilogues. */
function describeInputs({ terms, inner, sizes }: Reduction, anchors: readonly Node[], table: BufferTable): string {
  const probes = terms.map(
    ({ input }, i): Member => ({ node: anchors[i]!.inputs[0]!, expression: input, output: null }),
  );
  const names = terms.map(({ op }) => op.name).join("·");
  return `${names} ${inner} ${sizes.join()}\n${describeMembers(probes, table)}`;
}

/** A table of what all terms read. */
function tableOf({ terms }: Reduction): BufferTable {
  const table = new BufferTable();
  for (const { input } of terms) table.addExpression(input, new Set());
  return table;
}

/** Blocks, combination and epilogues in one kernel. */
function wholeKernel(reduction: Reduction, anchors: readonly Node[], around: Surroundings): NodeCall {
  const { members, sizes } = reduction;
  const table = tableOf(reduction);
  table.addMembers(members);
  const key = `reduce ${describeInputs(reduction, anchors, table)}\n${describeMembers(members, table)}`;
  const kernel = around.cached(key, () => {
    const k = new KernelBuilder(around.machine.lanes, table.written);
    const extent = overResults(k, reduction, 1, (results) => {
      const totals = overBlocks(k, reduction, sizes.at(-1)!, (...range) =>
        reduceBlock(k, reduction, table.numbers, results, ...range),
      );
      for (let vector = 0; vector < results.vectors; vector++) {
        const values = totals.map((total) => total[vector]!);
        storeMembers(k, members, table, results.at(vector, origin), values);
      }
    });
    const name = `reduce ${nameOfMembers(members)} ${showShape(anchors[0]!.inputs[0]!.shape)}`;
    return k.finish(name, table.nodes.length, extent);
  });
  return { kernel, buffers: table.nodes };
}

/** Blocks of the reduced axis, combined left to right; `block(index, offset, length)` reduces one, several results at once. */
function overBlocks(
  k: KernelBuilder,
  reduction: Reduction,
  count: number,
  block: (index: Index | null, offset: number, length: number) => Vector[][],
): Vector[][] {
  const { terms } = reduction;
  const size = blockLength(reduction);
  if (count <= size) return block(null, 0, count);
  const whole = count - (count % size);
  const totals = block(null, 0, size).map((values) => values.map((first) => k.variable(first)));
  const add = (blocks: readonly (readonly Vector[])[]): void =>
    terms.forEach(({ op, type }, i) =>
      totals[i]!.forEach((total, vector) =>
        k.set(total, op.combine(k.scalars, k.get(total), blocks[i]![vector]!, type)),
      ),
    );
  if (whole > size) k.loop(size, whole, size, (index) => add(block(index, 0, size)));
  if (whole < count) add(block(null, whole, count - whole));
  return totals.map((variables) => variables.map((total) => k.get(total)));
}

/** Where block results lie, over the kept axes and the number of the block. */
function placeOfSums(sums: Node): Linear {
  const { offset, coefficients } = linearize(identityAccess(sums.shape), sums.shape, sums.shape.length);
  return { offset, coefficients: [...coefficients.slice(1), coefficients[0]!] };
}

/** The results of every block to `sums`, one node for each term. */
function blocksKernel(
  reduction: Reduction,
  sums: readonly Node[],
  anchors: readonly Node[],
  around: Surroundings,
): NodeCall {
  const table = tableOf(reduction);
  const to = sums.map((node) => table.add(node, true));
  const [first] = sums as [Node];
  const place = placeOfSums(first);
  const kernel = around.cached(`reduce blocks ${describeInputs(reduction, anchors, table)}`, () => {
    const k = new KernelBuilder(around.machine.lanes, table.written);
    const chainsOf = (results: Results, block: Index | null): Chains => {
      const at = (i: number, vector: number) => {
        const position = results.at(vector, { index: block, offset: 0 });
        return { address: addressOf(to[i]!, sums[i]!.dtype, place, position), active: position.active };
      };
      return {
        load: (i, vector) => {
          const { address, active } = at(i, vector);
          return k.load(address, sums[i]!.dtype, 1, active);
        },
        store: (i, vector, value) => {
          const { address, active } = at(i, vector);
          k.store(address, sums[i]!.dtype, value, 1, active);
        },
      };
    };
    const write = isWide(reduction, k.lanes) ? writeWideBlocks : writeBlocks;
    const extent = write(k, reduction, table.numbers, chainsOf);
    const names = anchors.map(({ op }) => op.name).join("·");
    return k.finish(`reduce blocks ${names} ${showShape(anchors[0]!.inputs[0]!.shape)}`, table.nodes.length, extent);
  });
  return { kernel, buffers: table.nodes };
}

/** Block results combined left to right, and the epilogues. */
function combineKernel(reduction: Reduction, sums: readonly Node[], around: Surroundings): NodeCall {
  const { terms, members, sizes } = reduction;
  const table = new BufferTable();
  const from = sums.map((node) => table.add(node));
  table.addMembers(members);
  const [{ shape }] = sums as [Node];
  const place = placeOfSums(sums[0]!);
  const [blocks] = shape as [number];
  const names = terms.map(({ op, type }) => `${op.name} ${type}`).join();
  const key = `combine ${names} ${shape.join()}\n${describeMembers(members, table)}`;
  const kernel = around.cached(key, () => {
    const k = new KernelBuilder(around.machine.lanes, table.written);
    const extent = overPoints(k, sizes.slice(0, -1), blocks, (position) => {
      const at = (along: Coordinate): Position => ({ ...position, axes: [...position.axes, along] });
      const load = (i: number, along: Coordinate): Vector => {
        const [here, { dtype }] = [at(along), sums[i]!];
        return k.load(addressOf(from[i]!, dtype, place, here), dtype, laneStride(place, here), position.active);
      };
      const totals = terms.map((_, i) => k.variable(load(i, origin)));
      k.loop(1, blocks, 1, (index) => {
        terms.forEach(({ op, type }, i) => {
          const total = totals[i]!;
          k.set(total, op.combine(k.scalars, k.get(total), load(i, { index, offset: 0 }), type));
        });
      });
      const values = totals.map((total) => k.get(total));
      storeMembers(k, members, table, at(origin), values);
    });
    return k.finish(`combine ${nameOfMembers(members)} ${showShape(shape)}`, table.nodes.length, extent);
  });
  return { kernel, buffers: table.nodes };
}

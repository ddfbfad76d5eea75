/**
 * Map kernels: every member at every point, one pass over memory. Neighbouring axes are merged; the last runs along the lanes.
 */

import { type Shape, showShape, sizeOf } from "../base/shape.ts";
import type { Node } from "../graph/node.ts";
import { KernelBuilder } from "../kernel/builder.ts";
import type { Index } from "../kernel/language.ts";
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
import type { Position } from "./evaluate.ts";
import { manyParts, overParts, partSize } from "./parts.ts";
import { crossedOf, squaresKernel } from "./squares.ts";

/** Chunks of a row are multiples of this many points: whole vectors and whole cache lines. */
const chunkUnit = 64;

export function lowerMap(nodes: readonly Node[], around: Surroundings): NodeCall {
  return mapKernel(membersOf(nodes, null, around), nodes[0]!.shape, around);
}

/** A kernel that computes `members`, given over the axes of `shape`. */
export function mapKernel(members: readonly Member[], shape: Shape, around: Surroundings): NodeCall {
  const axes = shape.map((_, axis) => axis);
  const { groups, sizes } = mergeAxes(axes, shape, linearsOfMembers(members));
  const merged = rewriteMembers(members, (at) => project(at, groups));
  const table = new BufferTable();
  table.addMembers(merged);
  const key = `map ${sizes.join()}\n${describeMembers(merged, table)}`;
  const kernel = around.cached(key, () => {
    const { lanes } = around.machine;
    const name = `map ${nameOfMembers(members)} ${showShape(shape)}`;
    const crossed = crossedOf(merged, sizes, lanes);
    if (crossed) return squaresKernel(crossed, merged, sizes, table, name, lanes);
    const k = new KernelBuilder(lanes, table.written);
    const extent = overPoints(k, sizes, 1, (position) => storeMembers(k, merged, table, position, null));
    return k.finish(name, table.nodes.length, extent);
  });
  return { kernel, buffers: table.nodes };
}

/**
 * Runs `body` at every point, the last axis along the lanes; returns the number of parts.
 *
 * @param work  operations that `body` stands for at each point
 */
export function overPoints(
  k: KernelBuilder,
  sizes: readonly number[],
  work: number,
  body: (position: Position) => void,
): number {
  const last = sizes.length - 1;
  if (last < 0) {
    body({ axes: [], vectorAxis: -1, active: 1 });
    return 1;
  }
  const outer = sizes.slice(0, -1);
  const size = sizes[last]!;
  const whole = size - (size % k.lanes);
  const at = (outer: readonly Index[], index: Index | null, offset: number, active: number): void => {
    const axes = [...outer.map((index) => ({ index, offset: 0 })), { index, offset }];
    body({ axes, vectorAxis: last, active });
  };
  const vectors = (outer: readonly Index[], from: Index | number, to: Index | number): void => {
    if (whole > 0) k.loop(from, to, k.lanes, (index) => at(outer, index, 0, k.lanes));
  };
  const rest = (outer: readonly Index[]): void => {
    if (whole < size) at(outer, null, whole, size - whole);
  };

  const length = Math.ceil(partSize / work / chunkUnit) * chunkUnit;
  const chunks = Math.ceil(size / length);
  if (chunks === 1 || sizeOf(outer) >= manyParts) {
    return overParts(k, outer, size * work, (at) => {
      vectors(at, 0, whole);
      rest(at);
    });
  }
  // Few rows, and long ones: they are cut too.
  return overParts(k, [...outer, chunks], length * work, (at) => {
    const [row, chunk] = [at.slice(0, -1), at.at(-1)!];
    const from = k.compute("mul", chunk, length);
    vectors(row, from, k.compute("min", k.compute("add", from, length), whole));
    k.when(k.index(chunks - 2), chunk, () => rest(row));
  });
}

/**
 * Map kernels: every member at every point, one pass over memory. Neighbouring axes are merged; the last runs along the lanes.
 */

import { type Shape, showShape } from "../base/shape.ts";
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

/** Points of a one-axis kernel that form one part. */
const partSize = 1024;

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
    const k = new KernelBuilder(around.machine.lanes, table.written);
    const extent = overPoints(k, sizes, (position) => storeMembers(k, merged, table, position, null));
    return k.finish(`map ${nameOfMembers(members)} ${showShape(shape)}`, table.nodes.length, extent);
  });
  return { kernel, buffers: table.nodes };
}

/** Runs `body` at every point, the last axis along the lanes; returns the number of parts. */
export function overPoints(k: KernelBuilder, sizes: readonly number[], body: (position: Position) => void): number {
  const last = sizes.length - 1;
  if (last < 0) {
    body({ axes: [], vectorAxis: -1, active: 1 });
    return 1;
  }
  const at = (outer: readonly Index[], index: Index | null, offset: number, active: number): void => {
    const axes = [...outer.map((index) => ({ index, offset: 0 })), { index, offset }];
    body({ axes, vectorAxis: last, active });
  };
  const size = sizes[last]!;
  const whole = size - (size % k.lanes);
  if (last === 0) return overOneAxis(k, size, whole, at);

  const nest = (outer: readonly Index[]): void => {
    if (outer.length === last) {
      if (whole > 0) k.loop(0, whole, k.lanes, (index) => at(outer, index, 0, k.lanes));
      if (whole < size) at(outer, null, whole, size - whole);
    } else {
      k.loop(0, sizes[outer.length]!, 1, (index) => nest([...outer, index]));
    }
  };
  k.loop(k.begin, k.end, 1, (index) => nest([index]));
  return sizes[0]!;
}

function overOneAxis(
  k: KernelBuilder,
  size: number,
  whole: number,
  at: (outer: readonly Index[], index: Index | null, offset: number, active: number) => void,
): number {
  const extent = Math.ceil(size / partSize);
  if (extent === 1) {
    if (whole > 0) k.loop(0, whole, k.lanes, (index) => at([], index, 0, k.lanes));
    if (whole < size) at([], null, whole, size - whole);
    return 1;
  }
  k.loop(k.begin, k.end, 1, (part) => {
    const from = k.compute("mul", part, partSize);
    const to = k.compute("min", k.compute("add", from, partSize), k.index(whole));
    k.loop(from, to, k.lanes, (index) => at([], index, 0, k.lanes));
  });
  if (whole < size) {
    k.when(k.index(extent - 1), k.end, () => at([], null, whole, size - whole));
  }
  return extent;
}

/**
 * Window kernels: operations over the same windows of the same input in one pass, each with its epilogue. How a window is walked is decided
 * here: fast where it is small and regular, element by element where not.
 */

import { invariant } from "../base/errors.ts";
import { showShape } from "../base/shape.ts";
import type { Node } from "../graph/node.ts";
import { KernelBuilder } from "../kernel/builder.ts";
import type { Vector } from "../kernel/language.ts";
import { scalarOf } from "../kernel/scalars.ts";
import {
  BufferTable,
  describeMembers,
  type Member,
  membersOf,
  type NodeCall,
  nameOfMembers,
  rewriteMembers,
  type Surroundings,
  storeMembers,
} from "./body.ts";
import { addressOf, laneStride, type Position } from "./evaluate.ts";
import { loadOf } from "./operand.ts";
import { counter } from "./reduceBlock.ts";
import { windowOf } from "./windowFold.ts";
import { overPointsOfWindows } from "./windowPoints.ts";
import { type Half, planOf, type Scaled, WindowWriter } from "./windowWriter.ts";

/** @param groups  the members of each operation, the operation first */
export function lowerWindows(groups: readonly (readonly Node[])[], around: Surroundings): NodeCall[] {
  const nodes = groups.map(([node]) => node!);
  const [node] = nodes as [Node];
  invariant(node.op.kind === "window", "a window group is led by windows");
  const loads = node.inputs.map((input) => loadOf(input, around));
  const members = groups.flatMap((group) => membersOf(group, group[0]!, around));
  const table = new BufferTable();
  for (const load of loads) table.add(load.node);
  table.addMembers(members);
  const names = nodes.map(({ op }) => op.name).join();
  const operands = loads.map(({ node, at }) => `${node.dtype} ${table.add(node)} ${at.offset}+${at.coefficients}`);
  const windows = JSON.stringify(windowOf(node).windows(node));
  const key = `${names} ${node.inputs[0]!.shape} ${windows} ${operands.join("; ")}\n${describeMembers(members, table)}`;

  const kernel = around.cached(key, () => {
    const k = new KernelBuilder(around.machine.lanes, table.written);
    const read = (input: number, position: Position, half: Half | null): Vector => {
      const { node, at } = loads[input]!;
      const { vectorAxis, active } = position;
      const load = (offset: number, stride: number, active: number): Vector => {
        const axes = position.axes.map((axis, i) =>
          i === vectorAxis ? { ...axis, offset: axis.offset + offset } : axis,
        );
        return k.load(addressOf(table.add(node), node.dtype, at, { ...position, axes }), node.dtype, stride, active);
      };
      const stride = laneStride(at, position);
      if (!half) return load(0, stride, active);
      if (stride !== 1) return load(0, 2 * stride, active);
      const first = half.second ? -1 : 0;
      const length = half.both ? 2 * active : 2 * active - 1;
      const [low, high] = [Math.min(length, k.lanes), Math.max(0, length - k.lanes)];
      const rest = high > 0 ? load(first + k.lanes, 1, high) : k.constant(scalarOf(node.dtype), 0);
      return halves(k, load(first, 1, low), rest)[half.second ? 1 : 0];
    };
    const store = (position: Position, values: readonly Vector[], scaled: Scaled | null): void => {
      storeMembers(k, scaledMembers(members, scaled), table, position, values);
    };
    const plan = planOf(nodes);
    const extent = plan
      ? new WindowWriter(k, { nodes, plan, read, store }).write()
      : overPointsOfWindows(
          k,
          nodes,
          (input, positions, { vectorAxis, active }) =>
            read(input, { axes: positions.map(counter), vectorAxis, active }, null),
          (position, values) => store(position, values, null),
        );
    return k.finish(`${nameOfMembers(members)} ${showShape(node.inputs[0]!.shape)}`, table.nodes.length, extent);
  });
  return [{ kernel, buffers: table.nodes }];
}

/** The elements of two vectors at even places, and those at odd ones: each lane bit changes places with the one before it. */
function halves(k: KernelBuilder, a: Vector, b: Vector): [even: Vector, odd: Vector] {
  let pair: [Vector, Vector] = [a, b];
  for (let distance = k.lanes / 2; distance >= 1; distance /= 2) {
    const [low, high] = pair;
    pair = [k.interchange(low, high, distance, false), k.interchange(low, high, distance, true)];
  }
  return pair;
}

/** The members over an axis that counts turns. */
function scaledMembers(members: readonly Member[], scaled: Scaled | null): readonly Member[] {
  if (!scaled || (scaled.factor === 1 && scaled.offset === 0)) return members;
  const { axis, factor, offset } = scaled;
  return rewriteMembers(members, (at) => ({
    offset: at.offset + at.coefficients[axis]! * offset,
    coefficients: at.coefficients.with(axis, at.coefficients[axis]! * factor),
  }));
}

/**
 * Window kernels: operations over the same windows of the same input in one pass, each with its epilogue. How a window is walked is decided
 * here: fast where it is small and regular, element by element where not.
 */

import { invariant } from "../base/errors.ts";
import { showShape } from "../base/shape.ts";
import type { Node } from "../graph/node.ts";
import { KernelBuilder } from "../kernel/builder.ts";
import type { Vector } from "../kernel/language.ts";
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
import { planOf, type Scaled, WindowWriter } from "./windowWriter.ts";

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
    const read = (input: number, position: Position): Vector => {
      const { node, at } = loads[input]!;
      return k.load(
        addressOf(table.add(node), node.dtype, at, position),
        node.dtype,
        laneStride(at, position),
        position.active,
      );
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
            read(input, { axes: positions.map(counter), vectorAxis, active }),
          (position, values) => store(position, values, null),
        );
    return k.finish(`${nameOfMembers(members)} ${showShape(node.inputs[0]!.shape)}`, table.nodes.length, extent);
  });
  return [{ kernel, buffers: table.nodes }];
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

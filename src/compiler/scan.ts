/** Running sums: chains of 256 along the axis, the sums of whole blocks before them; lanes along the last axis that is kept. */

import { invariant } from "../base/errors.ts";
import { showShape } from "../base/shape.ts";
import type { Node } from "../graph/node.ts";
import { KernelBuilder } from "../kernel/builder.ts";
import type { Index, Vector } from "../kernel/language.ts";
import { numbersOf, scalarOf } from "../kernel/scalars.ts";
import { BufferTable, type NodeCall, type Surroundings } from "./body.ts";
import { addressOf, laneStride, type Position } from "./evaluate.ts";
import { identityAccess, type Linear, linearize } from "./expression.ts";
import { overPoints } from "./map.ts";
import { loadOf } from "./operand.ts";

/** A block of the contract's rule for sums along outer axes. */
const block = 256;

export function lowerScan([node]: readonly Node[], around: Surroundings): NodeCall[] {
  invariant(node?.op.kind === "scan", "a scan group is one operation");
  const [input] = node.inputs as [Node];
  const along = node.op.axis(node);
  const rank = input.shape.length;
  const load = loadOf(input, around);
  const kept = input.shape.map((_, axis) => axis).filter((axis) => axis !== along);
  const order = [...kept, along];
  const inOrder = (at: Linear): Linear => ({ ...at, coefficients: order.map((axis) => at.coefficients[axis]!) });
  const source = inOrder(load.at);
  const target = inOrder(linearize(identityAccess(node.shape), node.shape, rank));
  const count = input.shape[along]!;
  const points = kept.map((axis) => input.shape[axis]!);

  const table = new BufferTable();
  const from = table.add(load.node);
  const to = table.add(node, true);
  const key = `${node.op.name} ${points} ${count} ${input.dtype} ${source.offset}+${source.coefficients} ${target.coefficients}`;
  const kernel = around.cached(key, () => {
    const k = new KernelBuilder(around.machine.lanes, table.written);
    const type = scalarOf(input.dtype);
    const { add } = numbersOf(k.scalars, type);
    const zero = k.constant(type, 0);
    const extent = overPoints(k, points, count, (position) => {
      const at = (index: Index): Position => ({ ...position, axes: [...position.axes, { index, offset: 0 }] });
      const load1 = (index: Index): Vector => {
        const here = at(index);
        const address = addressOf(from, load.node.dtype, source, here);
        return k.load(address, load.node.dtype, laneStride(source, here), position.active);
      };
      const store = (index: Index, value: Vector): void => {
        const here = at(index);
        k.store(
          addressOf(to, node.dtype, target, here),
          node.dtype,
          value,
          laneStride(target, here) || 1,
          position.active,
        );
      };
      // One block; `before` is the sum of those in front of it, if there are any.
      const chain = (begin: Index, end: Index, before: (() => Vector) | null): Vector => {
        const sum = k.variable(zero);
        k.loop(begin, end, 1, (index) => {
          k.set(sum, add(k.get(sum), load1(index)));
          store(index, before ? add(before(), k.get(sum)) : k.get(sum));
        });
        return k.get(sum);
      };
      const first = chain(k.index(0), k.index(Math.min(block, count)), null);
      if (count <= block) return;
      const total = k.variable(first);
      k.loop(block, count, block, (begin) => {
        const end = k.compute("min", k.compute("add", begin, block), k.index(count));
        const sum = chain(begin, end, () => k.get(total));
        k.set(total, add(k.get(total), sum));
      });
    });
    return k.finish(`${node.op.name} ${showShape(input.shape)}`, table.nodes.length, extent);
  });
  return [{ kernel, buffers: table.nodes }];
}

/** The index of the first NaN, else of the first maximum: one pass along the axis, lanes along the last axis that is kept. */

import { invariant } from "../base/errors.ts";
import { showShape } from "../base/shape.ts";
import type { Node } from "../graph/node.ts";
import { KernelBuilder } from "../kernel/builder.ts";
import type { Vector } from "../kernel/language.ts";
import { type ScalarType, scalarOf } from "../kernel/scalars.ts";
import { BufferTable, type NodeCall, type Surroundings } from "./body.ts";
import { addressOf, laneStride, type Position } from "./evaluate.ts";
import { flatten, identityAccess, type Linear, linearize } from "./expression.ts";
import { overPoints } from "./map.ts";

export function lowerArgReduce([node]: readonly Node[], around: Surroundings): NodeCall[] {
  invariant(node?.op.kind === "argReduce", "an argReduce group is one operation");
  const [input] = node.inputs as [Node];
  const reduced = node.op.axis(node);
  const rank = input.shape.length;
  const load = flatten(input, identityAccess(input.shape), rank, { stored: (other) => around.stored.has(other) });
  invariant(load?.kind === "load", "the operand of an argReduce is in memory");
  const kept = input.shape.map((_, axis) => axis).filter((axis) => axis !== reduced);
  const order = [...kept, reduced];
  const source: Linear = { ...load.at, coefficients: order.map((axis) => load.at.coefficients[axis]!) };
  const target = linearize(identityAccess(node.shape), node.shape, kept.length);

  const table = new BufferTable();
  const from = table.add(load.node);
  const to = table.add(node, true);
  const count = input.shape[reduced]!;
  const key = `argReduce ${node.shape} ${count} ${input.dtype} ${source.offset}+${source.coefficients}`;
  const kernel = around.cached(key, () => {
    const k = new KernelBuilder(around.machine.lanes, table.written);
    const type = scalarOf(input.dtype);
    const extent = overPoints(k, node.shape, count, (position) => {
      const valueAt = (along: Position["axes"][number]): Vector => {
        const here = { ...position, axes: [...position.axes, along] };
        return k.load(
          addressOf(from, load.node.dtype, source, here),
          load.node.dtype,
          laneStride(source, here),
          position.active,
        );
      };
      const first = valueAt({ index: null, offset: 0 });
      const best = k.variable(first);
      const place = k.variable(k.constant("int32", 0));
      k.loop(1, count, 1, (index) => {
        const value = valueAt({ index, offset: 0 });
        const better = isBetter(k, value, k.get(best), type);
        const { int32 } = k.scalars;
        k.set(place, int32.select(better, k.splat(index), k.get(place)));
        k.set(best, k.scalar("select", type, type, [better, value, k.get(best)]));
      });
      const address = addressOf(to, "int32", target, position);
      k.store(address, "int32", k.get(place), laneStride(target, position) || 1, position.active);
    });
    return k.finish(`${node.op.name} ${showShape(input.shape)}`, table.nodes.length, extent);
  });
  return [{ kernel, buffers: table.nodes }];
}

/** Greater than the best so far, or the first NaN. */
export function isBetter(k: KernelBuilder, value: Vector, best: Vector, type: ScalarType): Vector {
  const { bool } = k.scalars;
  if (type === "bool") return bool.and(value, bool.not(best));
  if (type === "int32" || type === "uint32") return k.scalars[type].less(best, value);
  const float = k.scalars[type];
  return bool.and(bool.not(float.lessEqual(value, best)), float.equal(best, best));
}

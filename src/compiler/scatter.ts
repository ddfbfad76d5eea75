/** scatterAdd: zero, then add row after row in index order; indices out of range touch nothing. One part: order is the meaning. */

import { invariant } from "../base/errors.ts";
import { showShape, sizeOf } from "../base/shape.ts";
import type { Node } from "../graph/node.ts";
import { KernelBuilder } from "../kernel/builder.ts";
import type { Index } from "../kernel/language.ts";
import { scalarOf } from "../kernel/scalars.ts";
import { BufferTable, type Member, type NodeCall, type Surroundings } from "./body.ts";
import { identityAccess, linearize } from "./expression.ts";
import { mapKernel } from "./map.ts";

export function lowerScatterAdd([node]: readonly Node[], around: Surroundings): NodeCall[] {
  invariant(node?.op.kind === "scatterAdd", "a scatterAdd group is one operation");
  const [indices, updates] = node.inputs as [Node, Node];
  const { shape, dtype } = node;
  const output = linearize(identityAccess(shape), shape, shape.length);
  const zero: Member = { node, expression: { kind: "constant", value: 0, dtype }, output };
  const size = shape[0]!;
  const count = sizeOf(indices.shape);
  const rowSize = sizeOf(shape.slice(1));

  const table = new BufferTable();
  const [from, rows, to] = [table.add(indices), table.add(updates), table.add(node, true)];
  const kernel = around.cached(`scatterAdd ${dtype} ${size} ${count} ${rowSize} ${from} ${rows}`, () => {
    const k = new KernelBuilder(around.machine.lanes, table.written);
    const type = scalarOf(dtype);
    const bytes = 4;
    k.loop(0, count, 1, (i) => {
      const target = k.loadIndex({ buffer: from, offset: 0, terms: [{ index: i, scale: 4 }] }, "int32");
      const add = (column: Index, active: number): void => {
        const at = (buffer: number, row: Index) => ({
          buffer,
          offset: 0,
          terms: [
            { index: row, scale: rowSize * bytes },
            { index: column, scale: bytes },
          ],
        });
        const sum = k.scalar("add", type, type, [
          k.load(at(to, target), dtype, 1, active),
          k.load(at(rows, i), dtype, 1, active),
        ]);
        k.store(at(to, target), dtype, sum, 1, active);
      };
      const whole = rowSize - (rowSize % k.lanes);
      k.when(k.index(-1), target, () => {
        k.when(target, size, () => {
          if (whole > 0) k.loop(0, whole, k.lanes, (column) => add(column, k.lanes));
          if (whole < rowSize) add(k.index(whole), rowSize - whole);
        });
      });
    });
    return k.finish(`scatterAdd ${showShape(updates.shape)}`, table.nodes.length, 1);
  });
  return [mapKernel([zero], shape, around), { kernel, buffers: table.nodes }];
}

/**
 * The kernel of a row group: for each row, its stages one after the other. Values per row stay in registers, and so do the elements
 * of short rows; those of long rows that a later stage reads go through memory.
 */

import { invariant } from "../base/errors.ts";
import { type Shape, showShape } from "../base/shape.ts";
import { build } from "../graph/build.ts";
import type { Node } from "../graph/node.ts";
import type { ReduceOperation } from "../graph/operation.ts";
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
import { Evaluator, type Position } from "./evaluate.ts";
import { flatten, identityAccess, type Linear } from "./expression.ts";
import type { Group } from "./group.ts";
import { overParts } from "./parts.ts";
import { type Coordinate, counter, origin, reduceRow, shortRow } from "./reduceBlock.ts";

/** A group over merged row axes and, last, the axis along the row. */
interface Stage {
  /** What combines the row, if it does. */
  readonly op: ReduceOperation<unknown> | null;
  /** Elements of the row; 0 for a map of values per row. */
  readonly length: number;
  /** What is combined, as a member that is never stored; none for a map. */
  readonly input: readonly Member[];
  readonly members: readonly Member[];
}

export function lowerRows(groups: readonly Group[], around: Surroundings): NodeCall {
  const rows = groups.find(({ anchor }) => anchor)!.anchor!.shape;
  const apart = groups.map((group) => stageOf(group, groups, rows, around));
  const axes = rows.map((_, axis) => axis);
  const all = (stages: readonly Stage[]): Member[] => stages.flatMap(({ input, members }) => [...input, ...members]);
  const merged = mergeAxes(axes, rows, linearsOfMembers(all(apart)));
  const onto = (at: Linear): Linear => ({
    offset: at.offset,
    coefficients: [...project(at, merged.groups).coefficients, at.coefficients[rows.length]!],
  });
  const stages = apart.map((stage) => ({
    ...stage,
    input: rewriteMembers(stage.input, onto),
    members: rewriteMembers(stage.members, onto),
  }));

  const table = new BufferTable();
  table.addMembers(all(stages));
  const steps = stages.map(({ op, length, members }) => `${op?.name ?? "map"} ${length} ${members.length}`);
  const key = `rows ${merged.sizes.join()} ${steps.join("; ")}\n${describeMembers(all(stages), table)}`;
  const kernel = around.cached(key, () => {
    const k = new KernelBuilder(around.machine.lanes, table.written);
    const work = stages.reduce((sum, { length }) => sum + Math.max(1, length), 0);
    const extent = overParts(k, merged.sizes, work, (row) => new RowWriter(k, table, row).write(stages));
    const name = `rows ${nameOfMembers(stages.flatMap(({ members }) => members))} ${showShape(rows)}`;
    return k.finish(name, table.nodes.length, extent);
  });
  return { kernel, buffers: table.nodes };
}

/** A group as a stage, over the axes of `rows` and one more. */
function stageOf(group: Group, groups: readonly Group[], rows: Shape, around: Surroundings): Stage {
  const { anchor, members: nodes } = group;
  const shape = anchor ? anchor.inputs[0]!.shape : nodes[0]!.shape;
  const length = shape.length > rows.length ? shape.at(-1)! : 0;
  const isRead = (node: Node): boolean => groups.some((other) => other !== group && other.reads.has(node));
  const escapes = (node: Node): boolean => around.escapes(node) || (!anchor && length > shortRow && isRead(node));
  const rank = rows.length + 1;
  const lift = ({ offset, coefficients }: Linear): Linear => ({
    offset,
    coefficients: coefficients.length < rank ? [...coefficients, 0] : coefficients,
  });
  const members = rewriteMembers(membersOf(nodes, anchor, { ...around, escapes }), lift);
  if (!anchor) return { op: null, length, input: [], members };
  invariant(anchor.op.kind === "reduce", "rows are combined by reductions");
  const source = anchor.inputs[0]!;
  const expression = flatten(source, identityAccess(shape), rank, { stored: (node) => around.stored.has(node) })!;
  const input = { node: build.input("reduced row", shape, source.dtype), expression, output: null };
  return { op: anchor.op, length, input: [input], members };
}

/** Writes the code of one row. */
class RowWriter {
  readonly #k: KernelBuilder;
  readonly #table: BufferTable;
  readonly #axes: readonly Coordinate[];
  /** Values per row: the same in every lane. */
  readonly #known = new Map<Node, Vector>();
  /** Where the elements of short rows are evaluated, by length and first element: what a stage computes is there for the next. */
  readonly #vectors = new Map<string, Evaluator>();

  constructor(k: KernelBuilder, table: BufferTable, row: readonly Index[]) {
    this.#k = k;
    this.#table = table;
    this.#axes = row.map(counter);
  }

  write(stages: readonly Stage[]): void {
    for (const stage of stages) {
      if (stage.op) this.#perRow(stage, this.#combine(stage, stage.op));
      else if (stage.length === 0) this.#perRow(stage, null);
      else this.#alongRow(stage);
    }
  }

  #combine({ input: [input], length }: Stage, op: ReduceOperation<unknown>): Vector {
    const valueAt = (along: Coordinate, active: number): Vector =>
      this.#evaluator(length, this.#position(along, active)).value(input!.expression!);
    return reduceRow(this.#k, op, scalarOf(input!.node.dtype), valueAt, null, 0, length);
  }

  #perRow({ members }: Stage, anchor: Vector | null): void {
    const position = { axes: [...this.#axes, origin], vectorAxis: -1, active: 1 };
    const evaluator = new Evaluator(this.#k, this.#table.numbers, position, this.#known);
    const values = storeMembers(this.#k, members, this.#table, position, anchor, evaluator);
    members.forEach(({ node }, i) => this.#known.set(node, values[i]!));
  }

  #alongRow({ members, length }: Stage): void {
    const k = this.#k;
    const whole = length > shortRow ? length - (length % k.lanes) : 0;
    const visit = (along: Coordinate, active: number): void => {
      const position = this.#position(along, active);
      storeMembers(k, members, this.#table, position, null, this.#evaluator(length, position));
    };
    if (whole > 0) k.loop(0, whole, k.lanes, (index) => visit(counter(index), k.lanes));
    for (let at = whole; at < length; at += k.lanes) {
      visit({ index: null, offset: at }, Math.min(k.lanes, length - at));
    }
  }

  #position(along: Coordinate, active: number): Position {
    return { axes: [...this.#axes, along], vectorAxis: this.#axes.length, active };
  }

  #evaluator(length: number, position: Position): Evaluator {
    const { offset } = position.axes.at(-1)!;
    const key = `${length} ${offset}`;
    const known = length <= shortRow ? this.#vectors.get(key) : undefined;
    const evaluator = known ?? new Evaluator(this.#k, this.#table.numbers, position, this.#known);
    if (length <= shortRow) this.#vectors.set(key, evaluator);
    return evaluator;
  }
}

/**
 * Map kernels that read one tensor across its lines, such as a gradient whose axes lie in another order than its parameter's: squares of it
 * are loaded along its lines and transposed in registers, instead of each number by itself. Refuses what needs several of them at once.
 */

import { KernelBuilder } from "../kernel/builder.ts";
import type { Index, Kernel } from "../kernel/language.ts";
import { type BufferTable, type Member, storeMembers } from "./body.ts";
import { addressOf, Evaluator, type Position } from "./evaluate.ts";
import type { Expression } from "./expression.ts";
import { overParts } from "./parts.ts";

type Load = Expression & { readonly kind: "load" };

/** Axes shorter than this are not worth a square. */
const shortest = 4;
/** Operations in the code of a square, for all its rows. */
const mostCode = 512;

/** What is read across its lines, and the axis along which those lie, one way or the other. */
export interface Crossed {
  readonly load: Load;
  readonly axis: number;
}

/** The one load of a map's members that steps over lines from lane to lane, if there is exactly one and all else is in line. */
export function crossedOf(members: readonly Member[], sizes: readonly number[], lanes: number): Crossed | null {
  const last = sizes.length - 1;
  if (last < 1 || sizes[last]! < shortest) return null;
  const { loads, operations } = partsOf(members);
  const computed = new Set(members.map(({ node }) => node));
  const strides = (coefficient: number): boolean => coefficient !== 0 && coefficient !== 1;
  const crossed = loads.filter(({ node, at }) => !computed.has(node) && strides(at.coefficients[last]!));
  const [load] = crossed;
  if (!load || crossed.length > 1 || load.node.dtype !== "float32" || operations * lanes > mostCode) return null;
  if (members.some(({ output }) => output && output.coefficients[last] !== 1)) return null;
  const axis = load.at.coefficients.findIndex(
    (coefficient, i) => i !== last && Math.abs(coefficient) === 1 && sizes[i]! >= shortest,
  );
  return axis < 0 ? null : { load, axis };
}

function partsOf(members: readonly Member[]): { loads: Load[]; operations: number } {
  const seen = new Set<Expression>();
  const visit = (expression: Expression): void => {
    if (seen.has(expression)) return;
    seen.add(expression);
    if (expression.kind === "apply") expression.args.forEach(visit);
    if (expression.kind === "gather") visit(expression.index);
  };
  for (const { expression } of members) if (expression) visit(expression);
  const all = [...seen];
  return { loads: all.filter(({ kind }) => kind === "load") as Load[], operations: all.length };
}

/** The map over squares of the crossed axis and the last one. */
export function squaresKernel(
  { load, axis }: Crossed,
  members: readonly Member[],
  sizes: readonly number[],
  table: BufferTable,
  name: string,
  lanes: number,
): Kernel {
  const k = new KernelBuilder(lanes, table.written);
  const last = sizes.length - 1;
  const others = sizes.filter((_, i) => i !== axis && i !== last);

  const square = (outer: readonly Index[], from: Index, rows: number, along: Index, columns: number): void => {
    const position = (row: number, column: number, vectorAxis: number, active: number): Position => {
      const axes = outer.map((index) => ({ index, offset: 0 }));
      axes.splice(axis, 0, { index: from, offset: row });
      return { axes: [...axes, { index: along, offset: column }], vectorAxis, active };
    };
    const buffer = table.add(load.node);
    const descends = load.at.coefficients[axis]! < 0;
    const lines = Array.from({ length: lanes }, (_, column) => {
      if (column >= columns) return k.constant("float32", 0);
      const start = position(descends ? rows - 1 : 0, column, axis, rows);
      return k.load(addressOf(buffer, "float32", load.at, start), "float32", 1, rows);
    });
    const values = k.transpose(lines);
    for (let row = 0; row < rows; row++) {
      const at = position(row, 0, last, columns);
      const evaluator = new Evaluator(k, table.numbers, at);
      evaluator.hold(load, values[descends ? rows - 1 - row : row]!);
      storeMembers(k, members, table, at, null, evaluator);
    }
  };

  const [tall, wide] = [sizes[axis]!, sizes[last]!];
  const [wholeRows, wholeColumns] = [Math.floor(tall / lanes), wide - (wide % lanes)];
  const strip = (outer: readonly Index[], block: Index, rows: number): void => {
    const from = k.compute("mul", block, lanes);
    if (wholeColumns > 0) k.loop(0, wholeColumns, lanes, (along) => square(outer, from, rows, along, lanes));
    if (wholeColumns < wide) square(outer, from, rows, k.index(wholeColumns), wide - wholeColumns);
  };
  const extent = overParts(k, [...others, Math.ceil(tall / lanes)], lanes * wide, (at) => {
    const [outer, block] = [at.slice(0, -1), at.at(-1)!];
    const rest = tall % lanes;
    if (wholeRows > 0 && rest > 0) {
      k.when(block, wholeRows, () => strip(outer, block, lanes));
      k.when(k.index(wholeRows - 1), block, () => strip(outer, block, rest));
    } else strip(outer, block, rest === 0 ? lanes : rest);
  });
  return k.finish(name, table.nodes.length, extent);
}

/**
 * Contract kernels: batched matrix product of two operands with any strides, register-blocked, with an epilogue. The order of k is
 * the contract's rule for contractions: chains from +0 of at most 1024 fused multiply-adds, parts added left to right; tiles,
 * packing and lanes never change it.
 */

import { invariant } from "../base/errors.ts";
import { type Shape, showShape, sizeOf } from "../base/shape.ts";
import { build } from "../graph/build.ts";
import type { Node } from "../graph/node.ts";
import type { DotAttributes } from "../graph/operation.ts";
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
} from "./body.ts";
import { type Access, type Expression, flatten, identityAccess, type Linear, linearize } from "./expression.ts";
import { mapKernel } from "./map.ts";
import { type Product, packedElements, productKernel } from "./product.ts";
import { tileOf } from "./tiles.ts";

/** The axes of the iteration space: batch, rows (free in a), columns (free in b), contracted. */
interface Space {
  readonly sizes: Shape;
  readonly batch: readonly number[];
  readonly rows: readonly number[];
  readonly columns: readonly number[];
  readonly inner: readonly number[];
  readonly a: Access;
  readonly b: Access;
}

export function lowerContract(nodes: readonly Node[], around: Surroundings): NodeCall[] {
  const anchor = nodes[0]!;
  const { op } = anchor;
  invariant(op.kind === "contract", "a contract group is led by a contraction");
  const [a, b] = anchor.inputs as [Node, Node];
  const space = spaceOf(op.axes(anchor), a.shape, b.shape);
  const rank = space.sizes.length;
  const operand = (node: Node, access: Access): Load => {
    const load = flatten(node, access, rank, { stored: (node) => around.stored.has(node) });
    invariant(load?.kind === "load", `operand ${node.op.name} of a contraction is not in memory`);
    return load;
  };
  const loads: [Load, Load] = [operand(a, space.a), operand(b, space.b)];
  const members = membersOf(nodes, anchor, around);

  const direct = mergeProduct(space, loads, members, around.machine.lanes);
  if (direct) return contractCalls(direct, members, loads, anchor, around);

  // Copy what does not lie in lines, and if the epilogue is in the way let it be a kernel of its own.
  const calls: NodeCall[] = [];
  const lined = loads.map((load, i) => {
    const axes = [...space.batch, ...(i === 0 ? [...space.rows, ...space.inner] : [...space.inner, ...space.columns])];
    const { call, load: copy } = copyOperand(load, axes, space, around);
    calls.push(call);
    return copy;
  }) as [Load, Load];
  const fused = mergeProduct(space, lined, members, around.machine.lanes);
  if (fused) return [...calls, ...contractCalls(fused, members, lined, anchor, around)];

  const alone: Member = {
    node: anchor,
    expression: null,
    output: linearize(identityAccess(anchor.shape), anchor.shape, anchor.shape.length),
  };
  const product = mergeProduct(space, lined, [alone], around.machine.lanes)!;
  calls.push(contractKernel(product, [alone], lined, anchor, around));
  const epilogue = members.filter(({ node }) => node !== anchor);
  if (epilogue.length > 0) calls.push(mapKernel(epilogue, anchor.shape, around));
  return calls;
}

type Load = Expression & { readonly kind: "load" };

function spaceOf({ batch, contract }: DotAttributes, a: Shape, b: Shape): Space {
  const freeA = a.map((_, axis) => axis).filter((axis) => !batch[0].includes(axis) && !contract[0].includes(axis));
  const freeB = b.map((_, axis) => axis).filter((axis) => !batch[1].includes(axis) && !contract[1].includes(axis));
  const order = [
    ...batch[0].map((axis, i) => ({ a: axis, b: batch[1][i]! })),
    ...freeA.map((axis) => ({ a: axis, b: -1 })),
    ...freeB.map((axis) => ({ a: -1, b: axis })),
    ...contract[0].map((axis, i) => ({ a: axis, b: contract[1][i]! })),
  ];
  const numbers = order.map((_, i) => i);
  const ends = [batch[0].length, freeA.length, freeB.length, contract[0].length];
  const starts = ends.map((_, i) => ends.slice(0, i).reduce((sum, n) => sum + n, 0));
  const range = (i: number): number[] => numbers.slice(starts[i]!, starts[i]! + ends[i]!);
  const access = (shape: Shape, side: "a" | "b"): Access =>
    shape.map((_, axis) => ({ offset: 0, coefficients: order.map((entry) => (entry[side] === axis ? 1 : 0)) }));
  return {
    sizes: order.map((entry) => (entry.a >= 0 ? a[entry.a]! : b[entry.b]!)),
    batch: range(0),
    rows: range(1),
    columns: range(2),
    inner: range(3),
    a: access(a, "a"),
    b: access(b, "b"),
  };
}

/** The product over merged axes [batch…, row, column, inner], or null if an axis does not merge into one. */
function mergeProduct(
  space: Space,
  [a, b]: readonly [Load, Load],
  members: readonly Member[],
  lanes: number,
): Product | null {
  const lifted = rewriteMembers(members, (at) => ({
    ...at,
    coefficients: [...at.coefficients, ...space.inner.map(() => 0)],
  }));
  const linears = [a.at, b.at, ...linearsOfMembers(lifted)];
  const merge = (axes: readonly number[]): readonly (readonly number[])[] =>
    mergeAxes(axes, space.sizes, linears).groups;
  const [batch, rows, columns, inner] = [space.batch, space.rows, space.columns, space.inner].map(merge) as [
    number[][],
    number[][],
    number[][],
    number[][],
  ];
  if (rows.length > 1 || columns.length > 1 || inner.length > 1) return null;
  const count = (axes: readonly number[]): number => sizeOf(axes.map((axis) => space.sizes[axis]!));
  const left = { axis: rows[0] ?? [], count: count(space.rows), load: a };
  const right = { axis: columns[0] ?? [], count: count(space.columns), load: b };
  // Lanes run along the columns: a result with hardly any is computed transposed (products commute, so no bit changes).
  const narrow = right.count < lanes && left.count > right.count;
  const [tall, wide] = narrow ? [right, left] : [left, right];
  const groups = [...batch, tall.axis, wide.axis, inner[0] ?? []];
  const onto = (at: Linear): Linear => ({
    offset: at.offset,
    coefficients: groups.map((group) => (group.length === 0 ? 0 : project(at, [group]).coefficients[0]!)),
  });
  return {
    batch: batch.map(count),
    rows: tall.count,
    columns: wide.count,
    inner: count(space.inner),
    a: { node: tall.load.node, at: onto(tall.load.at) },
    b: { node: wide.load.node, at: onto(wide.load.at) },
    members: rewriteMembers(lifted, onto),
  };
}

function copyOperand(
  load: Load,
  axes: readonly number[],
  space: Space,
  around: Surroundings,
): { call: NodeCall; load: Load } {
  const shape = axes.map((axis) => space.sizes[axis]!);
  const copy = build.input("contract operand", shape, load.node.dtype);
  const output = linearize(identityAccess(shape), shape, shape.length);
  const over = (at: Linear): Linear => ({ ...at, coefficients: axes.map((axis) => at.coefficients[axis]!) });
  const member: Member = { node: copy, expression: { ...load, at: over(load.at) }, output };
  const spread = space.sizes.map((_, axis) => {
    const position = axes.indexOf(axis);
    return position < 0 ? 0 : output.coefficients[position]!;
  });
  return {
    call: mapKernel([member], shape, around),
    load: { kind: "load", node: copy, at: { offset: 0, coefficients: spread } },
  };
}

/** The product, after a copy of a's rows where they would throw each other out of the cache. */
function contractCalls(
  product: Product,
  members: readonly Member[],
  loads: readonly [Load, Load],
  anchor: Node,
  around: Surroundings,
): NodeCall[] {
  const apart = rowsApart(product, around);
  if (!apart) return [contractKernel(product, members, loads, anchor, around)];
  return [apart.call, contractKernel(apart.product, members, loads, anchor, around)];
}

/** Rows that lie a multiple of so many elements apart share the few places that a first cache has for one address modulo a page. */
const pageElements = 1024;
/** What the rows of the copy are apart more than they are long: a cache line. */
const gap = 16;
/** A copy pays when it is read by this many columns, and where the rows of a tile do not fit those few places. */
const copyColumns = 128;
const places = 8;

function rowsApart(product: Product, around: Surroundings): { call: NodeCall; product: Product } | null {
  const { batch, rows, columns, inner, a } = product;
  if (batch.length > 0 || rows <= places || columns < copyColumns || tileOf(around.machine).rows <= places) return null;
  const [down, , along] = a.at.coefficients as [number, number, number];
  if (along !== 1 || down === 0 || down % pageElements !== 0) return null;
  const pitch = Math.ceil(inner / gap) * gap + gap;
  const copy = build.input("rows apart", [rows, pitch], a.node.dtype);
  const expression: Expression = { kind: "load", node: a.node, at: { offset: a.at.offset, coefficients: [down, 1] } };
  const output: Linear = { offset: 0, coefficients: [pitch, 1] };
  return {
    call: mapKernel([{ node: copy, expression, output }], [rows, inner], around),
    product: { ...product, a: { node: copy, at: { offset: 0, coefficients: [pitch, 0, 1] } } },
  };
}

function contractKernel(
  product: Product,
  members: readonly Member[],
  [a, b]: readonly [Load, Load],
  anchor: Node,
  around: Surroundings,
): NodeCall {
  const table = new BufferTable();
  table.add(product.a.node);
  table.add(product.b.node);
  table.addMembers(product.members);
  const shape = [...product.batch, product.rows, product.columns, product.inner];
  const strides = [product.a, product.b].map(({ node, at }) => `${table.add(node)} ${at.offset}+${at.coefficients}`);
  const key = `contract ${shape} | ${strides.join(" | ")}\n${describeMembers(product.members, table)}`;
  const packed = packedElements(product, around.machine);
  if (packed > 0) table.add(build.input("packed panel", [around.machine.workers, packed], "float32"), true);
  const name = `contract ${nameOfMembers(members)} ${showShape(a.node.shape)}·${showShape(b.node.shape)}`;
  const kernel = around.cached(key, () => productKernel(product, table, name, anchor, around.machine));
  return { kernel, buffers: table.nodes };
}

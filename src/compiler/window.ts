/**
 * Window kernels: for each output point the elements of its window in row-major order, combined in blocks of 256 or searched for the
 * first maximum. Lanes run along the last axis where its windows leave it as it is.
 */

import { bytesOf } from "../base/dtype.ts";
import { invariant } from "../base/errors.ts";
import { type Shape, showShape, sizeOf } from "../base/shape.ts";
import type { Node } from "../graph/node.ts";
import type { WindowOperation } from "../graph/operation.ts";
import type { Sliding } from "../graph/ops/spatial.ts";
import { KernelBuilder } from "../kernel/builder.ts";
import type { Address, Index, Vector } from "../kernel/language.ts";
import { scalarOf } from "../kernel/scalars.ts";
import { isBetter } from "./argReduce.ts";
import { BufferTable, type NodeCall, type Surroundings } from "./body.ts";
import { identityAccess, type Linear, linearize } from "./expression.ts";
import { loadOf } from "./operand.ts";
import { coordinates, whereRead } from "./sliding.ts";

/** A block of the contract's rule for sums along outer axes. */
const block = 256;

export function lowerWindow([node]: readonly Node[], around: Surroundings): NodeCall[] {
  invariant(node?.op.kind === "window", "a window group is one operation");
  const { op } = node;
  const [x] = node.inputs as [Node];
  const slidings = op.windows(node);
  const load = loadOf(x, around);
  const table = new BufferTable();
  const from = table.add(load.node);
  const to = table.add(node, true);
  const key = `${op.name} ${x.dtype} ${x.shape} ${JSON.stringify(slidings)} ${load.at.offset}+${load.at.coefficients}`;
  const kernel = around.cached(key, () => {
    const k = new KernelBuilder(around.machine.lanes, table.written);
    const target = linearize(identityAccess(node.shape), node.shape, node.shape.length);
    const extent = overOutputs(k, node.shape, slidings, (at, active, lanes) => {
      const read = (positions: readonly Index[]): Vector =>
        k.load(
          address(from, x.dtype, load.at, positions),
          load.node.dtype,
          lanes ? load.at.coefficients.at(-1)! : 0,
          active,
        );
      const each = (begin: Index, end: Index, visit: (position: Index, value: Vector) => void): void =>
        overWindow(k, slidings, x.shape, at, begin, end, (position, positions) => visit(position, read(positions)));
      const result = op.gives === "place" ? firstMaximum(k, op, node, each) : combination(k, op, node, each);
      k.store(address(to, node.dtype, target, at), node.dtype, result, 1, active);
    });
    return k.finish(`${op.name} ${showShape(x.shape)}`, table.nodes.length, extent);
  });
  return [{ kernel, buffers: table.nodes }];
}

type Each = (begin: Index, end: Index, visit: (position: Index, value: Vector) => void) => void;

/** Output points, or vectors of them along the last axis. */
function overOutputs(
  k: KernelBuilder,
  shape: Shape,
  slidings: readonly Sliding[],
  body: (at: readonly Index[], active: number, lanes: boolean) => void,
): number {
  const { size, stride, low, high, base } = slidings.at(-1) ?? { size: 0, stride: 1, low: 0, high: 0, base: 1 };
  const plain = size === 1 && stride === 1 && low === 0 && high === 0 && base === 1;
  const points = plain ? shape.slice(0, -1) : shape;
  k.loop(k.begin, k.end, 1, (point) => {
    const at = coordinates(k, point, points);
    if (!plain) {
      body(at, 1, false);
      return;
    }
    const last = shape.at(-1)!;
    const whole = last - (last % k.lanes);
    if (whole > 0) k.loop(0, whole, k.lanes, (index) => body([...at, index], k.lanes, true));
    if (whole < last) body([...at, k.index(whole)], last - whole, true);
  });
  return sizeOf(points);
}

/** The elements [begin, end) of the window at a point, in row-major order, those that exist. */
function overWindow(
  k: KernelBuilder,
  slidings: readonly Sliding[],
  sizes: Shape,
  at: readonly Index[],
  begin: Index,
  end: Index,
  body: (position: Index, positions: readonly Index[]) => void,
): void {
  const box = slidings.map(({ size }) => size);
  k.loop(begin, end, 1, (position) => {
    whereRead(k, slidings, sizes, at, coordinates(k, position, box), (positions) => body(position, positions));
  });
}

function combination(k: KernelBuilder, op: WindowOperation<unknown>, node: Node, each: Each): Vector {
  const type = scalarOf(node.dtype);
  const identity = k.constant(type, Number(op.identity(type)));
  const count = sizeOf(op.windows(node).map(({ size }) => size));
  const combine = (a: Vector, b: Vector): Vector => op.combine(k.scalars, a, b, type);
  const chain = (begin: Index, end: Index): Vector => {
    const sum = k.variable(identity);
    each(begin, end, (_, value) => k.set(sum, combine(k.get(sum), value)));
    return k.get(sum);
  };
  const first = chain(k.index(0), k.index(Math.min(block, count)));
  if (count <= block) return first;
  const total = k.variable(first);
  k.loop(block, count, block, (begin) => {
    const end = k.compute("min", k.compute("add", begin, block), k.index(count));
    k.set(total, combine(k.get(total), chain(begin, end)));
  });
  return k.get(total);
}

function firstMaximum(k: KernelBuilder, op: WindowOperation<unknown>, node: Node, each: Each): Vector {
  const type = scalarOf(node.inputs[0]!.dtype);
  const { int32, bool } = k.scalars;
  const count = sizeOf(op.windows(node).map(({ size }) => size));
  const best = k.variable(k.constant(type, Number(op.identity(type))));
  const none = k.constant("int32", -1);
  const place = k.variable(none);
  each(k.index(0), k.index(count), (position, value) => {
    const isFirst = int32.equal(k.get(place), none);
    const better = bool.or(isFirst, isBetter(k, value, k.get(best), type));
    k.set(place, int32.select(better, k.splat(position), k.get(place)));
    k.set(best, k.scalar("select", type, type, [better, value, k.get(best)]));
  });
  return int32.max(k.get(place), k.constant("int32", 0));
}

function address(buffer: number, dtype: Node["dtype"], at: Linear, indices: readonly Index[]): Address {
  const bytes = bytesOf(dtype);
  const terms = indices.map((index, axis) => ({ index, scale: at.coefficients[axis]! * bytes }));
  return { buffer, offset: at.offset * bytes, terms };
}

/**
 * Windows one element after the other, whatever they are: spread and dilated at once, or so large that their sum has several blocks. Slow,
 * and rare.
 */

import { sizeOf } from "../base/shape.ts";
import type { Node } from "../graph/node.ts";
import { isStill } from "../graph/ops/spatial.ts";
import type { KernelBuilder } from "../kernel/builder.ts";
import type { Index, Vector } from "../kernel/language.ts";
import { scalarOf } from "../kernel/scalars.ts";
import { isBetter } from "./argReduce.ts";
import type { Position } from "./evaluate.ts";
import { counter } from "./reduceBlock.ts";
import { coordinates, whereRead } from "./sliding.ts";
import { combineWith, type Element, windowOf } from "./windowFold.ts";

/** A block of the contract's rule for sums along outer axes. */
export const block = 256;

/** The value of input `input` at positions, of as many neighbours as the position of the output is active. */
export type Read = (input: number, positions: readonly Index[], output: Position) => Vector;

/** Computes all outputs of `nodes`, over the same windows of the same inputs; returns the number of parts. */
export function overPointsOfWindows(
  k: KernelBuilder,
  nodes: readonly Node[],
  read: Read,
  store: (position: Position, values: readonly Vector[]) => void,
): number {
  const [node] = nodes as [Node];
  const slidings = windowOf(node).windows(node);
  const sizes = node.inputs[0]!.shape;
  const box = slidings.map(({ size }) => size);
  const count = sizeOf(box);
  const body = (at: readonly Index[], output: Position): void => {
    const each = (begin: Index, end: Index, visit: (element: Element) => void, fromEnd: boolean): void =>
      k.loop(begin, end, 1, (position) => {
        whereRead(k, slidings, sizes, at, coordinates(k, position, box), (positions) => {
          const number = (): Vector => k.splat(fromEnd ? k.compute("sub", k.index(count - 1), position) : position);
          visit({ read: (input) => read(input, positions, output), number });
        });
      });
    const values = nodes.map((one) =>
      windowOf(one).gives === "place"
        ? firstMaximum(k, one, (visit) => each(k.index(0), k.index(count), visit, false))
        : combination(k, one, count, (begin, end, visit) => each(begin, end, visit, windowOf(one).gives === "chosen")),
    );
    store(output, values);
  };

  const last = slidings.length - 1;
  const plain = last >= 0 && isStill(slidings[last]!);
  const points = plain ? node.shape.slice(0, -1) : node.shape;
  k.loop(k.begin, k.end, 1, (point) => {
    const at = coordinates(k, point, points);
    const position = (along: readonly Index[], active: number): Position => ({
      axes: [...at, ...along].map(counter),
      vectorAxis: plain ? last : -1,
      active,
    });
    if (!plain) return body(at, position([], 1));
    const length = node.shape[last]!;
    const whole = length - (length % k.lanes);
    const vector = (index: Index, active: number): void => body([...at, index], position([index], active));
    if (whole > 0) k.loop(0, whole, k.lanes, (index) => vector(index, k.lanes));
    if (whole < length) vector(k.index(whole), length - whole);
  });
  return sizeOf(points);
}

function combination(
  k: KernelBuilder,
  node: Node,
  count: number,
  each: (begin: Index, end: Index, visit: (element: Element) => void) => void,
): Vector {
  const op = windowOf(node);
  const type = scalarOf(node.dtype);
  const chain = (begin: Index, end: Index): Vector => {
    const sum = k.variable(k.constant(type, Number(op.identity(type))));
    each(begin, end, (element) => combineWith(k, node, element, sum));
    return k.get(sum);
  };
  const first = chain(k.index(0), k.index(Math.min(block, count)));
  if (count <= block) return first;
  const total = k.variable(first);
  k.loop(block, count, block, (begin) => {
    const end = k.compute("min", k.compute("add", begin, block), k.index(count));
    k.set(total, op.combine(k.scalars, k.get(total), chain(begin, end), type));
  });
  return k.get(total);
}

/** The place of the first maximum; 0 where a window has no element. */
function firstMaximum(k: KernelBuilder, node: Node, each: (visit: (element: Element) => void) => void): Vector {
  const type = scalarOf(node.inputs[0]!.dtype);
  const { int32, bool } = k.scalars;
  const best = k.variable(k.constant(type, Number(windowOf(node).identity(type))));
  const none = k.constant("int32", -1);
  const place = k.variable(none);
  each(({ read, number }) => {
    const value = read(0);
    const better = bool.or(int32.equal(k.get(place), none), isBetter(k, value, k.get(best), type));
    k.set(place, int32.select(better, number(), k.get(place)));
    k.set(best, k.scalar("select", type, type, [better, value, k.get(best)]));
  });
  return int32.max(k.get(place), k.constant("int32", 0));
}

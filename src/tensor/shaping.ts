/** Rules of the methods that move elements, as functions of nodes: which shapes, axes and ranges they take, and what results. */

import { ShapeError } from "../base/errors.ts";
import { checkList, checkShape, normalizeAxes, normalizeAxis, type Shape, showShape, sizeOf } from "../base/shape.ts";
import { build } from "../graph/build.ts";
import type { Node } from "../graph/node.ts";
import { floats, numeric, requireDType } from "../graph/ops/rules.ts";
import { broadcastTo, numberIn } from "./operands.ts";
import type { Bounds } from "./rules/slice.ts";

/** The same elements under another shape, of which one dimension may be −1: what is left. */
export function reshape(x: Node, shape: Shape): Node {
  checkList("reshape", "a shape", shape);
  const open = shape.indexOf(-1);
  if (open < 0) {
    checkShape("reshape", shape);
    return build.reshape(x, shape);
  }
  const others = shape.toSpliced(open, 1);
  if (others.includes(-1)) {
    throw new ShapeError(`reshape: only one dimension may be −1; got ${showShape(shape)}. Name the others.`, {
      operation: "reshape",
      actual: showShape(shape),
    });
  }
  checkShape("reshape", others);
  const known = sizeOf(others);
  const size = sizeOf(x.shape);
  if (known === 0 || size % known !== 0) {
    throw new ShapeError(
      `reshape: −1 stands for the dimension that is left; the ${size} elements of ${showShape(x.shape)} leave none ` +
        `for ${showShape(shape)}. Change the other dimensions.`,
      { operation: "reshape", expected: showShape(shape), actual: showShape(x.shape) },
    );
  }
  return build.reshape(x, shape.with(open, size / known));
}

/** Axes from `from` on as one. */
export function flatten(x: Node, from: number): Node {
  const rank = x.shape.length;
  const first = normalizeAxis("flatten", from, rank + 1);
  // −1 is the last axis, as elsewhere, not the place after it.
  const start = from < 0 && rank > 0 ? normalizeAxis("flatten", from, rank) : first;
  return build.reshape(x, [...x.shape.slice(0, start), sizeOf(x.shape.slice(start))]);
}

export function transpose(x: Node, permutation: Shape | undefined): Node {
  const rank = x.shape.length;
  if (permutation !== undefined) checkList("transpose", "a permutation", permutation);
  const order = permutation?.map((axis) => normalizeAxis("transpose", axis, rank));
  return build.transpose(x, order ?? x.shape.map((_, axis) => rank - 1 - axis));
}

/** A new axis of size 1 at a place. */
export function expand(x: Node, axis: number): Node {
  const place = normalizeAxis("expand", axis, x.shape.length + 1);
  return build.reshape(x, x.shape.toSpliced(place, 0, 1));
}

/** An axis of size 1 vanishes. */
export function squeeze(x: Node, axis: number): Node {
  const place = normalizeAxis("squeeze", axis, x.shape.length);
  if (x.shape[place] !== 1) {
    throw new ShapeError(
      `squeeze: axis ${axis} of ${showShape(x.shape)} must have size 1; it has ${x.shape[place]}. Name an axis of size 1.`,
      { operation: "squeeze", axis, expected: "1", actual: String(x.shape[place]) },
    );
  }
  return build.reshape(x, x.shape.toSpliced(place, 1));
}

/** Python's x[start:stop:step] per axis; axes without an entry stay whole. */
export function slice(x: Node, start: Bounds, stop: Bounds, step: Bounds): Node {
  for (const list of [start, stop, step]) {
    checkList("slice", "a bound per axis", list);
    checkBounds(x, list);
  }
  const ranges = x.shape.map((n, axis) => range(n, start[axis], stop[axis], step[axis] ?? 1));
  return build.slice(
    x,
    ranges.map((r) => r.start),
    ranges.map((r) => r.size),
    ranges.map((r) => r.step),
  );
}

function checkBounds(x: Node, list: Bounds): void {
  const valid =
    list.length <= x.shape.length && list.every((n) => n === null || n === undefined || Number.isInteger(n));
  if (valid) return;
  const shown = `[${list.join(", ")}]`;
  throw new ShapeError(
    `slice: start, stop and step need at most one integer for each of the ${x.shape.length} axes of ` +
      `${showShape(x.shape)}; got ${shown}. Leave the others out.`,
    { operation: "slice", actual: shown },
  );
}

function range(
  n: number,
  start: number | null | undefined,
  stop: number | null | undefined,
  step: number,
): { start: number; size: number; step: number } {
  if (step === 0) {
    throw new ShapeError("slice: a step must not be 0. Take 1 for every element, −1 for the reverse.", {
      operation: "slice",
      actual: "0",
    });
  }
  // Forwards positions lie in 0…n, backwards in −1…n − 1.
  const [low, high] = step > 0 ? [0, n] : [-1, n - 1];
  const place = (at: number): number => Math.min(Math.max(at < 0 ? at + n : at, low), high);
  const from = place(start ?? (step > 0 ? 0 : n - 1));
  const to = stop === null || stop === undefined ? (step > 0 ? n : -1) : place(stop);
  const size = Math.max(0, Math.ceil((to - from) / step));
  return { start: size === 0 ? 0 : from, size, step };
}

type Reduction = (x: Node, axes: readonly number[]) => Node;
type Axes = number | Shape | undefined;

interface Keeping {
  readonly keepDims?: boolean | undefined;
}

/** A reduction over axes; `keepDims` leaves them as size 1. */
export function reduce(operation: string, reduction: Reduction, x: Node, axes: Axes, options: Keeping = {}): Node {
  requireDType(operation, x, numeric);
  const reduced = normalizeAxes(operation, axes, x.shape.length);
  const result = reduction(x, reduced);
  if (!options.keepDims) return result;
  return build.reshape(
    result,
    x.shape.map((n, axis) => (reduced.includes(axis) ? 1 : n)),
  );
}

/** The sum over axes divided by how many elements it adds. */
export function mean(x: Node, axes: Axes, options?: Keeping): Node {
  requireDType("mean", x, floats);
  const count = sizeOf(normalizeAxes("mean", axes, x.shape.length).map((axis) => x.shape[axis]!));
  const total = reduce("mean", build.reduceSum, x, axes, options);
  return build.div(total, broadcastTo("mean", build.constant(count, [], x.dtype), total.shape));
}

/** max or min over axes; throws where there is nothing to choose from. */
export function extremum(operation: string, reduction: Reduction, x: Node, axes: Axes, options?: Keeping): Node {
  const reduced = normalizeAxes(operation, axes, x.shape.length);
  if (reduced.some((axis) => x.shape[axis] === 0)) {
    throw new ShapeError(
      `${operation}: needs at least one element along the reduced axes; got ${showShape(x.shape)}. Leave empty tensors out.`,
      { operation, actual: showShape(x.shape) },
    );
  }
  return reduce(operation, reduction, x, axes, options);
}

/** An axis counted from the front. */
export function axisOf(operation: string, axis: number, x: Node): number {
  return normalizeAxis(operation, axis, x.shape.length);
}

/** `low` elements of `value` before and `high` after, per axis. */
export function pad(x: Node, low: readonly number[], high: readonly number[], value: number): Node {
  for (const list of [low, high]) {
    checkList("pad", "a count per axis", list);
    if (list.length === x.shape.length && list.every((n) => Number.isSafeInteger(n) && n >= 0)) continue;
    throw new ShapeError(
      `pad: low and high need a non-negative integer for each of the ${x.shape.length} axes of ${showShape(x.shape)}; ` +
        `got ${showShape(list)}. Cut with slice.`,
      { operation: "pad", expected: `${x.shape.length} non-negative integers`, actual: showShape(list) },
    );
  }
  return build.pad(
    x,
    low,
    high,
    x.shape.map(() => 0),
    numberIn("pad", value, x.dtype),
  );
}

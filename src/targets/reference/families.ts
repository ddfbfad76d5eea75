/**
 * What each family of operations computes, in plain TypeScript: the oracle every other target is compared with. Knows families
 * and what their records say, never an operation's name. Never fast.
 */

import type { Data } from "../../base/dtype.ts";
import { allocate } from "../../base/dtype.ts";
import { invariant } from "../../base/errors.ts";
import { sizeOf, stridesOf } from "../../base/shape.ts";
import type { Node } from "../../graph/node.ts";
import type { Kind, Operation } from "../../graph/operation.ts";
import { roundToFloat32 } from "../../kernel/numbers.ts";
import type { Scalars } from "../../kernel/scalars.ts";
import { scalarOf } from "../../kernel/scalars.ts";
import { otherAxes, pick, positions } from "./positions.ts";
import { convolve, scan, slide } from "./spatial.ts";
import { contractInOrder, reduceInOrder } from "./sums.ts";

/** Computes a node's elements from those of its inputs. */
export type Evaluate<O = Operation> = (op: O, node: Node, inputs: readonly Data[], k: Scalars<number>) => Data;

type Family<K extends Kind> = Evaluate<Extract<Operation, { kind: K }>>;

const source: Family<"source"> = (op, node) => {
  invariant(op.element, `${op.name} %${node.id} has no value of its own and is not bound by the module`);
  const strides = stridesOf(node.shape);
  const result = resultOf(node);
  for (let i = 0; i < result.length; i++) {
    const index = strides.map((stride, axis) => Math.floor(i / stride) % node.shape[axis]!);
    result[i] = stored(node, op.element(node, index));
  }
  return result;
};

const elementwise: Family<"elementwise"> = (op, node, inputs, k) => {
  const types = node.inputs.map((input) => scalarOf(input.dtype));
  const own = types.includes("float64") ? op.float64 : undefined;
  const result = resultOf(node);
  for (let i = 0; i < result.length; i++) {
    const values = inputs.map((input) => input[i]!);
    // A typed array keeps the low 8 bits of what is stored as uint8.
    result[i] = stored(node, own ? own(...values) : op.lower(k, values, types, node.attributes));
  }
  return result;
};

const movement: Family<"movement"> = (op, node, [input]) => {
  const strides = new Array<number>(node.shape.length).fill(0);
  const inputStrides = stridesOf(node.inputs[0]!.shape);
  let start = 0;
  op.view(node).forEach(({ axis, offset, step }, inputAxis) => {
    start += offset * inputStrides[inputAxis]!;
    if (axis >= 0) strides[axis]! += step * inputStrides[inputAxis]!;
  });
  const result = resultOf(node);
  positions(node.shape, strides, start).forEach((position, i) => {
    result[i] = input![position]!;
  });
  return result;
};

const reshape: Family<"reshape"> = (_op, _node, [input]) => input!;

const place: Family<"place"> = (op, node, inputs) => {
  const outputStrides = stridesOf(node.shape);
  const result = resultOf(node);
  const fill = op.fill(node);
  if (fill !== null) result.fill(stored(node, fill));
  op.places(node).forEach((places, which) => {
    let start = 0;
    const strides = places.map(({ offset, step }, axis) => {
      start += offset * outputStrides[axis]!;
      return step * outputStrides[axis]!;
    });
    positions(node.inputs[which]!.shape, strides, start).forEach((position, i) => {
      result[position] = inputs[which]![i]!;
    });
  });
  return result;
};

const reduce: Family<"reduce"> = (op, node, [input], k) => {
  const { shape, dtype } = node.inputs[0]!;
  const strides = stridesOf(shape);
  const axes = [...op.axes(node)].sort((a, b) => a - b);
  const kept = otherAxes(shape.length, axes);
  const reduced = positions(pick(shape, axes), pick(strides, axes));
  const type = scalarOf(dtype);
  const combine = (a: number, b: number): number => op.combine(k, a, b, type);
  const identity = Number(op.identity(type));
  const result = resultOf(node);
  positions(pick(shape, kept), pick(strides, kept)).forEach((start, i) => {
    const element = (r: number): number => input![start + reduced[r]!]!;
    result[i] = reduceInOrder(combine, identity, element, reduced.length, axes.includes(shape.length - 1));
  });
  return result;
};

const argReduce: Family<"argReduce"> = (op, node, [input]) => {
  const { shape } = node.inputs[0]!;
  const strides = stridesOf(shape);
  const axis = op.axis(node);
  const kept = otherAxes(shape.length, [axis]);
  const result = resultOf(node);
  positions(pick(shape, kept), pick(strides, kept)).forEach((start, i) => {
    let best = 0;
    for (let r = 1; r < shape[axis]!; r++) {
      const leader = input![start + best * strides[axis]!]!;
      const value = input![start + r * strides[axis]!]!;
      if (value > leader || (Number.isNaN(value) && !Number.isNaN(leader))) best = r;
    }
    result[i] = best;
  });
  return result;
};

const contract: Family<"contract"> = (op, node, [a, b], k) => {
  const { batch, contract: contracted } = op.axes(node);
  const [shapeA, shapeB] = node.inputs.map((input) => input.shape) as [readonly number[], readonly number[]];
  const [stridesA, stridesB] = [stridesOf(shapeA), stridesOf(shapeB)];
  const along = (shape: readonly number[], strides: readonly number[], axes: readonly number[]): Uint32Array =>
    positions(pick(shape, axes), pick(strides, axes));
  const batchA = along(shapeA, stridesA, batch[0]);
  const batchB = along(shapeB, stridesB, batch[1]);
  const contractA = along(shapeA, stridesA, contracted[0]);
  const contractB = along(shapeB, stridesB, contracted[1]);
  const freeA = along(shapeA, stridesA, otherAxes(shapeA.length, [...batch[0], ...contracted[0]]));
  const freeB = along(shapeB, stridesB, otherAxes(shapeB.length, [...batch[1], ...contracted[1]]));
  const scalars = node.dtype === "float64" ? k.float64 : k.float32;
  const result = resultOf(node);
  let i = 0;
  for (let n = 0; n < batchA.length; n++) {
    for (const rowA of freeA) {
      for (const rowB of freeB) {
        const startA = batchA[n]! + rowA;
        const startB = batchB[n]! + rowB;
        const left = (r: number): number => a![startA + contractA[r]!]!;
        const right = (r: number): number => b![startB + contractB[r]!]!;
        result[i++] = contractInOrder(scalars, left, right, contractA.length);
      }
    }
  }
  return result;
};

const gather: Family<"gather"> = (_op, node, [table, indices]) => {
  const [rows, ...rest] = node.inputs[0]!.shape;
  const width = sizeOf(rest);
  const result = resultOf(node);
  indices!.forEach((index, i) => {
    const row = Math.min(Math.max(index, 0), rows! - 1);
    for (let j = 0; j < width; j++) result[i * width + j] = table![row * width + j]!;
  });
  return result;
};

const scatterAdd: Family<"scatterAdd"> = (_op, node, [indices, updates], k) => {
  const [rows, ...rest] = node.shape;
  const width = sizeOf(rest);
  const type = scalarOf(node.dtype);
  invariant(type !== "bool", "scatterAdd of bools");
  const { add } = k[type];
  const result = resultOf(node);
  indices!.forEach((row, i) => {
    if (row < 0 || row >= rows!) return;
    for (let j = 0; j < width; j++) {
      result[row * width + j] = add(result[row * width + j]!, updates![i * width + j]!);
    }
  });
  return result;
};

const sort: Family<"sort"> = (_op, node, [input]) => {
  const length = node.shape[node.shape.length - 1]!;
  const result = resultOf(node);
  for (let start = 0; start < result.length; start += length) {
    const order = Array.from({ length }, (_, i) => i);
    order.sort((i, j) => compare(input![start + i]!, input![start + j]!)); // stable by the language's definition
    result.set(order, start);
  }
  return result;
};

/** Ascending, −0 before +0, all NaNs equal and last. */
function compare(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  if (a === 0 && b === 0) return Number(Object.is(b, -0)) - Number(Object.is(a, -0));
  return a < b ? -1 : a > b ? 1 : 0;
}

const families: { readonly [K in Kind]: Family<K> } = {
  source,
  elementwise,
  movement,
  reshape,
  place,
  reduce,
  argReduce,
  contract,
  convolution: convolve,
  window: slide,
  scan,
  gather,
  scatterAdd,
  sort,
};

/** The elements of any node that is not bound from outside. */
export function evaluate(node: Node, inputs: readonly Data[], k: Scalars<number>): Data {
  const family = families[node.op.kind] as Evaluate;
  return family(node.op, node, inputs, k);
}

function resultOf(node: Node): Data {
  return allocate(node.dtype, sizeOf(node.shape));
}

/** A number as the node's dtype holds it, for results that scalars did not round: constants, casts from float64. */
function stored(node: Node, value: number): number {
  return node.dtype === "float32" ? roundToFloat32(value) : value;
}

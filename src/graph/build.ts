/**
 * One function per primitive: what gradients, tensors and everything above write graphs with. Nothing is composed here, except
 * what two gradient rules share.
 */

import type { DType } from "../base/dtype.ts";
import type { Shape } from "../base/shape.ts";
import { type Node, record } from "./node.ts";
import type { DotAttributes, Operation } from "./operation.ts";
import type { ConvAttributes } from "./ops/conv.ts";
import { ops } from "./ops/index.ts";
import type { Sliding } from "./ops/spatial.ts";

const unary =
  (op: Operation) =>
  (x: Node): Node =>
    record(op, [x], {});
const binary =
  (op: Operation) =>
  (a: Node, b: Node): Node =>
    record(op, [a, b], {});
const ternary =
  (op: Operation) =>
  (a: Node, b: Node, c: Node): Node =>
    record(op, [a, b, c], {});

type Unary = (x: Node) => Node;
type Binary = (a: Node, b: Node) => Node;
type Ternary = (a: Node, b: Node, c: Node) => Node;

export interface Builders {
  constant(value: number, shape: Shape, dtype: DType): Node;
  iota(shape: Shape, axis: number, dtype: DType): Node;
  input(name: string, shape: Shape, dtype: DType): Node;
  neg: Unary;
  abs: Unary;
  exp: Unary;
  log: Unary;
  sqrt: Unary;
  tanh: Unary;
  sigmoid: Unary;
  relu: Unary;
  floor: Unary;
  sin: Unary;
  cos: Unary;
  erf: Unary;
  stopGradient: Unary;
  not: Unary;
  add: Binary;
  sub: Binary;
  mul: Binary;
  div: Binary;
  max: Binary;
  min: Binary;
  equal: Binary;
  less: Binary;
  lessEqual: Binary;
  and: Binary;
  or: Binary;
  xor: Binary;
  /** `a·b + c`. */
  fma: Ternary;
  select(condition: Node, then: Node, otherwise: Node): Node;
  cast(x: Node, dtype: DType): Node;
  shiftLeft(x: Node, count: number): Node;
  shiftRight(x: Node, count: number): Node;
  threefry(counter: Node, key0: Node, key1: Node, stream: Node): Node;
  /** Input axis i goes to output axis `axes[i]`. */
  broadcast(x: Node, shape: Shape, axes: readonly number[]): Node;
  transpose(x: Node, permutation: readonly number[]): Node;
  /** Per axis `size` elements from `start`, `step` apart. */
  slice(x: Node, start: readonly number[], size: readonly number[], step: readonly number[]): Node;
  reshape(x: Node, shape: Shape): Node;
  /** x, not read before `arrived` is known. */
  later(x: Node, arrived: Node): Node;
  pad(x: Node, low: readonly number[], high: readonly number[], interior: readonly number[], value: number): Node;
  concat(inputs: readonly Node[], axis: number): Node;
  reduceSum(x: Node, axes: readonly number[]): Node;
  reduceMax(x: Node, axes: readonly number[]): Node;
  reduceMin(x: Node, axes: readonly number[]): Node;
  argMax(x: Node, axis: number): Node;
  dot(a: Node, b: Node, attributes: DotAttributes): Node;
  gather(table: Node, indices: Node): Node;
  scatterAdd(indices: Node, updates: Node, size: number): Node;
  /** scatterAdd at indices that clamp as gather's do: the gradient of gather. */
  clampedScatterAdd(indices: Node, updates: Node, size: number): Node;
  argSort: Unary;
  /** Integers: `⌊a / b⌋`. */
  floorDiv: Binary;
  /** What is left of a / b rounded down. */
  mod: Binary;
  pow: Binary;
  reduceProduct(x: Node, axes: readonly number[]): Node;
  cumulativeSum(x: Node, axis: number): Node;
  conv(x: Node, w: Node, attributes: ConvAttributes): Node;
  windowSum(x: Node, axes: readonly Sliding[]): Node;
  windowMax(x: Node, axes: readonly Sliding[]): Node;
  windowArgMax(x: Node, axes: readonly Sliding[]): Node;
  /** Each window's value at its place in a tensor of `shape`. */
  windowScatter(values: Node, places: Node, shape: Shape, axes: readonly Sliding[]): Node;
}

export const build: Builders = {
  constant: (value, shape, dtype) => record(ops.constant, [], { value, shape, dtype }),
  iota: (shape, axis, dtype) => record(ops.iota, [], { shape, axis, dtype }),
  input: (name, shape, dtype) => record(ops.input, [], { name, shape, dtype }),
  neg: unary(ops.neg),
  abs: unary(ops.abs),
  exp: unary(ops.exp),
  log: unary(ops.log),
  sqrt: unary(ops.sqrt),
  tanh: unary(ops.tanh),
  sigmoid: unary(ops.sigmoid),
  relu: unary(ops.relu),
  floor: unary(ops.floor),
  sin: unary(ops.sin),
  cos: unary(ops.cos),
  erf: unary(ops.erf),
  stopGradient: unary(ops.stopGradient),
  not: unary(ops.not),
  add: binary(ops.add),
  sub: binary(ops.sub),
  mul: binary(ops.mul),
  div: binary(ops.div),
  max: binary(ops.max),
  min: binary(ops.min),
  equal: binary(ops.equal),
  less: binary(ops.less),
  lessEqual: binary(ops.lessEqual),
  and: binary(ops.and),
  or: binary(ops.or),
  xor: binary(ops.xor),
  fma: ternary(ops.fma),
  select: ternary(ops.select),
  cast: (x, dtype) => (x.dtype === dtype ? x : record(ops.cast, [x], { dtype })),
  shiftLeft: (x, count) => record(ops.shiftLeft, [x], { count }),
  shiftRight: (x, count) => record(ops.shiftRight, [x], { count }),
  threefry: (counter, key0, key1, stream) => record(ops.threefry, [counter, key0, key1, stream], {}),
  broadcast: (x, shape, axes) => record(ops.broadcast, [x], { shape, axes }),
  transpose: (x, permutation) => record(ops.transpose, [x], { permutation }),
  slice: (x, start, size, step) => record(ops.slice, [x], { start, size, step }),
  reshape: (x, shape) => record(ops.reshape, [x], { shape }),
  later: (x, arrived) => record(ops.later, [x, arrived], {}),
  pad: (x, low, high, interior, value) => record(ops.pad, [x], { low, high, interior, value }),
  concat: (inputs, axis) => record(ops.concat, inputs, { axis }),
  reduceSum: (x, axes) => record(ops.reduceSum, [x], { axes }),
  reduceMax: (x, axes) => record(ops.reduceMax, [x], { axes }),
  reduceMin: (x, axes) => record(ops.reduceMin, [x], { axes }),
  argMax: (x, axis) => record(ops.argMax, [x], { axis }),
  dot: (a, b, attributes) => record(ops.dot, [a, b], attributes),
  gather: (table, indices) => record(ops.gather, [table, indices], {}),
  scatterAdd: (indices, updates, size) => record(ops.scatterAdd, [indices, updates], { size }),
  clampedScatterAdd(indices, updates, size) {
    const low = build.constant(0, indices.shape, "int32");
    const high = build.constant(Math.max(0, size - 1), indices.shape, "int32");
    return build.scatterAdd(build.min(build.max(indices, low), high), updates, size);
  },
  argSort: unary(ops.argSort),
  floorDiv: binary(ops.floorDiv),
  mod: binary(ops.mod),
  pow: binary(ops.pow),
  reduceProduct: (x, axes) => record(ops.reduceProduct, [x], { axes }),
  cumulativeSum: (x, axis) => record(ops.cumulativeSum, [x], { axis }),
  conv: (x, w, attributes) => record(ops.conv, [x, w], attributes),
  windowSum: (x, axes) => record(ops.windowSum, [x], { axes }),
  windowMax: (x, axes) => record(ops.windowMax, [x], { axes }),
  windowArgMax: (x, axes) => record(ops.windowArgMax, [x], { axes }),
  windowScatter: (values, places, shape, axes) => record(ops.windowScatter, [values, places], { shape, axes }),
};

/**
 * The tensor: numbers in a shape, or the promise of them. Methods record operations and check shapes and dtypes at once; nothing is
 * computed before somebody reads. A tensor never changes. Refuses to mix dtypes: only JavaScript numbers adapt.
 */

import type { Data, DType } from "../base/dtype.ts";
import { ShapeError } from "../base/errors.ts";
import { broadcastShapes, type Shape, showShape, sizeOf } from "../base/shape.ts";
import type { Mutable } from "../base/shape-types.ts";
import { build } from "../graph/build.ts";
import type { Node } from "../graph/node.ts";
import { requireDType } from "../graph/ops/rules.ts";
import { matmul } from "./contract.ts";
import { nest } from "./nested.ts";
import { asNode, broadcastTo, checkDType, type Operand, together } from "./operands.ts";
import { addPending, type Cell, realizeCells } from "./realize.ts";
import * as shaping from "./shaping.ts";
import { storageOf } from "./storage.ts";
import { isTracing } from "./tracing.ts";
import type {
  Expanded,
  Flattened,
  Gathered,
  MatrixProduct,
  NestedNumbers,
  NestedOf,
  Permuted,
  Reduced,
  Reshaped,
  With,
} from "./types.ts";

/** Axes by number; negative ones count from the end. */
export type Axes = number | readonly number[];

export interface ReduceOptions<Keep extends boolean = boolean> {
  /** Whether reduced axes stay, with size 1. Default false. */
  readonly keepDims?: Keep;
}

let wrap: (cell: Cell) => Tensor;
let cellOf: (tensor: Tensor) => Cell;

/** The tensor of a node. It waits to be computed, unless it is traced or its values are there. */
export function tensorOf<S extends Shape = Shape, D extends DType = DType>(node: Node): Tensor<S, D> {
  const cell = { node };
  if (!isTracing() && node.op.kind !== "source") addPending(cell);
  return wrap(cell) as Tensor as Tensor<S, D>;
}

/** The node that a tensor stands for now; after it has been computed, a leaf. */
export function nodeOf(tensor: Tensor): Node {
  return cellOf(tensor).node;
}

/**
 * Numbers of one dtype in a shape, such as `[batch, features]`; `[]` is a single number.
 *
 * Made by {@link tensor}, {@link zeros} and their kin, and by the methods here. Methods that take an `other` take a tensor of the
 * same dtype or a number, and broadcast as NumPy does: shapes are aligned at the end, and dimensions of 1 widen.
 *
 * @typeParam S  the shape, as far as it is known when the program is written
 * @typeParam D  the element type
 * @example await tensor([1, 2, 3]).mul(2).sum().item()  // 12
 */
export class Tensor<out S extends Shape = Shape, out D extends DType = DType> {
  readonly shape: S;
  readonly dtype: D;
  readonly #cell: Cell;

  private constructor(cell: Cell) {
    this.#cell = cell;
    this.shape = cell.node.shape as S;
    this.dtype = cell.node.dtype as D;
  }

  static {
    wrap = (cell) => new Tensor(cell);
    cellOf = (tensor) => tensor.#cell;
  }

  /** Number of axes. */
  get rank(): S["length"] {
    return this.shape.length;
  }

  /** Number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }

  // Reading

  /** The elements in row-major order, as a typed array of the reader's own; bool as 0 and 1. */
  async data(): Promise<Data<D>> {
    await realizeCells([this.#cell], "data");
    return (await storageOf(this.#cell.node)!.copy()) as Data<D>;
  }

  /** The elements nested as deep as the shape; for a scalar, the number. */
  async array<Nested extends NestedNumbers = NestedOf<S>>(): Promise<Nested> {
    return nest(await this.data(), this.shape) as Nested;
  }

  /**
   * The number in a tensor that has one.
   *
   * @throws {ShapeError} it has more, or none
   */
  async item(): Promise<number> {
    if (this.size !== 1) {
      throw new ShapeError(
        `item: needs a tensor with one element; got ${showShape(this.shape)}. Read the others with array() or data().`,
        { operation: "item", expected: "[]", actual: showShape(this.shape) },
      );
    }
    return (await this.data())[0]!;
  }

  toString(): string {
    return `Tensor ${this.dtype} ${showShape(this.shape)}`;
  }

  // Arithmetic: float32, float64, int32, uint32; division and what follows `square` only for floats

  /** `x + y`. */
  add<const O extends Tensor<Shape, D> | number>(other: O): Tensor<With<S, O>, D> {
    return this.#with("add", other, build.add);
  }

  /** `x − y`. */
  sub<const O extends Tensor<Shape, D> | number>(other: O): Tensor<With<S, O>, D> {
    return this.#with("sub", other, build.sub);
  }

  /** `x · y`, element by element. */
  mul<const O extends Tensor<Shape, D> | number>(other: O): Tensor<With<S, O>, D> {
    return this.#with("mul", other, build.mul);
  }

  /** `x / y`. */
  div<const O extends Tensor<Shape, D> | number>(other: O): Tensor<With<S, O>, D> {
    return this.#with("div", other, build.div);
  }

  /** The larger of each pair; NaN where one is. The gradient of a tie is split in halves. */
  maximum<const O extends Tensor<Shape, D> | number>(other: O): Tensor<With<S, O>, D> {
    return this.#with("maximum", other, build.max);
  }

  /** The smaller of each pair; NaN where one is. The gradient of a tie is split in halves. */
  minimum<const O extends Tensor<Shape, D> | number>(other: O): Tensor<With<S, O>, D> {
    return this.#with("minimum", other, build.min);
  }

  /** `x · b + c`, rounded once where numerics are fused. */
  fma<const B extends Tensor<Shape, D> | number, const C extends Tensor<Shape, D> | number>(
    b: B,
    c: C,
  ): Tensor<With<With<S, B>, C>, D> {
    const [x, y, z] = together("fma", this.dtype, [nodeOf(this), operand(b), operand(c)]);
    return tensorOf(build.fma(x!, y!, z!));
  }

  /** `−x`. */
  neg(): Tensor<S, D> {
    return this.#map(build.neg);
  }

  /** `|x|`; its slope at 0 counts as 0. */
  abs(): Tensor<S, D> {
    return this.#map(build.abs);
  }

  /** `x²`. */
  square(): Tensor<S, D> {
    return this.#map((x) => build.mul(x, x));
  }

  /** `1 / x`. */
  reciprocal(): Tensor<S, D> {
    return this.#map((x) => build.div(build.constant(1, x.shape, x.dtype), x));
  }

  /** `√x`, exactly rounded; NaN below 0. */
  sqrt(): Tensor<S, D> {
    return this.#map(build.sqrt);
  }

  /** `eˣ`, to 2 ulp in float32; results below 2⁻¹²⁶ are 0. */
  exp(): Tensor<S, D> {
    return this.#map(build.exp);
  }

  /** The natural logarithm, to 2 ulp in float32: −∞ at 0, NaN below. */
  log(): Tensor<S, D> {
    return this.#map(build.log);
  }

  /** Hyperbolic tangent, to 2 ulp in float32. */
  tanh(): Tensor<S, D> {
    return this.#map(build.tanh);
  }

  /** `1 / (1 + e^−x)`, to 2 ulp in float32. */
  sigmoid(): Tensor<S, D> {
    return this.#map(build.sigmoid);
  }

  /** `max(x, 0)`; its slope at 0 counts as 0. */
  relu(): Tensor<S, D> {
    return this.#map(build.relu);
  }

  /** The largest integer that is not above x. Its gradient is 0. */
  floor(): Tensor<S, D> {
    return this.#map(build.floor);
  }

  /** The same values; gradients do not pass. */
  stopGradient(): Tensor<S, D> {
    return this.#map(build.stopGradient);
  }

  /**
   * The same values in another dtype: to integers, floats truncate towards 0 and saturate, NaN becomes 0; integers become uint8 by
   * their low 8 bits; to bool is "not 0", from bool is 0 or 1.
   */
  cast<E extends DType>(dtype: E): Tensor<S, E> {
    checkDType("cast", dtype);
    return tensorOf(build.cast(nodeOf(this), dtype));
  }

  // Comparing and choosing

  /** `x = y`, false where one is NaN. */
  equal<const O extends Tensor<Shape, D> | number>(other: O): Tensor<With<S, O>, "bool"> {
    return this.#with("equal", other, build.equal);
  }

  /** `x ≠ y`, true where one is NaN. */
  notEqual<const O extends Tensor<Shape, D> | number>(other: O): Tensor<With<S, O>, "bool"> {
    return this.#with("notEqual", other, (x, y) => build.not(build.equal(x, y)));
  }

  /** `x < y`. */
  less<const O extends Tensor<Shape, D> | number>(other: O): Tensor<With<S, O>, "bool"> {
    return this.#with("less", other, build.less);
  }

  /** `x ≤ y`. */
  lessEqual<const O extends Tensor<Shape, D> | number>(other: O): Tensor<With<S, O>, "bool"> {
    return this.#with("lessEqual", other, build.lessEqual);
  }

  /** `x > y`. */
  greater<const O extends Tensor<Shape, D> | number>(other: O): Tensor<With<S, O>, "bool"> {
    return this.#with("greater", other, (x, y) => build.less(y, x));
  }

  /** `x ≥ y`. */
  greaterEqual<const O extends Tensor<Shape, D> | number>(other: O): Tensor<With<S, O>, "bool"> {
    return this.#with("greaterEqual", other, (x, y) => build.lessEqual(y, x));
  }

  /** Both, for bool; bit by bit for int32 and uint32. */
  and<const O extends Tensor<Shape, D> | number>(other: O): Tensor<With<S, O>, D> {
    return this.#with("and", other, build.and);
  }

  /** One or both, for bool; bit by bit for int32 and uint32. */
  or<const O extends Tensor<Shape, D> | number>(other: O): Tensor<With<S, O>, D> {
    return this.#with("or", other, build.or);
  }

  /** One but not both, for bool; bit by bit for int32 and uint32. */
  xor<const O extends Tensor<Shape, D> | number>(other: O): Tensor<With<S, O>, D> {
    return this.#with("xor", other, build.xor);
  }

  /** The opposite, for bool. */
  not(): Tensor<S, D> {
    return this.#map(build.not);
  }

  /**
   * `then` where this bool tensor is true, else `otherwise`; what is not chosen does not matter, be it NaN, and has gradient 0.
   *
   * @example x.less(0).select(0, x)  // max(x, 0)
   */
  select<A extends Shape = [], B extends Shape = [], E extends DType = "float32">(
    then: Tensor<A, E> | number,
    otherwise: Tensor<B, E> | number,
  ): Tensor<With<With<S, Tensor<A, E>>, Tensor<B, E>>, E> {
    const [a, b] = [operand(then), operand(otherwise)];
    const dtype = typeof a !== "number" ? a.dtype : typeof b !== "number" ? b.dtype : "float32";
    const condition = nodeOf(this);
    requireDType("select", condition, ["bool"]);
    const [first, second] = together("select", dtype, [a, b]);
    const shape = broadcastShapes("select", condition.shape, first!.shape);
    const [c, x, y] = [condition, first!, second!].map((node) => broadcastTo("select", node, shape));
    return tensorOf(build.select(c!, x!, y!));
  }

  // Moving elements

  /**
   * The same elements in row-major order under another shape; one dimension may be −1 and is what is left.
   *
   * @throws {ShapeError} the numbers of elements differ
   */
  reshape<const To extends Shape>(shape: To): Tensor<Reshaped<To>, D> {
    return this.#map((x) => shaping.reshape(x, shape)) as Tensor as Tensor<Reshaped<To>, D>;
  }

  /** All axes from `from` on as one: `[2, 3, 4]` from 1 becomes `[2, 12]`. */
  flatten<const From extends number = 0>(from?: From): Tensor<Flattened<S, From>, D> {
    return this.#as((x) => shaping.flatten(x, from ?? 0));
  }

  /** Axis i of the result is axis `permutation[i]`; without a permutation all axes are reversed. */
  transpose<const P extends Shape | undefined = undefined>(permutation?: P): Tensor<Permuted<S, P>, D> {
    return this.#as((x) => shaping.transpose(x, permutation));
  }

  /** Widened to a shape: aligned at the end, new axes in front, dimensions of 1 repeat. */
  broadcastTo<const To extends Shape>(shape: To): Tensor<Mutable<To>, D> {
    return this.#as((x) => broadcastTo("broadcastTo", x, shape));
  }

  /** A new axis of size 1 before `axis`; −1 puts it last. */
  expand<const Axis extends number>(axis: Axis): Tensor<Expanded<S, Axis>, D> {
    return this.#as((x) => shaping.expand(x, axis));
  }

  /** Without an axis of size 1. */
  squeeze<const Axis extends number>(axis: Axis): Tensor<Reduced<S, Axis>, D> {
    return this.#as((x) => shaping.squeeze(x, axis));
  }

  /**
   * A part, per axis as Python's `x[start:stop:step]`: negative places count from the end, places outside are moved to the edge, a
   * negative step runs backwards. Entries that are null or absent leave the axis whole on that side.
   *
   * @example tensor([0, 1, 2, 3, 4]).slice([1], [-1], [2])  // [1, 3]
   */
  slice(start: shaping.Bounds, stop: shaping.Bounds = [], step: shaping.Bounds = []): Tensor<Shape, D> {
    return this.#as((x) => shaping.slice(x, start, stop, step));
  }

  /** `low` elements of `value` before and `high` after, per axis. */
  pad(low: readonly number[], high: readonly number[], value: number = 0): Tensor<Shape, D> {
    return this.#as((x) => shaping.pad(x, low, high, value));
  }

  // Reducing; without axes, over all

  /** `Σ x` along the axes; 0 where there is nothing to add. */
  sum<const A extends Axes | undefined = undefined, const Keep extends boolean = false>(
    axes?: A,
    options?: ReduceOptions<Keep>,
  ): Tensor<Reduced<S, A, Keep>, D> {
    return this.#as((x) => shaping.reduce("sum", build.reduceSum, x, axes, options));
  }

  /** `Σ x / n` along the axes, for floats; NaN where there is nothing to average. */
  mean<const A extends Axes | undefined = undefined, const Keep extends boolean = false>(
    axes?: A,
    options?: ReduceOptions<Keep>,
  ): Tensor<Reduced<S, A, Keep>, D> {
    return this.#as((x) => shaping.mean(x, axes, options));
  }

  /** The largest along the axes, NaN if there is one. The first of several takes the gradient. */
  max<const A extends Axes | undefined = undefined, const Keep extends boolean = false>(
    axes?: A,
    options?: ReduceOptions<Keep>,
  ): Tensor<Reduced<S, A, Keep>, D> {
    return this.#as((x) => shaping.extremum("max", build.reduceMax, x, axes, options));
  }

  /** The smallest along the axes, NaN if there is one. The first of several takes the gradient. */
  min<const A extends Axes | undefined = undefined, const Keep extends boolean = false>(
    axes?: A,
    options?: ReduceOptions<Keep>,
  ): Tensor<Reduced<S, A, Keep>, D> {
    return this.#as((x) => shaping.extremum("min", build.reduceMin, x, axes, options));
  }

  /** The place of the first NaN, else of the first largest element along an axis. */
  argMax<const Axis extends number>(axis: Axis): Tensor<Reduced<S, Axis>, "int32"> {
    return this.#as((x) => build.argMax(x, shaping.axisOf("argMax", axis, x)));
  }

  // Products, places, order

  /**
   * The matrix product: `[m, k]` and `[k, n]` give `[m, n]`. Vectors `[k]` lose their axis; axes before the last two are a batch and
   * broadcast. Float only.
   *
   * @throws {ShapeError} the inner dimensions differ
   */
  matmul<const B extends Shape>(other: Tensor<B, D>): Tensor<MatrixProduct<S, B>, D> {
    return this.#as((x) => matmul(x, asNode("matmul", this.dtype, nodeOf(other))));
  }

  /** Rows `[n, …rest]` at int32 indices `[…i]`: `[…i, …rest]`. Indices outside are moved to the first or last row. */
  gather<const I extends Shape>(indices: Tensor<I, "int32">): Tensor<Gathered<S, I>, D> {
    return this.#as((x) => build.gather(x, nodeOf(indices)));
  }

  /** The places that sort the last axis ascending; equal elements keep their order, NaN comes last. */
  argSort(): Tensor<S, "int32"> {
    return this.#as(build.argSort);
  }

  #with<R extends Shape, E extends DType>(
    operation: string,
    other: Tensor | number,
    f: (a: Node, b: Node) => Node,
  ): Tensor<R, E> {
    const [a, b] = together(operation, this.dtype, [nodeOf(this), operand(other)]);
    return tensorOf(f(a!, b!));
  }

  #map(f: (x: Node) => Node): Tensor<S, D> {
    return tensorOf(f(nodeOf(this)));
  }

  #as<R extends Shape, E extends DType>(f: (x: Node) => Node): Tensor<R, E> {
    return tensorOf(f(nodeOf(this)));
  }
}

function operand(value: Tensor | number): Operand {
  return typeof value === "number" ? value : nodeOf(value);
}

/**
 * Computes tensors without reading them, and every live tensor that hangs together with them: after it, reading is a copy, and
 * graphs begin at these tensors.
 *
 * @example await realize(weights, bias)
 */
export function realize(...tensors: Tensor[]): Promise<void> {
  return realizeCells(tensors.map(cellOf), "realize");
}

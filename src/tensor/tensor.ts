/**
 * The tensor: numbers in a shape, or the promise of them. Methods record operations and check shapes and dtypes at once; nothing is
 * computed before somebody reads. A tensor never changes. Refuses to mix dtypes: only JavaScript numbers adapt.
 */

import type { Data, DType } from "../base/dtype.ts";
import { GradusError, ShapeError } from "../base/errors.ts";
import { broadcastShapes, type Shape, showShape, sizeOf } from "../base/shape.ts";
import { showValue } from "../base/show.ts";
import { build } from "../graph/build.ts";
import type { Node } from "../graph/node.ts";
import { requireDType } from "../graph/ops/rules.ts";
import { matmul } from "./contract.ts";
import { nest } from "./nested.ts";
import { asNode, broadcastTo, checkDType, type Operand, together } from "./operands.ts";
import { simplePower } from "./powers.ts";
import { addPending, type Cell, realizeCells } from "./realize.ts";
import type { ExistingAxis } from "./rules/axes.ts";
import type { Broadcast, BroadcastTo, Meeting, Partner, Selected } from "./rules/broadcast.ts";
import type { MatrixProduct } from "./rules/contract.ts";
import type { Fitting, Outcome } from "./rules/fit.ts";
import type {
  Expanded,
  Flattened,
  Gathered,
  Padded,
  PaddingMisfit,
  Permuted,
  Reshaped,
  Squeezed,
} from "./rules/movement.ts";
import type { Axes, Reduced, ReduceOptions } from "./rules/reduce.ts";
import type { Bounds, BoundsMisfit, Sliced } from "./rules/slice.ts";
import * as shaping from "./shaping.ts";
import { storageOf } from "./storage.ts";
import { isTracing } from "./tracing.ts";
import type { NestedNumbers, NestedOf } from "./types.ts";

/** What a tensor meets: another of its dtype, or a number. */
type Other<D extends DType> = Tensor<Shape, D> | number;

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
 * same dtype or a number, and broadcast as NumPy does: shapes are aligned at the end, and dimensions of 1 widen. Shapes that do not
 * go together are refused at the call, and where they are literals already in the editor, by the same sentence.
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
  add<const O extends Other<D>>(other: Partner<"add", S, O>): Tensor<Meeting<"add", S, O>, D> {
    return this.#with("add", other, build.add);
  }

  /** `x − y`. */
  sub<const O extends Other<D>>(other: Partner<"sub", S, O>): Tensor<Meeting<"sub", S, O>, D> {
    return this.#with("sub", other, build.sub);
  }

  /** `x · y`, element by element. */
  mul<const O extends Other<D>>(other: Partner<"mul", S, O>): Tensor<Meeting<"mul", S, O>, D> {
    return this.#with("mul", other, build.mul);
  }

  /** `x / y`. */
  div<const O extends Other<D>>(other: Partner<"div", S, O>): Tensor<Meeting<"div", S, O>, D> {
    return this.#with("div", other, build.div);
  }

  /** `⌊x / y⌋` of int32 or uint32; a quotient that does not fit saturates, `0 / 0` is 0. */
  floorDiv<const O extends Other<D>>(other: Partner<"floorDiv", S, O>): Tensor<Meeting<"floorDiv", S, O>, D> {
    return this.#with("floorDiv", other, build.floorDiv);
  }

  /** What is left of `x / y` rounded down: it has the sign of y, or is +0. For integers `x mod 0` is x. */
  mod<const O extends Other<D>>(other: Partner<"mod", S, O>): Tensor<Meeting<"mod", S, O>, D> {
    return this.#with("mod", other, build.mod);
  }

  /**
   * `xʸ`, to 4 ulp in float32, with IEEE 754's special values; NaN for x < 0 unless y is an integer. The numbers 1, 2, 3 and −1 as
   * exponents are products and a quotient, so that squares are exact where they can be.
   */
  pow<const O extends Other<D>>(other: Partner<"pow", S, O>): Tensor<Meeting<"pow", S, O>, D> {
    const simple = simplePower(other);
    return simple ? this.#as(simple) : this.#with("pow", other, build.pow);
  }

  /** The larger of each pair; NaN where one is. The gradient of a tie is split in halves. */
  maximum<const O extends Other<D>>(other: Partner<"maximum", S, O>): Tensor<Meeting<"maximum", S, O>, D> {
    return this.#with("maximum", other, build.max);
  }

  /** The smaller of each pair; NaN where one is. The gradient of a tie is split in halves. */
  minimum<const O extends Other<D>>(other: Partner<"minimum", S, O>): Tensor<Meeting<"minimum", S, O>, D> {
    return this.#with("minimum", other, build.min);
  }

  /** `x · b + c`, rounded once where numerics are fused. */
  fma<const B extends Other<D>, const C extends Other<D>>(
    b: Partner<"fma", S, B>,
    c: Partner<"fma", Meeting<"fma", S, B>, C>,
  ): Tensor<Meeting<"fma", Meeting<"fma", S, B>, C>, D> {
    const [x, y, z] = together("fma", this.dtype, [nodeOf(this), operand("fma", b), operand("fma", c)]);
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

  /** Sine of radians, to 2 ulp in float32; NaN beyond |x| = 2²⁰. */
  sin(): Tensor<S, D> {
    return this.#map(build.sin);
  }

  /** Cosine of radians, to 2 ulp in float32; NaN beyond |x| = 2²⁰. */
  cos(): Tensor<S, D> {
    return this.#map(build.cos);
  }

  /** The error function `2/√π · ∫₀ˣ exp(−t²) dt`, to 2 ulp in float32. */
  erf(): Tensor<S, D> {
    return this.#map(build.erf);
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
  equal<const O extends Other<D>>(other: Partner<"equal", S, O>): Tensor<Meeting<"equal", S, O>, "bool"> {
    return this.#with("equal", other, build.equal);
  }

  /** `x ≠ y`, true where one is NaN. */
  notEqual<const O extends Other<D>>(other: Partner<"notEqual", S, O>): Tensor<Meeting<"notEqual", S, O>, "bool"> {
    return this.#with("notEqual", other, (x, y) => build.not(build.equal(x, y)));
  }

  /** `x < y`. */
  less<const O extends Other<D>>(other: Partner<"less", S, O>): Tensor<Meeting<"less", S, O>, "bool"> {
    return this.#with("less", other, build.less);
  }

  /** `x ≤ y`. */
  lessEqual<const O extends Other<D>>(other: Partner<"lessEqual", S, O>): Tensor<Meeting<"lessEqual", S, O>, "bool"> {
    return this.#with("lessEqual", other, build.lessEqual);
  }

  /** `x > y`. */
  greater<const O extends Other<D>>(other: Partner<"greater", S, O>): Tensor<Meeting<"greater", S, O>, "bool"> {
    return this.#with("greater", other, (x, y) => build.less(y, x));
  }

  /** `x ≥ y`. */
  greaterEqual<const O extends Other<D>>(
    other: Partner<"greaterEqual", S, O>,
  ): Tensor<Meeting<"greaterEqual", S, O>, "bool"> {
    return this.#with("greaterEqual", other, (x, y) => build.lessEqual(y, x));
  }

  /** Both, for bool; bit by bit for int32 and uint32. */
  and<const O extends Other<D>>(other: Partner<"and", S, O>): Tensor<Meeting<"and", S, O>, D> {
    return this.#with("and", other, build.and);
  }

  /** One or both, for bool; bit by bit for int32 and uint32. */
  or<const O extends Other<D>>(other: Partner<"or", S, O>): Tensor<Meeting<"or", S, O>, D> {
    return this.#with("or", other, build.or);
  }

  /** One but not both, for bool; bit by bit for int32 and uint32. */
  xor<const O extends Other<D>>(other: Partner<"xor", S, O>): Tensor<Meeting<"xor", S, O>, D> {
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
    then: Fitting<Tensor<A, E> | number, Selected<S, A, B>>,
    otherwise: Fitting<Tensor<B, E> | number, Broadcast<"select", A, B>>,
  ): Tensor<Outcome<Selected<S, A, B>>, NoInfer<E>> {
    const [a, b] = [operand("select", then), operand("select", otherwise)];
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
  reshape<const To extends Shape>(shape: Fitting<To, Reshaped<S, To>>): Tensor<Outcome<Reshaped<S, To>>, D> {
    return this.#as((x) => shaping.reshape(x, shape as Shape));
  }

  /** All axes from `from` on as one: `[2, 3, 4]` from 1 becomes `[2, 12]`. */
  flatten<const From extends number = 0>(
    from?: Fitting<From, Flattened<S, From>>,
  ): Tensor<Outcome<Flattened<S, From>>, D> {
    return this.#as((x) => shaping.flatten(x, (from as number | undefined) ?? 0));
  }

  /** Axis i of the result is axis `permutation[i]`; without a permutation all axes are reversed. */
  transpose<const P extends Shape | undefined = undefined>(
    permutation?: Fitting<P, Permuted<S, P>>,
  ): Tensor<Outcome<Permuted<S, P>>, D> {
    return this.#as((x) => shaping.transpose(x, permutation as Shape | undefined));
  }

  /** Widened to a shape: aligned at the end, new axes in front, dimensions of 1 repeat. */
  broadcastTo<const To extends Shape>(shape: Fitting<To, BroadcastTo<S, To>>): Tensor<Outcome<BroadcastTo<S, To>>, D> {
    return this.#as((x) => broadcastTo("broadcastTo", x, shape as Shape));
  }

  /** A new axis of size 1 before `axis`; −1 puts it last. */
  expand<const Axis extends number>(axis: Fitting<Axis, Expanded<S, Axis>>): Tensor<Outcome<Expanded<S, Axis>>, D> {
    return this.#as((x) => shaping.expand(x, axis as number));
  }

  /** Without an axis of size 1. */
  squeeze<const Axis extends number>(axis: Fitting<Axis, Squeezed<S, Axis>>): Tensor<Outcome<Squeezed<S, Axis>>, D> {
    return this.#as((x) => shaping.squeeze(x, axis as number));
  }

  /**
   * A part, per axis as Python's `x[start:stop:step]`: negative places count from the end, places outside are moved to the edge, a
   * negative step runs backwards. Entries that are null or absent leave the axis whole on that side.
   *
   * @example tensor([0, 1, 2, 3, 4]).slice([1], [-1], [2])  // [1, 3]
   */
  slice<const Start extends Bounds, const Stop extends Bounds = [], const Step extends Bounds = []>(
    start: Fitting<Start, BoundsMisfit<S, Start>>,
    stop?: Fitting<Stop, BoundsMisfit<S, Stop>>,
    step?: Fitting<Step, BoundsMisfit<S, Step, "step">>,
  ): Tensor<Outcome<Sliced<S, Start, Stop, Step>>, D> {
    const [from, to, by] = [start, stop ?? [], step ?? []] as [Bounds, Bounds, Bounds];
    return this.#as((x) => shaping.slice(x, from, to, by));
  }

  /** `low` elements of `value` before and `high` after, per axis. */
  pad<const Low extends Shape, const High extends Shape>(
    low: Fitting<Low, PaddingMisfit<S, Low>>,
    high: Fitting<High, PaddingMisfit<S, High>>,
    value: number = 0,
  ): Tensor<Outcome<Padded<S, Low, High>>, D> {
    return this.#as((x) => shaping.pad(x, low as Shape, high as Shape, value));
  }

  // Reducing; without axes, over all

  /** `Σ x` along the axes; 0 where there is nothing to add. */
  sum<const A extends Axes | undefined = undefined, const Keep extends boolean = false>(
    axes?: Fitting<A, Reduced<"sum", S, A, Keep>>,
    options?: ReduceOptions<Keep>,
  ): Tensor<Outcome<Reduced<"sum", S, A, Keep>>, D> {
    return this.#as((x) => shaping.reduce("sum", build.reduceSum, x, axes as Axes, options));
  }

  /** `Π x` along the axes; 1 where there is nothing to multiply. */
  product<const A extends Axes | undefined = undefined, const Keep extends boolean = false>(
    axes?: Fitting<A, Reduced<"product", S, A, Keep>>,
    options?: ReduceOptions<Keep>,
  ): Tensor<Outcome<Reduced<"product", S, A, Keep>>, D> {
    return this.#as((x) => shaping.reduce("product", build.reduceProduct, x, axes as Axes, options));
  }

  /** `Σ x / n` along the axes, for floats; NaN where there is nothing to average. */
  mean<const A extends Axes | undefined = undefined, const Keep extends boolean = false>(
    axes?: Fitting<A, Reduced<"mean", S, A, Keep>>,
    options?: ReduceOptions<Keep>,
  ): Tensor<Outcome<Reduced<"mean", S, A, Keep>>, D> {
    return this.#as((x) => shaping.mean(x, axes as Axes, options));
  }

  /** The largest along the axes, NaN if there is one. The first of several takes the gradient. */
  max<const A extends Axes | undefined = undefined, const Keep extends boolean = false>(
    axes?: Fitting<A, Reduced<"max", S, A, Keep>>,
    options?: ReduceOptions<Keep>,
  ): Tensor<Outcome<Reduced<"max", S, A, Keep>>, D> {
    return this.#as((x) => shaping.extremum("max", build.reduceMax, x, axes as Axes, options));
  }

  /** The smallest along the axes, NaN if there is one. The first of several takes the gradient. */
  min<const A extends Axes | undefined = undefined, const Keep extends boolean = false>(
    axes?: Fitting<A, Reduced<"min", S, A, Keep>>,
    options?: ReduceOptions<Keep>,
  ): Tensor<Outcome<Reduced<"min", S, A, Keep>>, D> {
    return this.#as((x) => shaping.extremum("min", build.reduceMin, x, axes as Axes, options));
  }

  /** The place of the first NaN, else of the first largest element along an axis. */
  argMax<const Axis extends number>(
    axis: Fitting<Axis, Reduced<"argMax", S, Axis>>,
  ): Tensor<Outcome<Reduced<"argMax", S, Axis>>, "int32"> {
    return this.#as((x) => build.argMax(x, shaping.axisOf("argMax", axis as number, x)));
  }

  /** Running sums along an axis: `y_i = x_0 + … + x_i`. */
  cumulativeSum<const Axis extends number>(axis: Fitting<Axis, ExistingAxis<"cumulativeSum", S, Axis>>): Tensor<S, D> {
    return this.#map((x) => build.cumulativeSum(x, shaping.axisOf("cumulativeSum", axis as number, x)));
  }

  // Products, places, order

  /**
   * The matrix product: `[m, k]` and `[k, n]` give `[m, n]`. Vectors `[k]` lose their axis; axes before the last two are a batch and
   * broadcast. Float only.
   *
   * @throws {ShapeError} the inner dimensions differ
   */
  matmul<const B extends Shape>(
    other: Fitting<Tensor<B, D>, MatrixProduct<S, B>>,
  ): Tensor<Outcome<MatrixProduct<S, B>>, D> {
    return this.#as((x) => matmul(x, asNode("matmul", this.dtype, nodeGiven("matmul", other))));
  }

  /** Rows `[n, …rest]` at int32 indices `[…i]`: `[…i, …rest]`. Indices outside are moved to the first or last row. */
  gather<const I extends Shape>(
    indices: Fitting<Tensor<I, "int32">, Gathered<S, I>>,
  ): Tensor<Outcome<Gathered<S, I>>, D> {
    return this.#as((x) => build.gather(x, nodeGiven("gather", indices)));
  }

  /** The places that sort the last axis ascending; equal elements keep their order, NaN comes last. */
  argSort(): Tensor<S, "int32"> {
    return this.#as(build.argSort);
  }

  #with<R extends Shape, E extends DType>(
    operation: string,
    other: unknown,
    f: (a: Node, b: Node) => Node,
  ): Tensor<R, E> {
    const [a, b] = together(operation, this.dtype, [nodeOf(this), operand(operation, other)]);
    return tensorOf(f(a!, b!));
  }

  #map(f: (x: Node) => Node): Tensor<S, D> {
    return tensorOf(f(nodeOf(this)));
  }

  #as<R extends Shape, E extends DType>(f: (x: Node) => Node): Tensor<R, E> {
    return tensorOf(f(nodeOf(this)));
  }
}

function operand(operation: string, value: unknown): Operand {
  return typeof value === "number" ? value : nodeGiven(operation, value, "a tensor or a number");
}

/** The node of what should be a tensor: JavaScript, which knows no types, may pass anything. */
export function nodeGiven(operation: string, value: unknown, wanted: string = "a tensor"): Node {
  if (value instanceof Tensor) return nodeOf(value);
  const actual = showValue(value);
  throw new GradusError(`${operation}: needs ${wanted}; got ${actual}. Make one with tensor(…).`, {
    operation,
    expected: wanted,
    actual,
  });
}

/**
 * Computes tensors without reading them, and every live tensor that hangs together with them: after it, reading is a copy, and
 * graphs begin at these tensors.
 *
 * @example await realize(weights, bias)
 */
export function realize(...tensors: Tensor[]): Promise<void> {
  for (const value of tensors) nodeGiven("realize", value);
  return realizeCells(tensors.map(cellOf), "realize");
}

/** Tensors from numbers: given, constant, counted or random. What is given is copied and rounded to the dtype at once. */

import { allocate, type Data, type DType, isFloat } from "../base/dtype.ts";
import { GradusError, ShapeError } from "../base/errors.ts";
import { RandomStream } from "../base/rng.ts";
import { checkShape, type Shape, showShape, sizeOf } from "../base/shape.ts";
import type { Mutable } from "../base/shape-types.ts";
import { showValue } from "../base/show.ts";
import { build } from "../graph/build.ts";
import { flush } from "../kernel/numbers.ts";
import { flattenValues } from "./nested.ts";
import { broadcastTo, checkDType, numberIn, scalar } from "./operands.ts";
import type { Outcome } from "./rules/fit.ts";
import { leaf, Storage } from "./storage.ts";
import { type Tensor, tensorOf } from "./tensor.ts";
import type { DTypeOfValues, NestedValues, NumberArray, ShapeOfValues } from "./types.ts";

export interface TensorOptions<S extends Shape = Shape, D extends DType = DType> {
  /** Default: as deep as the nesting; a typed array has one axis. */
  readonly shape?: S;
  /** Default: float32 for numbers, bool for booleans, for typed arrays their own. */
  readonly dtype?: D;
}

export interface DTypeOption<D extends DType = DType> {
  /** Default: float32. */
  readonly dtype?: D;
}

/**
 * A tensor of given numbers; a copy.
 *
 * @param values   a number, numbers or booleans in nested arrays, or a typed array in row-major order
 * @param options  another shape with as many elements, another dtype
 * @throws {DataError}  ragged nesting, or something that is no number
 * @throws {DTypeError} a value that an integer dtype does not hold exactly
 * @throws {ShapeError} the shape has another number of elements
 * @example tensor([[1, 2], [3, 4]])  // Tensor<[2, 2], "float32">
 */
export function tensor<
  const V extends NestedValues | NumberArray,
  const S extends Shape = ShapeOfValues<V>,
  D extends DType = DTypeOfValues<V>,
>(values: V, options: TensorOptions<S, D> = {}): Tensor<Outcome<Mutable<S>>, NoInfer<D>> {
  const given = ArrayBuffer.isView(values)
    ? { shape: [values.length], flat: values as NumberArray, own: dtypeOfArray(values as NumberArray) }
    : nestedNumbers(values as NestedValues);
  const dtype = options.dtype ?? given.own;
  const shape = options.shape ?? given.shape;
  checkShape("tensor", shape);
  if (sizeOf(shape) !== given.flat.length) {
    throw new ShapeError(
      `tensor: ${showShape(shape)} needs ${sizeOf(shape)} values; got ${given.flat.length}. Give another shape.`,
      { operation: "tensor", expected: showShape(shape), actual: String(given.flat.length) },
    );
  }
  return fromData(hold("tensor", given.flat, dtype), dtype, shape) as Tensor as Tensor<Outcome<Mutable<S>>, NoInfer<D>>;
}

/**
 * Every element 0, or false.
 *
 * @example zeros([2])  // [0, 0]
 */
export function zeros<const S extends Shape, D extends DType = "float32">(
  shape: S,
  options: DTypeOption<D> = {},
): Tensor<Mutable<S>, NoInfer<D>> {
  return everywhere("zeros", 0, shape, options);
}

/**
 * Every element 1, or true.
 *
 * @example ones([2], { dtype: "int32" })  // [1, 1]
 */
export function ones<const S extends Shape, D extends DType = "float32">(
  shape: S,
  options: DTypeOption<D> = {},
): Tensor<Mutable<S>, NoInfer<D>> {
  return everywhere("ones", 1, shape, options);
}

function everywhere<S extends Shape, D extends DType>(
  operation: string,
  value: 0 | 1,
  shape: Shape,
  { dtype }: DTypeOption,
): Tensor<S, D> {
  const chosen = dtype ?? "float32";
  checkShape(operation, shape);
  checkDType(operation, chosen);
  return tensorOf(build.constant(value, [...shape], chosen));
}

/**
 * Every element `value`.
 *
 * @throws {DTypeError} an integer dtype that does not hold the value exactly
 * @example full([2], 0.5)  // [0.5, 0.5]
 */
export function full<const S extends Shape, D extends DType = "float32">(
  shape: S,
  value: number,
  options: DTypeOption<D> = {},
): Tensor<Mutable<S>, NoInfer<D>> {
  const dtype = options.dtype ?? "float32";
  checkShape("full", shape);
  checkDType("full", dtype);
  if (typeof value !== "number") {
    throw new GradusError(`full: needs a number; got ${showValue(value)}. Write full(shape, 0.5).`, {
      operation: "full",
      actual: showValue(value),
    });
  }
  return tensorOf(broadcastTo("full", scalar("full", value, dtype), [...shape]));
}

/**
 * Numbers from `start` to before `stop`, `step` apart; with one argument from 0.
 *
 * @throws {GradusError} a step of 0, or arguments that are not finite
 * @example arange(3)         // [0, 1, 2]
 * @example arange(1, 2, 0.5) // [1, 1.5]
 */
export function arange(stop: number): Tensor<[number], "float32">;
export function arange<D extends DType = "float32">(
  start: number,
  stop: number,
  step?: number,
  options?: DTypeOption<D>,
): Tensor<[number], NoInfer<D>>;
export function arange(first: number, second?: number, step = 1, options: DTypeOption = {}): Tensor<[number]> {
  const [start, stop] = second === undefined ? [0, first] : [first, second];
  if (![start, stop, step].every(Number.isFinite) || step === 0) {
    throw new GradusError(
      `arange: needs finite numbers and a step other than 0; got ${start}, ${stop} and ${step}. Take a step such as 1.`,
      { operation: "arange", actual: `${start}, ${stop}, ${step}` },
    );
  }
  const length = Math.max(0, Math.ceil((stop - start) / step));
  checkSize("arange", [length]);
  const values = new Float64Array(length);
  for (let i = 0; i < length; i++) values[i] = start + i * step;
  const dtype = options.dtype ?? "float32";
  return fromData(hold("arange", values, dtype), dtype, [length]);
}

export interface RandomOptions<D extends DType = DType> {
  /** The same seed gives the same numbers. Default: numbers that differ from call to call, the same in every run. */
  readonly seed?: number;
  readonly dtype?: D;
}

export interface NormalOptions<D extends DType = DType> extends RandomOptions<D> {
  /** Default 0. */
  readonly mean?: number;
  /** Standard deviation. Default 1. */
  readonly deviation?: number;
}

export interface UniformOptions<D extends DType = DType> extends RandomOptions<D> {
  /** Default 0. */
  readonly low?: number;
  /** Default 1. */
  readonly high?: number;
}

/**
 * Normally distributed numbers.
 *
 * @example normal([2, 3], { seed: 1 })
 */
export function normal<const S extends Shape, D extends "float32" | "float64" = "float32">(
  shape: S,
  options: NormalOptions<D> = {},
): Tensor<Mutable<S>, NoInfer<D>> {
  const { mean = 0, deviation = 1 } = options;
  return random("normal", shape, options, (stream, n) => mean + deviation * stream.normal(n));
}

/**
 * Numbers evenly distributed from `low` to before `high`.
 *
 * @example uniform([100], { low: -1, seed: 1 })
 */
export function uniform<const S extends Shape, D extends "float32" | "float64" = "float32">(
  shape: S,
  options: UniformOptions<D> = {},
): Tensor<Mutable<S>, NoInfer<D>> {
  const { low = 0, high = 1 } = options;
  return random("uniform", shape, options, (stream, n) => low + (high - low) * stream.uniform(n));
}

/** Calls without a seed so far: each has a stream of its own. */
let unseeded = 0;

function random<S extends Shape, D extends DType>(
  name: string,
  shape: Shape,
  { seed, dtype }: RandomOptions,
  draw: (stream: RandomStream, n: number) => number,
): Tensor<S, D> {
  checkSize(name, shape);
  const stream =
    seed === undefined ? new RandomStream(0, `${name}/unseeded`, unseeded++) : new RandomStream(seed, name);
  const values = Float64Array.from({ length: sizeOf(shape) }, (_, n) => draw(stream, n));
  const chosen = dtype ?? "float32";
  return fromData(hold(name, values, chosen), chosen, shape) as Tensor as Tensor<S, D>;
}

/** No target holds more than 4 GiB. */
const mostElements = 2 ** 29;

/** Throws where a shape could not even be allocated. */
function checkSize(operation: string, shape: Shape): void {
  checkShape(operation, shape);
  if (sizeOf(shape) <= mostElements) return;
  throw new ShapeError(
    `${operation}: a tensor can have ${mostElements} elements; ${showShape(shape)} has ${sizeOf(shape)}. Take fewer.`,
    { operation, expected: `at most ${mostElements} elements`, actual: showShape(shape) },
  );
}

function nestedNumbers(values: NestedValues): { shape: number[]; flat: number[]; own: DType } {
  const { shape, flat, boolean } = flattenValues(values);
  return { shape, flat, own: boolean ? "bool" : "float32" };
}

/** The dtype of a typed array; those without a counterpart are read as int32. */
function dtypeOfArray(array: NumberArray): DType {
  if (array instanceof Float32Array) return "float32";
  if (array instanceof Float64Array) return "float64";
  if (array instanceof Uint32Array) return "uint32";
  return array instanceof Uint8Array || array instanceof Uint8ClampedArray ? "uint8" : "int32";
}

/** The values as the dtype holds them, in memory of their own. */
function hold(operation: string, values: ArrayLike<number>, dtype: DType): Data {
  checkDType(operation, dtype);
  const data = allocate(dtype, values.length);
  data.set(values);
  if (dtype === "float32") for (let i = 0; i < data.length; i++) data[i] = flush(data[i]!);
  if (!isFloat(dtype)) for (let i = 0; i < data.length; i++) numberIn(operation, values[i]!, dtype);
  return data;
}

function fromData<S extends Shape>(data: Data, dtype: DType, shape: S): Tensor<S> {
  return tensorOf<S>(leaf(Storage.fromHost(dtype, data), [...shape]));
}

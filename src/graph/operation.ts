/**
 * What a primitive operation is: one record that holds its shape rule, its meaning, its gradient and sample inputs. The
 * families (`kind`) are closed: reference and compiler know a family, never an operation's name. Anything that can be
 * composed from primitives is not a primitive.
 */

import type { DType } from "../base/dtype.ts";
import type { Shape } from "../base/shape.ts";
import type { Scalars, ScalarType } from "../kernel/scalars.ts";
import type { Builders } from "./build.ts";
import type { Node } from "./node.ts";
import type { ConvAttributes } from "./ops/conv.ts";
import type { Sliding } from "./ops/spatial.ts";

/** Inputs on which every target must agree, and finite differences with the gradient. */
export interface Sample {
  readonly inputs: readonly SampleInput[];
  readonly attributes: unknown;
  /** Why the sample is there, in the report. */
  readonly note?: string;
}

export interface SampleInput {
  readonly shape: Shape;
  readonly dtype: DType;
  /** Explicit values, or how to draw them. Default: "normal" for floats, small integers otherwise. */
  readonly values?: readonly number[] | "normal" | "positive" | "distinct";
}

interface Common<A> {
  readonly name: string;
  /** The result's shape and dtype; throws ShapeError or DTypeError with a full sentence. */
  infer(inputs: readonly Node[], attributes: A): { shape: Shape; dtype: DType };
  /**
   * The gradient for each input, given the output's gradient `g`; null where none flows. `null` instead of a rule: the
   * operation is not differentiable anywhere. Rules build nodes through `b`, so gradients have gradients.
   */
  readonly gradient: null | ((b: Builders, g: Node, node: Node<A>) => readonly (Node | null)[]);
  readonly samples: readonly Sample[];
}

/** Produces values from nothing: constant, iota, input. */
export interface SourceOperation<A> extends Common<A> {
  readonly kind: "source";
  /** The element at a flat row-major position; null where the values are bound at run time (input). */
  readonly element: null | ((node: Node<A>, index: readonly number[]) => number);
  /** The output axis the value depends on, -1 for none: element = offset + step · index[axis]. */
  readonly affine: null | ((node: Node<A>) => { axis: number; offset: number; step: number });
}

/** One result element from the input elements at the same position; all inputs have the output's shape. */
export interface ElementwiseOperation<A> extends Common<A> {
  readonly kind: "elementwise";
  /** The meaning, written once in scalar instructions; `types` are the inputs' register types. */
  lower<T>(k: Scalars<T>, args: readonly T[], types: readonly ScalarType[], attributes: A): T;
  /** float64 meaning for the reference where `lower` is made for float32 only (exp, tanh…). */
  readonly float64?: (...args: number[]) => number;
}

/** Where input axis i is read: `offset + step · output index[axis]`; axis −1: always `offset`. */
export interface AxisView {
  readonly axis: number;
  readonly offset: number;
  readonly step: number;
}

/** The same elements seen through an affine map: broadcast, transpose, slice (negative steps flip). */
export interface MovementOperation<A> extends Common<A> {
  readonly kind: "movement";
  /** One view per input axis. */
  view(node: Node<A>): readonly AxisView[];
}

/** The same elements in row-major order under another shape. */
export interface ReshapeOperation<A> extends Common<A> {
  readonly kind: "reshape";
}

/** Inputs written into a filled output at affine places: pad (edges and interior), concat. */
export interface PlaceOperation<A> extends Common<A> {
  readonly kind: "place";
  /** For each input, for each axis: output index = offset + step · input index. */
  places(node: Node<A>): readonly (readonly { offset: number; step: number }[])[];
  /** What stands where no input was placed; null when inputs cover everything. */
  fill(node: Node<A>): number | null;
}

/** Combines the elements along `attributes.axes` (kept axes stay in order), by the contract's rule for sums. */
export interface ReduceOperation<A> extends Common<A> {
  readonly kind: "reduce";
  axes(node: Node<A>): readonly number[];
  combine<T>(k: Scalars<T>, a: T, b: T, type: ScalarType): T;
  identity(type: ScalarType): number | boolean;
}

/** The index of the first NaN, else of the first maximum, along one axis; int32. */
export interface ArgReduceOperation<A> extends Common<A> {
  readonly kind: "argReduce";
  axis(node: Node<A>): number;
}

/** Which axes of the two operands pair up. Result axes: batch, then free of a, then free of b, each in order. */
export interface DotAttributes {
  readonly batch: readonly [a: readonly number[], b: readonly number[]];
  readonly contract: readonly [a: readonly number[], b: readonly number[]];
}

/** Σ over contracted axes of a·b, by the contract's rule for contractions; float32 or float64. */
export interface ContractOperation<A> extends Common<A> {
  readonly kind: "contract";
  axes(node: Node<A>): DotAttributes;
}

/**
 * Σ over kernel positions and channels of input · kernel, in the contract's order for contractions. Inputs x `[n, …spatial, in]` and w
 * `[out, in/groups, …kernel]`; what lies in the padding is skipped.
 */
export interface ConvolutionOperation<A> extends Common<A> {
  readonly kind: "convolution";
  convolution(node: Node<A>): ConvAttributes;
}

/**
 * For each place of a sliding window the combination of its elements, or the place of its first maximum (int32). `chosen`: the combination
 * of those for which the second input, int32 and of the first one's shape, holds their number counted from the window's end.
 */
export interface WindowOperation<A> extends Common<A> {
  readonly kind: "window";
  readonly gives: "combination" | "place" | "chosen";
  /** One per axis. */
  windows(node: Node<A>): readonly Sliding[];
  combine<T>(k: Scalars<T>, a: T, b: T, type: ScalarType): T;
  identity(type: ScalarType): number;
}

/** Running sums along one axis, by the contract's rule for sums along outer axes. */
export interface ScanOperation<A> extends Common<A> {
  readonly kind: "scan";
  axis(node: Node<A>): number;
}

/** Inputs (table `[n, …rest]`, indices int32 `[…i]`) → `[…i, …rest]`; indices clamp to [0, n). */
export interface GatherOperation<A> extends Common<A> {
  readonly kind: "gather";
}

/** Inputs (indices int32 `[…i]`, updates `[…i, …rest]`) → `[attributes.size, …rest]`: adds in index order, drops out of range. */
export interface ScatterOperation<A> extends Common<A> {
  readonly kind: "scatterAdd";
}

/** Input `[…a, n]` → the permutation (int32) that sorts each row ascending; stable; NaN last, −0 before +0. */
export interface SortOperation<A> extends Common<A> {
  readonly kind: "sort";
}

export type Operation<A = any> =
  | SourceOperation<A>
  | ElementwiseOperation<A>
  | MovementOperation<A>
  | ReshapeOperation<A>
  | PlaceOperation<A>
  | ReduceOperation<A>
  | ArgReduceOperation<A>
  | ContractOperation<A>
  | ConvolutionOperation<A>
  | WindowOperation<A>
  | ScanOperation<A>
  | GatherOperation<A>
  | ScatterOperation<A>
  | SortOperation<A>;

export type Kind = Operation["kind"];

/**
 * The scalar instructions in which every operation is written, once: `Scalars<T>` is spoken by the reference (T = number), and
 * by the kernel builder, whose values become vector instructions. An operation that is not here is a sequence of these
 * (exp, tanh…: math.ts); a target that lacks one of them gets it by decomposition, never by a table over operations.
 *
 * Meanings are those of DESIGN's numerics contract: float32 results round to nearest even, subnormals count as zero, max and
 * min propagate NaN and order −0 below +0, float to integer truncates and saturates (NaN gives 0), shifts count modulo 32.
 */

import type { DType } from "../base/dtype.ts";

/** What a register lane can hold. `uint8` lives in memory only: loaded it is `uint32`, stored it keeps its low 8 bits. */
export type ScalarType = "float32" | "float64" | "int32" | "uint32" | "bool";

export interface FloatScalars<T> {
  constant(value: number): T;
  add(a: T, b: T): T;
  sub(a: T, b: T): T;
  mul(a: T, b: T): T;
  div(a: T, b: T): T;
  /** `a·b + c`: rounded once in mode fused, after each of the two operations in mode portable. */
  fma(a: T, b: T, c: T): T;
  neg(a: T): T;
  abs(a: T): T;
  sqrt(a: T): T;
  floor(a: T): T;
  /** To the nearest integer, ties to even. */
  nearest(a: T): T;
  max(a: T, b: T): T;
  min(a: T, b: T): T;
  /** Comparisons give a `bool`; any comparison with NaN is false. */
  equal(a: T, b: T): T;
  less(a: T, b: T): T;
  lessEqual(a: T, b: T): T;
  select(condition: T, then: T, otherwise: T): T;
  /** Truncates, saturates; NaN gives 0. */
  toInt32(a: T): T;
  /** Truncates, saturates at 0 and 2³²−1; NaN gives 0. */
  toUint32(a: T): T;
  /** The same 32 bits as an int32 (float32 only). */
  bits(a: T): T;
}

export interface IntegerScalars<T> {
  constant(value: number): T;
  /** Sums, differences and products wrap modulo 2³². */
  add(a: T, b: T): T;
  sub(a: T, b: T): T;
  mul(a: T, b: T): T;
  and(a: T, b: T): T;
  or(a: T, b: T): T;
  xor(a: T, b: T): T;
  shiftLeft(a: T, count: number): T;
  /** Arithmetic for int32, logical for uint32. */
  shiftRight(a: T, count: number): T;
  max(a: T, b: T): T;
  min(a: T, b: T): T;
  /** `⌊a / b⌋`, saturating; 0 where both are 0. */
  floorDiv(a: T, b: T): T;
  equal(a: T, b: T): T;
  less(a: T, b: T): T;
  lessEqual(a: T, b: T): T;
  select(condition: T, then: T, otherwise: T): T;
  /** Rounds to the nearest float32, ties to even. */
  toFloat32(a: T): T;
  /** The same 32 bits as a float32 (a subnormal reads as zero). */
  asFloat32(a: T): T;
  /** The same 32 bits, seen as the other integer type. */
  toInt32(a: T): T;
  toUint32(a: T): T;
}

export interface BoolScalars<T> {
  constant(value: boolean): T;
  and(a: T, b: T): T;
  or(a: T, b: T): T;
  xor(a: T, b: T): T;
  not(a: T): T;
  select(condition: T, then: T, otherwise: T): T;
  /** 0 or 1. */
  toInt32(a: T): T;
  toUint32(a: T): T;
  toFloat32(a: T): T;
}

export interface Scalars<T> {
  readonly float32: FloatScalars<T>;
  /** Spoken by the reference alone until the kernel language carries float64 lanes. */
  readonly float64: FloatScalars<T>;
  readonly int32: IntegerScalars<T>;
  readonly uint32: IntegerScalars<T>;
  readonly bool: BoolScalars<T>;
}

/** The register type of a dtype. */
export function scalarOf(dtype: DType): ScalarType {
  return dtype === "uint8" ? "uint32" : dtype;
}

/** What floats and integers have in common. */
export type NumberScalars<T> = Pick<
  FloatScalars<T> & IntegerScalars<T>,
  "constant" | "add" | "sub" | "mul" | "max" | "min" | "equal" | "less" | "lessEqual" | "select"
>;

/** The instructions of a register type that holds numbers. */
export function numbersOf<T>(k: Scalars<T>, type: ScalarType): NumberScalars<T> {
  return k[type as Exclude<ScalarType, "bool">];
}

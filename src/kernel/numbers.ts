/**
 * The scalar instructions on JavaScript numbers: the meaning every target is compared with. float32 rounds after each operation
 * and counts subnormals as zero, before and after; a bool is 0 or 1. float64 is plain JavaScript, and its fma rounds twice: the
 * contract promises bits for float32 only. Refuses `bits` of a float64.
 */

import type { DType } from "../base/dtype.ts";
import { InternalError } from "../base/errors.ts";
import { fmaFloat32 } from "../base/fma.ts";
import type { BoolScalars, FloatScalars, IntegerScalars, Scalars } from "./scalars.ts";

/** 2⁻¹²⁶, the smallest normal float32. */
const smallestNormal = 1.1754943508222875e-38;

/** A subnormal float32 becomes zero with its sign. */
export function flush(x: number): number {
  return Math.abs(x) < smallestNormal ? x * 0 : x;
}

/** The float32 nearest to x, ties to even, subnormals flushed. */
export function roundToFloat32(x: number): number {
  return flush(Math.fround(x));
}

/** A number as an element of a dtype: rounded to a float, wrapped to an integer, for bool 1 unless it is 0. */
export function elementOf(dtype: DType, value: number): number {
  switch (dtype) {
    case "float32":
      return roundToFloat32(value);
    case "float64":
      return value;
    case "int32":
      return value | 0;
    case "uint32":
      return value >>> 0;
    case "uint8":
      return value & 255;
    case "bool":
      return value === 0 ? 0 : 1;
  }
}

/**
 * Scalars over numbers.
 *
 * @param numerics  "fused": `fma` of float32 rounds once; "portable": after the product and after the sum
 */
export function numberScalars(numerics: "fused" | "portable"): Scalars<number> {
  const round = roundToFloat32;
  const fma32 =
    numerics === "fused"
      ? (a: number, b: number, c: number) => flush(fmaFloat32(flush(a), flush(b), flush(c)))
      : (a: number, b: number, c: number) => round(round(flush(a) * flush(b)) + flush(c));
  return {
    float32: floatScalars({ input: flush, result: round, fma: fma32, bits: float32Bits }),
    float64: floatScalars({ input: (x) => x, result: (x) => x, fma: (a, b, c) => a * b + c, bits: noBits }),
    int32: integerScalars((x) => x | 0),
    uint32: integerScalars((x) => x >>> 0),
    bool,
  };
}

interface FloatRules {
  /** How an operand is read. */
  input(x: number): number;
  /** How an exact or float64-rounded result is rounded. */
  result(x: number): number;
  fma(a: number, b: number, c: number): number;
  bits(a: number): number;
}

function floatScalars({ input, result, fma, bits }: FloatRules): FloatScalars<number> {
  // Rounding a float64 sum, product, quotient or root to float32 equals rounding the exact value once: 53 ≥ 2·24 + 2.
  return {
    constant: (value) => result(value),
    add: (a, b) => result(input(a) + input(b)),
    sub: (a, b) => result(input(a) - input(b)),
    mul: (a, b) => result(input(a) * input(b)),
    div: (a, b) => result(input(a) / input(b)),
    fma,
    neg: (a) => -input(a),
    abs: (a) => Math.abs(input(a)),
    sqrt: (a) => result(Math.sqrt(input(a))),
    floor: (a) => Math.floor(input(a)),
    nearest: (a) => nearestEven(input(a)),
    max: (a, b) => Math.max(input(a), input(b)),
    min: (a, b) => Math.min(input(a), input(b)),
    equal: (a, b) => Number(input(a) === input(b)),
    less: (a, b) => Number(input(a) < input(b)),
    lessEqual: (a, b) => Number(input(a) <= input(b)),
    select: (condition, then, otherwise) => (condition !== 0 ? then : otherwise),
    toInt32: (a) => saturate(a, -0x80000000, 0x7fffffff),
    toUint32: (a) => saturate(a, 0, 0xffffffff),
    bits,
  };
}

/** To the nearest integer, ties to even, keeping the sign of zero. */
function nearestEven(x: number): number {
  const magnitude = Math.abs(x);
  if (!(magnitude < 0x10000000000000)) return x; // 2⁵²: already an integer, or not finite
  const rounded = magnitude + 0x10000000000000 - 0x10000000000000;
  return x < 0 || Object.is(x, -0) ? -rounded : rounded;
}

/** Truncates and keeps within [low, high]; NaN gives 0, and zero is +0. */
function saturate(x: number, low: number, high: number): number {
  if (Number.isNaN(x)) return 0;
  return Math.min(Math.max(Math.trunc(x), low), high) + 0;
}

const word = new DataView(new ArrayBuffer(4));

function float32Bits(x: number): number {
  word.setFloat32(0, x);
  return word.getInt32(0);
}

function noBits(): number {
  throw new InternalError("bits: a float64 does not fit in 32 bits; the instruction is for float32 only.");
}

function integerScalars(wrap: (x: number) => number): IntegerScalars<number> {
  const isSigned = wrap(-1) < 0;
  return {
    constant: wrap,
    add: (a, b) => wrap(a + b),
    sub: (a, b) => wrap(a - b),
    mul: (a, b) => wrap(Math.imul(a, b)),
    and: (a, b) => wrap(a & b),
    or: (a, b) => wrap(a | b),
    xor: (a, b) => wrap(a ^ b),
    shiftLeft: (a, count) => wrap(a << (count & 31)),
    shiftRight: (a, count) => (isSigned ? a >> (count & 31) : a >>> (count & 31)),
    max: (a, b) => Math.max(a, b),
    min: (a, b) => Math.min(a, b),
    // The quotient of two integers of 32 bits rounds to float64 on the same side of every integer.
    floorDiv: (a, b) =>
      isSigned ? saturate(Math.floor(a / b), -0x80000000, 0x7fffffff) : saturate(Math.floor(a / b), 0, 0xffffffff),
    equal: (a, b) => Number(a === b),
    less: (a, b) => Number(a < b),
    lessEqual: (a, b) => Number(a <= b),
    select: (condition, then, otherwise) => (condition !== 0 ? then : otherwise),
    toFloat32: (a) => Math.fround(a),
    asFloat32: (a) => {
      word.setInt32(0, a);
      return flush(word.getFloat32(0));
    },
    toInt32: (a) => a | 0,
    toUint32: (a) => a >>> 0,
  };
}

const bool: BoolScalars<number> = {
  constant: (value) => Number(value),
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  not: (a) => a ^ 1,
  select: (condition, then, otherwise) => (condition !== 0 ? then : otherwise),
  toInt32: (a) => a,
  toUint32: (a) => a,
  toFloat32: (a) => a,
};

/**
 * Scalar instructions as WebAssembly: one row per register type, complete by type check. float64 is not spoken yet: the target
 * refuses such modules before they come here.
 */

import type { ScalarName } from "../../kernel/language.ts";
import type { BoolScalars, FloatScalars, IntegerScalars, ScalarType } from "../../kernel/scalars.ts";
import type { Numerics } from "../target.ts";
import type { Code } from "./encoder.ts";
import type { SimdOpcode } from "./opcodes.ts";

/** Writes the instruction; `args[i]()` leaves operand i on the stack. */
type Write = (code: Code, args: readonly (() => void)[], immediate: number, numerics: Numerics) => void;

type Row<T> = Record<Exclude<keyof T, "constant">, Write>;

const simple =
  (opcode: SimdOpcode): Write =>
  (code, args) => {
    for (const arg of args) arg();
    code.simd(opcode);
  };

/** The bits stay as they are. */
const same: Write = (_, [a]) => a!();

const select: Write = (code, [condition, then, otherwise]) => {
  then!();
  otherwise!();
  condition!();
  code.simd("v128.bitselect");
};

const shift =
  (opcode: SimdOpcode): Write =>
  (code, [a], count) => {
    a!();
    code.constant(count).simd(opcode);
  };

const masked =
  (pattern: number): Write =>
  (code, [a]) => {
    a!();
    code.vector([pattern, pattern, pattern, pattern]).simd("v128.and");
  };

/** Byte numbers for a shuffle: eight from each of two places. */
const eightAnd = (first: number, second: number): number[] =>
  [first, second].flatMap((start) => Array.from({ length: 8 }, (_, i) => start + i));

/** In float64, which holds both operands exactly, two lanes at a time. */
const floorDiv =
  (sign: "s" | "u"): Write =>
  (code, [a, b]) => {
    const operands = [a!, b!].map((write) => {
      const local = code.local("v128");
      write();
      code.set(local);
      return local;
    });
    const half = (first: number): void => {
      for (const operand of operands) {
        code
          .get(operand)
          .get(operand)
          .shuffle(eightAnd(first, 8 - first));
        code.simd(`f64x2.convert_low_i32x4_${sign}`);
      }
      code.simd("f64x2.div").simd("f64x2.floor").simd(`i32x4.trunc_sat_f64x2_${sign}_zero`);
    };
    half(0);
    half(8);
    code.shuffle(eightAnd(0, 16));
  };

const float32: Row<FloatScalars<unknown>> = {
  add: simple("f32x4.add"),
  sub: simple("f32x4.sub"),
  mul: simple("f32x4.mul"),
  div: simple("f32x4.div"),
  fma: (code, [a, b, c], _, numerics) => {
    a!();
    b!();
    if (numerics === "portable") code.simd("f32x4.mul");
    c!();
    code.simd(numerics === "portable" ? "f32x4.add" : "f32x4.relaxed_madd");
  },
  neg: simple("f32x4.neg"),
  abs: simple("f32x4.abs"),
  sqrt: simple("f32x4.sqrt"),
  floor: simple("f32x4.floor"),
  nearest: simple("f32x4.nearest"),
  max: simple("f32x4.max"),
  min: simple("f32x4.min"),
  equal: simple("f32x4.eq"),
  less: simple("f32x4.lt"),
  lessEqual: simple("f32x4.le"),
  select,
  toInt32: simple("i32x4.trunc_sat_f32x4_s"),
  toUint32: simple("i32x4.trunc_sat_f32x4_u"),
  bits: same,
};

const integer = (sign: "s" | "u"): Row<IntegerScalars<unknown>> => ({
  add: simple("i32x4.add"),
  sub: simple("i32x4.sub"),
  mul: simple("i32x4.mul"),
  and: simple("v128.and"),
  or: simple("v128.or"),
  xor: simple("v128.xor"),
  shiftLeft: shift("i32x4.shl"),
  shiftRight: shift(`i32x4.shr_${sign}`),
  max: simple(`i32x4.max_${sign}`),
  floorDiv: floorDiv(sign),
  min: simple(`i32x4.min_${sign}`),
  equal: simple("i32x4.eq"),
  less: simple(`i32x4.lt_${sign}`),
  lessEqual: simple(`i32x4.le_${sign}`),
  select,
  toFloat32: simple(`f32x4.convert_i32x4_${sign}`),
  asFloat32: same,
  toInt32: same,
  toUint32: same,
});

const bool: Row<BoolScalars<unknown>> = {
  and: simple("v128.and"),
  or: simple("v128.or"),
  xor: simple("v128.xor"),
  not: simple("v128.not"),
  select,
  toInt32: masked(1),
  toUint32: masked(1),
  toFloat32: masked(0x3f800000),
};

const rows = { float32, int32: integer("s"), uint32: integer("u"), bool };

/** How to write a scalar instruction, or undefined where the type is not spoken. */
export function writerOf(type: ScalarType, name: ScalarName): Write | undefined {
  return type === "float64" ? undefined : (rows[type] as Partial<Record<ScalarName, Write>>)[name];
}

/**
 * What a vector extension brings to the target: how each scalar instruction, load and store of the kernel language is written with
 * it. AVX-512 and AVX2 each fill this table once; nobody else asks which of them runs.
 */

import type { DType } from "../../base/dtype.ts";
import type { ScalarName } from "../../kernel/language.ts";
import type { BoolScalars, FloatScalars, IntegerScalars, ScalarType } from "../../kernel/scalars.ts";
import type { Numerics } from "../target.ts";
import type { RegisterFile } from "./allocate.ts";
import type { Place, Virtual } from "./instruction.ts";
import type { VectorCode } from "./vector-code.ts";

/** An operand of a scalar instruction. */
export interface Operand {
  readonly register: Virtual;
  /** Its number, where every lane has the same known one. */
  readonly constant: number | undefined;
  /** Nobody reads it after this instruction: its register may be written over. */
  readonly dies: boolean;
}

/** Writes a scalar instruction; gives the register of its result. */
export type Write = (
  code: VectorCode,
  args: readonly Operand[],
  context: { readonly immediate: number; readonly numerics: Numerics },
) => Virtual;

export type Row<T> = Record<Exclude<keyof T, "constant">, Write>;

export interface Rows {
  readonly float32: Row<FloatScalars<unknown>>;
  readonly int32: Row<IntegerScalars<unknown>>;
  readonly uint32: Row<IntegerScalars<unknown>>;
  readonly bool: Row<BoolScalars<unknown>>;
}

export interface VectorExtension {
  readonly name: "avx2" | "avx512";
  readonly form: "vex" | "evex";
  readonly bits: 256 | 512;
  readonly registers: RegisterFile;
  readonly rows: Rows;
  /** Lanes l < active of `place + l·stride` (in elements), zeros behind them. */
  readonly load: (code: VectorCode, place: Place, memory: DType, stride: number, active: number) => Virtual;
  /** As load, from `place + indices[l]·scale` (in elements). */
  readonly gather: (
    code: VectorCode,
    place: Place,
    memory: DType,
    indices: Virtual,
    scale: number,
    active: number,
  ) => Virtual;
  readonly store: (
    code: VectorCode,
    place: Place,
    memory: DType,
    value: Virtual,
    stride: number,
    active: number,
  ) => void;
  /** Lane l is lane `l xor distance`. */
  readonly exchange: (code: VectorCode, value: Virtual, distance: number) => Virtual;
  /** Two vectors woven, as the kernel language says. */
  readonly interchange: (code: VectorCode, a: Virtual, b: Virtual, distance: number, upper: boolean) => Virtual;
  /** Lanes from `active` on from `otherwise`. */
  readonly keep: (code: VectorCode, value: Virtual, otherwise: Virtual, active: number) => Virtual;
  /** A general register in every lane. */
  readonly splat: (code: VectorCode, index: Virtual) => Virtual;
}

/** Whether an element is one byte in memory; in registers all are 32 bits. */
export const isByte = (memory: DType): boolean => memory === "uint8" || memory === "bool";

/** How to write a scalar instruction, or undefined where the type is not spoken. */
export function writerOf(rows: Rows, type: ScalarType, name: ScalarName): Write | undefined {
  return type === "float64" ? undefined : (rows[type] as Partial<Record<ScalarName, Write>>)[name];
}

/** 0, 1, …, lanes − 1 times a stride. */
export function multiples(lanes: number, stride: number): number[] {
  return Array.from({ length: lanes }, (_, lane) => Math.imul(lane, stride));
}

const floatBits = new Float32Array(1);
const floatWord = new Int32Array(floatBits.buffer);

/** The 32 bits of a float32; those of a subnormal are those of its zero. */
export function wordOf(value: number): number {
  floatBits[0] = value;
  const word = floatWord[0]!;
  return (word & 0x7f800000) === 0 ? word & 0x80000000 : word;
}

/**
 * The language every CPU target receives: structured loops over uniform integers (`Index`), vector registers (`Vector`, `lanes`
 * wide), loads and stores. A kernel is a function of buffer pointers and of a range [begin, end) of its parts, so that threads
 * can share it. There are no data-dependent branches; widths, trip counts of tails and strides are constants of the kernel.
 */

import type { DType } from "../base/dtype.ts";
import type { BoolScalars, FloatScalars, IntegerScalars, ScalarType } from "./scalars.ts";

/** A uniform integer (i32): loop counter, address part. Assigned once. */
export interface Index {
  readonly id: number;
  readonly kind: "index";
}

/** A vector register. Assigned once. `bool` lanes are all ones or all zeros. */
export interface Vector {
  readonly id: number;
  readonly kind: "vector";
  readonly type: ScalarType;
}

/** A vector register that may be assigned again: an accumulator. */
export interface Variable {
  readonly id: number;
  readonly kind: "variable";
  readonly type: ScalarType;
}

/** `buffer + offset + Σ index·scale`, in bytes. The offset is a constant and may be negative. */
export interface Address {
  readonly buffer: number;
  readonly offset: number;
  readonly terms: readonly { readonly index: Index; readonly scale: number }[];
}

/** `div` truncates; its divisor is never 0. */
export type IndexOperator = "add" | "sub" | "mul" | "div" | "min" | "max" | "and" | "shiftRight";

type Names<T> = Exclude<keyof T, "constant"> & string;
export type ScalarName = Names<FloatScalars<unknown>> | Names<IntegerScalars<unknown>> | Names<BoolScalars<unknown>>;

export type Instruction =
  | { readonly op: "indexConstant"; readonly result: Index; readonly value: number }
  | {
      readonly op: "indexBinary";
      readonly result: Index;
      readonly operator: IndexOperator;
      readonly a: Index;
      readonly b: Index;
    }
  /** One lane of an int32 or uint32 vector. */
  | { readonly op: "lane"; readonly result: Index; readonly vector: Vector; readonly lane: number }
  | { readonly op: "loadIndex"; readonly result: Index; readonly address: Address; readonly memory: DType }
  | { readonly op: "storeIndex"; readonly address: Address; readonly memory: DType; readonly value: Index }
  | { readonly op: "constant"; readonly result: Vector; readonly value: number }
  /** 0, 1, 2, … by lane (int32). */
  | { readonly op: "laneNumbers"; readonly result: Vector }
  /** The index in every lane (int32). */
  | { readonly op: "splat"; readonly result: Vector; readonly index: Index }
  /** One of the scalar instructions, lane by lane; `type` is that of the operands (`bool` for logic on masks). */
  | {
      readonly op: "scalar";
      readonly result: Vector;
      readonly name: ScalarName;
      readonly type: ScalarType;
      readonly args: readonly Vector[];
      readonly immediate: number;
    }
  /**
   * Lane l < active reads element `address + l·stride` (in elements; 0 broadcasts one element to every lane); lanes from
   * `active` on become 0. No byte outside the named elements is touched.
   */
  | {
      readonly op: "load";
      readonly result: Vector;
      readonly address: Address;
      readonly memory: DType;
      readonly stride: number;
      readonly active: number;
    }
  /** As load, but lane l reads element `address + indices[l]·scale` (int32 indices, scale in elements). */
  | {
      readonly op: "gather";
      readonly result: Vector;
      readonly address: Address;
      readonly memory: DType;
      readonly indices: Vector;
      readonly scale: number;
      readonly active: number;
    }
  /** Lanes l < active to `address + l·stride`. A float32 subnormal is stored as zero of its sign. */
  | {
      readonly op: "store";
      readonly address: Address;
      readonly memory: DType;
      readonly value: Vector;
      readonly stride: number;
      readonly active: number;
    }
  /** Lane l of the result is lane `l xor distance`. */
  | { readonly op: "exchange"; readonly result: Vector; readonly vector: Vector; readonly distance: number }
  /**
   * Two vectors woven at a distance d, a power of two. Where `l & d` is 0, lane l of the result is lane l of a, elsewhere lane `l xor d`
   * of b; `upper`: lane `l xor d` of a, elsewhere lane l of b. Rounds of it transpose squares.
   */
  | {
      readonly op: "interchange";
      readonly result: Vector;
      readonly a: Vector;
      readonly b: Vector;
      readonly distance: number;
      readonly upper: boolean;
    }
  /** Lanes from `active` on are replaced by `otherwise`. */
  | {
      readonly op: "keep";
      readonly result: Vector;
      readonly vector: Vector;
      readonly active: number;
      readonly otherwise: number;
    }
  | { readonly op: "variable"; readonly variable: Variable; readonly initial: Vector }
  | { readonly op: "get"; readonly result: Vector; readonly variable: Variable }
  | { readonly op: "set"; readonly variable: Variable; readonly value: Vector }
  /** `for (index = from; index < to; index += step)`; may run zero times. */
  | {
      readonly op: "loop";
      readonly index: Index;
      readonly from: Index;
      readonly to: Index;
      readonly step: number;
      readonly body: Block;
    }
  /** Runs `body` when `a < b` (signed). */
  | { readonly op: "if"; readonly a: Index; readonly b: Index; readonly body: Block };

export interface Block {
  readonly instructions: Instruction[];
}

export interface Kernel {
  /** What it does, for profiles and dumps: `map add·relu [100, 500]`. */
  readonly name: string;
  readonly lanes: number;
  /** Number of pointers it receives. */
  readonly buffers: number;
  /** Buffers it may store to, ascending; it only reads the others. */
  readonly writes: readonly number[];
  /** Number of parts; a call runs the parts [begin, end) ⊂ [0, extent). Parts may run in any order and at the same time. */
  readonly extent: number;
  readonly begin: Index;
  readonly end: Index;
  /** Number of the worker that runs the call, from 0: it owns a part of each scratch buffer. */
  readonly worker: Index;
  readonly body: Block;
}

/** The value an instruction defines, if it defines one. */
export function resultOf(instruction: Instruction): Index | Vector | null {
  return "result" in instruction ? instruction.result : null;
}

/**
 * Loads and stores of whole, partial and strided vectors. Only the named elements are touched: a partial vector goes lane by lane,
 * so that no byte outside a buffer is ever read or written.
 */

import { bytesOf, type DType } from "../../base/dtype.ts";
import type { Code } from "./encoder.ts";

/** Leaves an address on the stack; `offsets` passed to it are added to what the instruction itself adds. */
export interface Pointer {
  /** The local that holds the address. */
  readonly local: number;
  /** Constant bytes to add, never negative. */
  readonly offset: number;
}

const lanes = 4;
const ones = 0xffffffff | 0;

/** All ones in the first `active` lanes. */
export function laneMask(active: number): [number, number, number, number] {
  return [0, 1, 2, 3].map((lane) => (lane < active ? ones : 0)) as [number, number, number, number];
}

/** Leaves lanes l < active of `pointer + l·stride` (in elements) on the stack, zeros behind them. */
export function load(code: Code, { local, offset }: Pointer, memory: DType, stride: number, active: number): void {
  const bytes = bytesOf(memory);
  if (bytes === 1) return loadBytes(code, { local, offset }, memory, stride, active);
  if (stride === 0) {
    code.get(local).simdMemory("v128.load32_splat", offset);
    if (active < lanes) code.vector(laneMask(active)).simd("v128.and");
  } else if (stride === 1 && active === lanes) {
    code.get(local).simdMemory("v128.load", offset);
  } else if (stride === 1 && active >= 2) {
    if (active === 3) code.get(local);
    code.get(local).simdMemory("v128.load64_zero", offset);
    if (active === 3) code.simdMemory("v128.load32_lane", offset + 8, 2);
  } else {
    for (let lane = 0; lane < active; lane++) code.get(local);
    code.simdMemory("v128.load32_zero", offset);
    for (let lane = 1; lane < active; lane++) code.simdMemory("v128.load32_lane", offset + lane * stride * bytes, lane);
  }
}

function loadBytes(code: Code, { local, offset }: Pointer, memory: DType, stride: number, active: number): void {
  if (stride === 0) {
    code.get(local).simdMemory("v128.load8_splat", offset);
  } else if (stride === 1 && active === lanes) {
    code.get(local).simdMemory("v128.load32_zero", offset);
  } else {
    for (let lane = 0; lane < active; lane++) code.get(local);
    code.vector([0, 0, 0, 0]);
    for (let lane = 0; lane < active; lane++) code.simdMemory("v128.load8_lane", offset + lane * stride, lane);
  }
  widen(code, memory);
  if (stride === 0 && active < lanes) code.vector(laneMask(active)).simd("v128.and");
}

/** Four bytes in the low lanes become four 32-bit lanes; those of a bool become masks. */
function widen(code: Code, memory: DType): void {
  code.simd("i16x8.extend_low_i8x16_u").simd("i32x4.extend_low_i16x8_u");
  if (memory === "bool") code.vector([0, 0, 0, 0]).simd("i32x4.ne");
}

/** As load, but lane l reads `pointer + indices[l]·scale` (in elements). */
export function gather(
  code: Code,
  { local, offset }: Pointer,
  memory: DType,
  indices: number,
  scale: number,
  active: number,
): void {
  const bytes = bytesOf(memory);
  for (let lane = active - 1; lane >= 0; lane--) {
    code
      .get(indices)
      .simd("i32x4.extract_lane", lane)
      .constant(scale * bytes)
      .op("i32.mul")
      .get(local)
      .op("i32.add");
  }
  if (bytes === 1) {
    code.vector([0, 0, 0, 0]);
    for (let lane = 0; lane < active; lane++) code.simdMemory("v128.load8_lane", offset, lane);
    widen(code, memory);
  } else {
    code.simdMemory("v128.load32_zero", offset);
    for (let lane = 1; lane < active; lane++) code.simdMemory("v128.load32_lane", offset, lane);
  }
}

/** Stores lanes l < active of the vector in local `value`. */
export function store(
  code: Code,
  { local, offset }: Pointer,
  memory: DType,
  value: number,
  stride: number,
  active: number,
): void {
  const bytes = bytesOf(memory);
  const put = (
    opcode: "v128.store" | "v128.store64_lane" | "v128.store32_lane" | "v128.store8_lane",
    at: number,
    lane?: number,
  ): void => {
    code
      .get(local)
      .get(value)
      .simdMemory(opcode, offset + at, lane);
  };
  if (bytes === 1) {
    if (stride === 1 && active === lanes) {
      // The low byte of each lane, side by side.
      code
        .get(local)
        .get(value)
        .get(value)
        .shuffle([0, 4, 8, 12, ...new Array<number>(12).fill(0)]);
      code.simdMemory("v128.store32_lane", offset, 0);
    } else {
      for (let lane = 0; lane < active; lane++) put("v128.store8_lane", lane * stride, 4 * lane);
    }
  } else if (stride === 1 && active === lanes) {
    put("v128.store", 0);
  } else if (stride === 1 && active >= 2) {
    put("v128.store64_lane", 0, 0);
    if (active === 3) put("v128.store32_lane", 8, 2);
  } else {
    for (let lane = 0; lane < active; lane++) put("v128.store32_lane", lane * stride * bytes, lane);
  }
}

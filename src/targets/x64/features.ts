/** What the processor can do, asked with CPUID and XGETBV: AVX-512 (F, DQ, BW, VL), or AVX2 with FMA, or neither. */

import { Assembler } from "./assembler.ts";
import { loadCode } from "./executable-code.ts";
import { type Native, pageBytes } from "./native.ts";

const [rax, rcx, rbx, rdi] = [0, 1, 3, 7];
/** ECX of leaf 1. */
const fma = 1 << 12;
const osSavesState = 1 << 27;
/** EBX of leaf 7. */
const avx2 = 1 << 5;
const avx512 = (1 << 16) | (1 << 17) | (1 << 30) | (1 << 31);
/** What the system saves, in XCR0: the upper halves of ymm; masks and zmm. */
const ymmState = 0b110;
const zmmState = 0b11100110;

export type Features = "avx512" | "avx2" | null;

export function featuresOf(native: Native): Features {
  const a = new Assembler("vex");
  const end = a.label();
  a.push(rbx);
  a.moveImmediate64(rax, 1);
  a.cpuid();
  a.integer("mov", { base: rdi, displacement: 0 }, rcx, 32);
  a.moveImmediate64(rax, 7);
  a.moveImmediate64(rcx, 0);
  a.cpuid();
  a.integer("mov", { base: rdi, displacement: 4 }, rbx, 32);
  a.integer("mov", rax, { base: rdi, displacement: 0 }, 32);
  a.integer("and", rax, { immediate: osSavesState });
  a.jumpIf("equal", end);
  a.moveImmediate64(rcx, 0);
  a.bytes32([0x90d0010f]); // xgetbv, nop
  a.integer("mov", { base: rdi, displacement: 8 }, rax, 32);
  a.bind(end);
  a.pop(rbx);
  a.ret();
  const out = native.map(pageBytes)!;
  const code = loadCode(native, a.finish());
  native.callable(code.address)(out, 0);
  code.release();
  const [leaf1, leaf7, state] = new Int32Array(native.view(out, 12)).slice() as unknown as [number, number, number];
  native.unmap(out, pageBytes);
  const has = (word: number, bits: number): boolean => (word & bits) === bits;
  if (!has(leaf1, fma | osSavesState) || !has(leaf7, avx2) || !has(state, ymmState)) return null;
  return has(leaf7, avx512) && has(state, zmmState) ? "avx512" : "avx2";
}

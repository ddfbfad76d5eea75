/**
 * The mask registers of AVX-512. One is for the moment: a comparison leaves its result there for the instruction that comes next. The
 * others name lanes (the first of a partial vector, every second…) all through a kernel.
 */

import type { VectorMnemonic, VectorOptions } from "./assembler.ts";
import type { Virtual } from "./instruction.ts";
import { type Source, scratch, type VectorCode } from "./vector-code.ts";

/** The mask register of a comparison and of whoever uses it in the next instruction. */
export const scratchMask = 1;
const maskRegisters = 8;

/** A comparison into the scratch mask. */
export function compare(
  code: VectorCode,
  mnemonic: VectorMnemonic,
  sources: readonly Source[],
  options: VectorOptions,
): void {
  code.intoFixed(scratchMask, mnemonic, sources, options);
}

/** The scratch mask as lanes of ones and zeros. */
export function fromMask(code: VectorCode): Virtual {
  const result = code.code.register("vector");
  code.raw([result], [], (assembler, at) => assembler.vector("vpmovm2d", code.bits, [at(result), scratchMask]));
  return result;
}

/** The first `active` lanes in the scratch mask. */
export function makeMask(code: VectorCode, active: number): void {
  writeMask(code, (1 << active) - 1);
}

function writeMask(code: VectorCode, lanesNamed: number): void {
  code.raw([], [], (assembler) => {
    assembler.moveImmediate64(scratch, lanesNamed);
    assembler.vector("kmovwFromR32", 128, [scratchMask, scratch]);
  });
}

/**
 * A mask register that holds the lanes named all through the kernel; where there are more patterns than registers, the scratch mask, for
 * the next instruction.
 */
export function keptMask(code: VectorCode, lanesNamed: number): number {
  const { masks } = code.code;
  const known = masks.get(lanesNamed);
  if (known !== undefined) return known;
  const free = scratchMask + 1 + masks.size;
  if (free < maskRegisters) {
    masks.set(lanesNamed, free);
    return free;
  }
  writeMask(code, lanesNamed);
  return scratchMask;
}

/** Options of an instruction on the first `active` lanes. */
export function onLanes(code: VectorCode, active: number, zeroing: boolean): { mask?: number; zeroing?: boolean } {
  if (active === code.lanes) return {};
  const mask = keptMask(code, (1 << active) - 1);
  return zeroing ? { mask, zeroing } : { mask };
}

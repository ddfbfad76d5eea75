/**
 * The mask registers of AVX-512, of which the kernels use one: a comparison leaves its result there, or the first lanes are named, for the
 * instruction that comes next.
 */

import type { VectorMnemonic, VectorOptions } from "./assembler.ts";
import type { Virtual } from "./instruction.ts";
import { type Source, scratch, type VectorCode } from "./vector-code.ts";

/** The mask register of a comparison and of whoever uses it in the next instruction. */
export const scratchMask = 1;

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
  code.raw([], [], (assembler) => {
    assembler.moveImmediate64(scratch, (1 << active) - 1);
    assembler.vector("kmovwFromR32", 128, [scratchMask, scratch]);
  });
}

/** Options of an instruction on the first `active` lanes. */
export function onLanes(code: VectorCode, active: number, zeroing: boolean): { mask?: number; zeroing?: boolean } {
  if (active === code.lanes) return {};
  makeMask(code, active);
  return zeroing ? { mask: scratchMask, zeroing } : { mask: scratchMask };
}

/**
 * The x64 assembler: what the emitter calls. To the integer instructions it adds the vector ones, with a VEX or an EVEX prefix
 * as it was made for. Names are Intel's (R, X, B, R', vvvv, V', aaa, z, b, L'L, disp8*N). It refuses what has no encoding, and
 * writes what it is told; meaning, registers and the processor's features are the emitter's matter.
 */

import { baseOf, checkMemory, checkRegister, indexOf, isLabelMemory, type Operand, refuse } from "./code.ts";
import { IntegerCode } from "./integer-code.ts";
import { type Form, selectVector, type VectorEncoding, type VectorMnemonic } from "./vector-encodings.ts";

export { Label, type LabelMemory, type Memory, type Operand } from "./code.ts";
export type { Condition } from "./integer-code.ts";
export type { Immediate, IntegerMnemonic } from "./integer-encodings.ts";
export type { Form, VectorMnemonic } from "./vector-encodings.ts";

/** What a vector instruction has besides its operands. */
export interface VectorOptions {
  /** aaa: the mask register that chooses elements, 1 to 7; 0 or none for all. EVEX only. */
  readonly mask?: number;
  /** z: elements not chosen become zero instead of staying. */
  readonly zeroing?: boolean;
  /** b: the memory operand is one element, for all. */
  readonly broadcast?: boolean;
  /** The byte after the instruction. */
  readonly immediate?: number;
}

const noOptions: VectorOptions = {};

/** Writes x64 machine code. */
export class Assembler extends IntegerCode {
  readonly #form: Form;

  /** @param form  the prefix of all vector instructions; what has only the other is refused */
  constructor(form: Form) {
    super();
    this.#form = form;
  }

  /**
   * A vector or mask instruction; operands destination first, mask registers as numbers too. Memory as the first operand of a
   * move is a store. `bits` is the longest vector of the instruction; mask instructions do not look at it.
   */
  vector(
    mnemonic: VectorMnemonic,
    bits: 128 | 256 | 512,
    operands: readonly Operand[],
    options: VectorOptions = noOptions,
  ): void {
    const encoding = selectVector(this.#form, mnemonic, operands);
    checkOperands(encoding, operands);
    if (encoding.vsib) checkDistinct(encoding, operands);
    checkOptions(encoding, operands, options);
    const reg = encoding.reg >= 0 ? (operands[encoding.reg] as number) : encoding.digit;
    const vvvv = encoding.vvvv >= 0 ? (operands[encoding.vvvv] as number) : 0;
    const rm = operands[encoding.rm]!;
    const l = lengthField(encoding, bits);
    const trailing = encoding.immediate || encoding.is4 >= 0 ? 1 : 0;
    if (encoding.prefix === "vex") {
      this.#vex(encoding, reg, vvvv, rm, l);
      this.modRM(reg, rm, 1, trailing, encoding.vsib);
    } else {
      this.#evex(encoding, reg, vvvv, rm, l, options);
      this.modRM(reg, rm, options.broadcast === true ? encoding.element : encoding.n[l]!, trailing, encoding.vsib);
    }
    if (encoding.immediate) this.byte(options.immediate!);
    else if (encoding.is4 >= 0) this.byte((operands[encoding.is4] as number) << 4);
  }

  /** VEX, of two bytes where X, B, W and the map allow, and the opcode. R, X, B and vvvv stand inverted. */
  #vex({ map, w, pp, opcode }: VectorEncoding, reg: number, vvvv: number, rm: Operand, l: number): void {
    const r = reg & 8 ? 0 : 0x80;
    const x = indexOf(rm) & 8 ? 0 : 0x40;
    const b = baseOf(rm) & 8 ? 0 : 0x20;
    const last = ((~vvvv & 15) << 3) | (l << 2) | pp;
    if (x !== 0 && b !== 0 && w === 0 && map === 1) {
      this.byte(0xc5);
      this.byte(r | last);
    } else {
      this.byte(0xc4);
      this.byte(r | x | b | map);
      this.byte((w << 7) | last);
    }
    this.byte(opcode);
  }

  /** EVEX and the opcode. R, X, B, R', vvvv and V' stand inverted. */
  #evex(encoding: VectorEncoding, reg: number, vvvv: number, rm: Operand, l: number, options: VectorOptions): void {
    const isRegister = typeof rm === "number";
    const r = reg & 8 ? 0 : 0x80;
    const x = (isRegister ? rm & 16 : indexOf(rm) & 8) ? 0 : 0x40;
    const b = baseOf(rm) & 8 ? 0 : 0x20;
    const r4 = reg & 16 ? 0 : 0x10;
    const v4 = (encoding.vsib ? indexOf(rm) & 16 : vvvv & 16) ? 0 : 8;
    const z = options.zeroing === true ? 0x80 : 0;
    const broadcast = options.broadcast === true ? 0x10 : 0;
    this.byte(0x62);
    this.byte(r | x | b | r4 | encoding.map);
    this.byte((encoding.w << 7) | ((~vvvv & 15) << 3) | 4 | encoding.pp);
    this.byte(z | (l << 5) | broadcast | v4 | (options.mask ?? 0));
    this.byte(encoding.opcode);
  }
}

/** L'L: 0, 1, 2 for 128, 256, 512 bits. */
function lengthField({ fixedL, lengths, mnemonic }: VectorEncoding, bits: number): number {
  if (fixedL >= 0) return fixedL;
  if (!lengths.includes(bits)) refuse(`${mnemonic} has ${lengths.join(", ")} bits, not ${bits}`);
  return bits >> 8;
}

function checkOperands({ registers, vsib, mnemonic, prefix }: VectorEncoding, operands: readonly Operand[]): void {
  for (let i = 0; i < operands.length; i++) {
    const operand = operands[i]!;
    if (typeof operand === "number") {
      checkRegister(operand, registers[i]!, mnemonic);
    } else {
      checkMemory(operand, vsib ? (prefix === "evex" ? 32 : 16) : 16, mnemonic);
      if (vsib && (isLabelMemory(operand) || operand.index === undefined))
        refuse(`${mnemonic} needs memory with a vector index`);
    }
  }
}

/** A gather traps where two of destination, index and mask are one register. */
function checkDistinct({ mnemonic, rm }: VectorEncoding, operands: readonly Operand[]): void {
  if (rm === 0) return;
  const registers = operands.map((operand) => (typeof operand === "number" ? operand : indexOf(operand)));
  if (new Set(registers).size < registers.length) {
    refuse(`${mnemonic} needs different registers for destination, index and mask, not ${registers.join(", ")}`);
  }
}

function checkOptions(encoding: VectorEncoding, operands: readonly Operand[], options: VectorOptions): void {
  const { mnemonic } = encoding;
  const { immediate, mask = 0, zeroing = false, broadcast = false } = options;
  if (encoding.immediate) {
    if (immediate === undefined) refuse(`${mnemonic} needs an immediate`);
    if ((immediate & 255) !== immediate) refuse(`${mnemonic}: immediate ${immediate} is outside 0 … 255`);
  } else if (immediate !== undefined) refuse(`${mnemonic} takes no immediate`);
  if (mask !== 0) {
    if (!encoding.maskable) refuse(`${mnemonic} takes no mask in its ${encoding.prefix.toUpperCase()} form`);
    checkRegister(mask, 8, mnemonic);
  } else if (encoding.vsib && encoding.prefix === "evex") refuse(`${mnemonic} needs a mask from 1 to 7`);
  if (zeroing && (mask === 0 || !encoding.zeroable || encoding.vsib || typeof operands[0] !== "number")) {
    refuse(`${mnemonic}: zeroing needs a mask and a vector register as destination`);
  }
  if (broadcast && (!encoding.broadcast || typeof operands[encoding.rm] === "number")) {
    refuse(`${mnemonic}: broadcast needs an instruction that has it and a memory operand`);
  }
}

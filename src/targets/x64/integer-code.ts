/**
 * Integer instructions, jumps and the few system instructions that kernels use, in 64-bit mode: REX, opcode, ModRM. Jumps always
 * take 32 bits of distance, so that no instruction changes its length later. It refuses registers, memory and immediates without
 * an encoding; it does not look at flags or at what an instruction means.
 */

import {
  baseOf,
  Code,
  checkMemory,
  checkRegister,
  indexOf,
  type Label,
  type Memory,
  type Operand,
  refuse,
} from "./code.ts";
import { type Immediate, type IntegerMnemonic, isImmediate, selectInteger } from "./integer-encodings.ts";

/** Conditions of jumps: less and greater compare signed numbers, below and above unsigned ones. */
export type Condition =
  | "equal"
  | "notEqual"
  | "less"
  | "lessEqual"
  | "greater"
  | "greaterEqual"
  | "below"
  | "belowEqual"
  | "above"
  | "aboveEqual";

/** Intel's condition codes (tttn). */
const conditions: Readonly<Record<Condition, number>> = {
  equal: 0x4,
  notEqual: 0x5,
  less: 0xc,
  lessEqual: 0xe,
  greater: 0xf,
  greaterEqual: 0xd,
  below: 0x2,
  belowEqual: 0x6,
  above: 0x7,
  aboveEqual: 0x3,
};

/** Opcode and digit in ModRM.reg. */
const unaries = {
  inc: [0xff, 0],
  dec: [0xff, 1],
  not: [0xf7, 2],
  neg: [0xf7, 3],
  div: [0xf7, 6],
  idiv: [0xf7, 7],
} as const;
const shifts = { shl: 4, shr: 5, sar: 7 } as const;
const hints = { nta: 0, t0: 1, t1: 2 } as const;

type Bits = 32 | 64;

/** Whether a number is a signed byte. */
const isByte = (value: number): boolean => value === (value << 24) >> 24;

/** Code and integer instructions. */
export abstract class IntegerCode extends Code {
  /**
   * An integer instruction, destination first: `integer("add", 0, { immediate: 8 })`. 32 bits of an immediate are
   * sign-extended to 64.
   */
  integer(mnemonic: IntegerMnemonic, destination: Operand, source: Operand | Immediate, bits: Bits = 64): void {
    const encoding = selectInteger(mnemonic, destination, source, bits);
    if (isImmediate(source)) {
      const { immediate } = source;
      checkImmediate(immediate, bits, mnemonic);
      if (encoding.destination === "A") {
        this.#rex(bits, 0, 0, mnemonic, false);
        this.byte(encoding.opcode);
      } else if (encoding.destination === "Z") {
        this.#opcodeRegister(encoding.opcode, destination as number, bits, mnemonic);
      } else {
        this.#instruction(
          encoding.opcode,
          false,
          encoding.digit,
          destination,
          bits,
          encoding.source === "Ib" ? 1 : 4,
          mnemonic,
        );
      }
      if (encoding.source === "Ib") this.byte(immediate);
      else this.word(immediate);
      return;
    }
    const { destination: first, source: second, opcode, escape } = encoding;
    const toRegister = first === "G";
    const reg = (toRegister ? destination : source) as number;
    const rm = toRegister ? source : destination;
    // sil, dil, bpl and spl are bytes of their registers only under REX.
    const byte = second === "Gb" ? reg : second === "Eb" && typeof rm === "number" ? rm : 0;
    this.#instruction(opcode, escape, reg, rm, bits, 0, mnemonic, byte >= 4);
  }

  /** `destination = source * immediate`. */
  imul3(destination: number, source: Operand, immediate: number, bits: Bits = 64): void {
    checkImmediate(immediate, bits, "imul");
    const short = isByte(immediate | 0);
    this.#instruction(short ? 0x6b : 0x69, false, destination, source, bits, short ? 1 : 4, "imul");
    if (short) this.byte(immediate);
    else this.word(immediate);
  }

  shift(mnemonic: "shl" | "shr" | "sar", register: number, count: number, bits: Bits = 64): void {
    if (count >>> 0 !== count || count >= bits) refuse(`${mnemonic}: count ${count} is outside 0 … ${bits - 1}`);
    checkRegister(register, 16, mnemonic);
    this.#instruction(
      count === 1 ? 0xd1 : 0xc1,
      false,
      shifts[mnemonic],
      register,
      bits,
      count === 1 ? 0 : 1,
      mnemonic,
    );
    if (count !== 1) this.byte(count);
  }

  unary(mnemonic: "neg" | "not" | "inc" | "dec" | "idiv" | "div", operand: Operand, bits: Bits = 64): void {
    const [opcode, digit] = unaries[mnemonic];
    this.#instruction(opcode, false, digit, operand, bits, 0, mnemonic);
  }

  /** `register = value` in the fewest bytes. Zero is made by xor, which changes flags. */
  moveImmediate64(register: number, value: bigint | number): void {
    if (value === 0 || value === 0n) return this.integer("xor", register, register, 32);
    if (typeof value === "number" && value === (value | 0)) {
      return this.integer("mov", register, { immediate: value }, value < 0 ? 64 : 32);
    }
    if (typeof value === "number" && !Number.isSafeInteger(value))
      refuse(`mov: ${value} is no integer that a number holds`);
    const wide = BigInt(value);
    if (wide < -(1n << 63n) || wide >= 1n << 64n) refuse(`mov: ${value} has more than 64 bits`);
    const unsigned = BigInt.asUintN(64, wide);
    const signed = BigInt.asIntN(64, wide);
    if (unsigned < 1n << 32n) return this.integer("mov", register, { immediate: Number(unsigned) }, 32);
    if (signed >= -(1n << 31n) && signed < 0n) return this.integer("mov", register, { immediate: Number(signed) });
    this.#opcodeRegister(0xb8, register, 64, "mov");
    this.word(Number(unsigned & 0xffffffffn));
    this.word(Number(unsigned >> 32n));
  }

  push(register: number): void {
    this.#opcodeRegister(0x50, register, 32, "push");
  }

  pop(register: number): void {
    this.#opcodeRegister(0x58, register, 32, "pop");
  }

  jump(label: Label): void {
    this.byte(0xe9);
    this.relative(label, 0, 0);
  }

  jumpIf(condition: Condition, label: Label): void {
    this.byte(0x0f);
    this.byte(0x80 | conditions[condition]);
    this.relative(label, 0, 0);
  }

  /** Jumps to the address in a register or in memory. */
  jumpRegister(operand: Operand): void {
    this.#instruction(0xff, false, 4, operand, 32, 0, "jmp");
  }

  callLabel(label: Label): void {
    this.byte(0xe8);
    this.relative(label, 0, 0);
  }

  /** Calls the address in a register or in memory. */
  callOperand(operand: Operand): void {
    this.#instruction(0xff, false, 2, operand, 32, 0, "call");
  }

  mxcsr(mnemonic: "ldmxcsr" | "stmxcsr", memory: Memory): void {
    this.#instruction(0xae, true, mnemonic === "ldmxcsr" ? 2 : 3, memory, 32, 0, mnemonic);
  }

  prefetch(hint: "t0" | "t1" | "nta", memory: Memory): void {
    this.#instruction(0x18, true, hints[hint], memory, 32, 0, "prefetch");
  }

  /** Makes the next instruction atomic. */
  lock(): void {
    this.byte(0xf0);
  }

  ret(): void {
    this.byte(0xc3);
  }

  /** edx = the sign of eax. */
  cdq(): void {
    this.byte(0x99);
  }

  /** rdx = the sign of rax. */
  cqo(): void {
    this.#bytes(0x48, 0x99);
  }

  pause(): void {
    this.#bytes(0xf3, 0x90);
  }

  syscall(): void {
    this.#bytes(0x0f, 0x05);
  }

  rdtsc(): void {
    this.#bytes(0x0f, 0x31);
  }

  cpuid(): void {
    this.#bytes(0x0f, 0xa2);
  }

  mfence(): void {
    this.#bytes(0x0f, 0xae);
    this.byte(0xf0);
  }

  /** Traps. */
  ud2(): void {
    this.#bytes(0x0f, 0x0b);
  }

  vzeroupper(): void {
    this.#bytes(0xc5, 0xf8);
    this.byte(0x77);
  }

  /** REX, `0F` where `escape`, opcode, ModRM and what follows it. */
  #instruction(
    opcode: number,
    escape: boolean,
    reg: number,
    rm: Operand,
    bits: Bits,
    trailing: number,
    what: string,
    byteRegister = false,
  ): void {
    checkRegister(reg, 16, what);
    if (typeof rm === "number") checkRegister(rm, 16, what);
    else checkMemory(rm, 16, what);
    this.#rex(bits, reg, rm, what, byteRegister);
    if (escape) this.byte(0x0f);
    this.byte(opcode);
    this.modRM(reg, rm, 1, trailing, false);
  }

  /** An opcode whose low bits are a register. */
  #opcodeRegister(opcode: number, register: number, bits: Bits, what: string): void {
    checkRegister(register, 16, what);
    this.#rex(bits, 0, register, what, false);
    this.byte(opcode | (register & 7));
  }

  #rex(bits: Bits, reg: number, rm: Operand, what: string, always: boolean): void {
    if (bits !== 32 && bits !== 64) refuse(`${what}: ${bits} bits are neither 32 nor 64`);
    const rex = (bits === 64 ? 8 : 0) | ((reg & 8) >> 1) | ((indexOf(rm) & 8) >> 2) | ((baseOf(rm) & 8) >> 3);
    if (rex !== 0 || always) this.byte(0x40 | rex);
  }

  #bytes(first: number, second: number): void {
    this.byte(first);
    this.byte(second);
  }
}

/** 32-bit instructions take any 32 bits, 64-bit ones what sign extension can make. */
function checkImmediate(immediate: number, bits: Bits, what: string): void {
  const fits = immediate === (immediate | 0) || (bits === 32 && immediate === immediate >>> 0);
  if (!fits) refuse(`${what}: immediate ${immediate} does not fit in 32 bits${bits === 64 ? " with sign" : ""}`);
}

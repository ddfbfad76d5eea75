/**
 * Machine code as it grows: bytes, labels and the ModRM operand that integer and vector instructions share. Names are Intel's
 * (ModRM, SIB, disp8*N). It refuses what has no encoding (an index rsp, a displacement beyond int32, a label bound nowhere) and
 * knows no instruction.
 */

import { invariant } from "../../base/errors.ts";

/** Memory at `base + index * scale + displacement`; base and index are general registers, with gathers the index a vector. */
export interface Memory {
  readonly base: number;
  readonly index?: number;
  readonly scale?: 1 | 2 | 4 | 8;
  readonly displacement: number;
}

/** Memory relative to rip: a label, in the constant pool for example, plus bytes. */
export interface LabelMemory {
  readonly label: Label;
  readonly displacement: number;
}

/** A number is a register, of the kind that the instruction's table says. */
export type Operand = number | Memory | LabelMemory;

/** A place in the code, before or after it is known. */
export class Label {
  /** The assembler's own: bytes from the start, −1 until bound. */
  position = -1;
}

/** Throws: every refusal of the encoder is a defect of the emitter. */
export function refuse(sentence: string): never {
  invariant(false, `x64 assembler: ${sentence}`);
}

export const isLabelMemory = (operand: Memory | LabelMemory): operand is LabelMemory => "label" in operand;

/** The NOPs of 1 to 9 bytes that Intel recommends. */
const nops = [
  [0x90],
  [0x66, 0x90],
  [0x0f, 0x1f, 0x00],
  [0x0f, 0x1f, 0x40, 0x00],
  [0x0f, 0x1f, 0x44, 0x00, 0x00],
  [0x66, 0x0f, 0x1f, 0x44, 0x00, 0x00],
  [0x0f, 0x1f, 0x80, 0x00, 0x00, 0x00, 0x00],
  [0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00],
  [0x66, 0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00],
];

/** Bytes and labels. */
export abstract class Code {
  #bytes = new Uint8Array(4096);
  #length = 0;
  // The 32-bit fields that wait for a label: where, which, and what to add to the distance from the field's end.
  readonly #fields: number[] = [];
  readonly #labels: Label[] = [];
  readonly #addends: number[] = [];

  /** Bytes so far. */
  get length(): number {
    return this.#length;
  }

  label(): Label {
    return new Label();
  }

  /** Sets the label to here. */
  bind(label: Label): void {
    if (label.position >= 0) refuse(`a label is bound at ${label.position} and again at ${this.#length}`);
    label.position = this.#length;
  }

  /** Pads with NOPs to a multiple of `bytes`. */
  align(bytes: number): void {
    if (!Number.isInteger(bytes) || bytes < 1) refuse(`cannot align to ${bytes} bytes`);
    let rest = (bytes - (this.#length % bytes)) % bytes;
    while (rest > 0) {
      const nop = nops[Math.min(rest, nops.length) - 1]!;
      for (const byte of nop) this.byte(byte);
      rest -= nop.length;
    }
  }

  /** Raw 32-bit data, little-endian. */
  bytes32(words: ArrayLike<number>): void {
    for (let i = 0; i < words.length; i++) this.word(words[i]!);
  }

  /** The finished bytes, labels resolved. */
  finish(): Uint8Array<ArrayBuffer> {
    const bytes = this.#bytes.slice(0, this.#length);
    const view = new DataView(bytes.buffer);
    this.#fields.forEach((field, i) => {
      const { position } = this.#labels[i]!;
      if (position < 0) refuse(`the label used at ${field} is bound nowhere`);
      const distance = position + this.#addends[i]! - (field + 4);
      if (distance !== (distance | 0)) refuse(`the label used at ${field} is ${distance} bytes away, beyond 32 bits`);
      view.setInt32(field, distance, true);
    });
    return bytes;
  }

  protected byte(value: number): void {
    if (this.#length === this.#bytes.length) this.#grow();
    this.#bytes[this.#length++] = value;
  }

  protected word(value: number): void {
    this.byte(value);
    this.byte(value >>> 8);
    this.byte(value >>> 16);
    this.byte(value >>> 24);
  }

  /** A 32-bit field: the distance to label + addend from the end of the instruction, `trailing` bytes after the field. */
  protected relative(label: Label, addend: number, trailing: number): void {
    this.#fields.push(this.#length);
    this.#labels.push(label);
    this.#addends.push(addend - trailing);
    this.word(0);
  }

  /**
   * ModRM, SIB and displacement.
   *
   * @param reg       ModRM.reg, its low three bits
   * @param n         N of disp8*N: 1 but in EVEX
   * @param trailing  bytes of immediate that follow
   */
  protected modRM(reg: number, rm: Operand, n: number, trailing: number, vectorIndex: boolean): void {
    const field = (reg & 7) << 3;
    if (typeof rm === "number") {
      this.byte(0xc0 | field | (rm & 7));
    } else if (isLabelMemory(rm)) {
      this.byte(field | 5);
      this.relative(rm.label, rm.displacement, trailing);
    } else {
      const { index, displacement } = rm;
      const base = rm.base & 7;
      const compressed = displacement / n;
      const mod = displacement === 0 && base !== 5 ? 0 : compressed === (compressed << 24) >> 24 ? 0x40 : 0x80;
      if (index !== undefined || base === 4) {
        if (index === 4 && !vectorIndex) refuse("rsp cannot be an index");
        this.byte(mod | field | 4);
        this.byte((scaleField(rm.scale) << 6) | (((index ?? 4) & 7) << 3) | base);
      } else {
        this.byte(mod | field | base);
      }
      if (mod === 0x40) this.byte(compressed);
      else if (mod === 0x80) this.word(displacement);
    }
  }

  #grow(): void {
    const larger = new Uint8Array(2 * this.#bytes.length);
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}

/** SIB.scale: the logarithm. */
function scaleField(scale: number | undefined): number {
  if (scale === undefined || scale === 1) return 0;
  if (scale === 2) return 1;
  if (scale === 4) return 2;
  if (scale === 8) return 3;
  return refuse(`an index is scaled by 1, 2, 4 or 8, not ${scale}`);
}

/** Refuses a register outside `[0, count)`. */
export function checkRegister(register: number, count: number, what: string): void {
  if (register >>> 0 !== register || register >= count)
    refuse(`${what}: register ${register} is outside 0 … ${count - 1}`);
}

/** Refuses memory that has no encoding; `indices` is how many registers an index may be, 16 but with gathers. */
export function checkMemory(memory: Memory | LabelMemory, indices: number, what: string): void {
  const { displacement } = memory;
  if (displacement !== (displacement | 0)) refuse(`${what}: displacement ${displacement} is no 32-bit integer`);
  if (isLabelMemory(memory)) return;
  checkRegister(memory.base, 16, what);
  if (memory.index !== undefined) checkRegister(memory.index, indices, what);
}

/** The register number whose high bit goes to B. */
export const baseOf = (rm: Operand): number => (typeof rm === "number" ? rm : isLabelMemory(rm) ? 0 : rm.base);

/** The register number whose bit 3 goes to X, 0 where there is no index. */
export const indexOf = (rm: Operand): number => (typeof rm === "number" || isLabelMemory(rm) ? 0 : (rm.index ?? 0));

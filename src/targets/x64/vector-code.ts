/**
 * Vector instructions over virtual registers: what the rows of a processor's table are written with. Every value has one register,
 * written once, but for those that are said to be updated.
 */

import type { Assembler, LabelMemory, VectorMnemonic, VectorOptions } from "./assembler.ts";
import type { ConstantPool } from "./constants.ts";
import { type MachineCode, memoryAt, type Numbering, type Place, type Virtual } from "./instruction.ts";

/** A register, or a constant in memory. */
export type Source = Virtual | LabelMemory;

/** General registers that are never handed out. */
export const scratch = 0;
export const secondScratch = 2;
const stackPointer = 4;

export class VectorCode {
  readonly code: MachineCode;
  readonly pool: ConstantPool;
  readonly bits: 256 | 512;
  readonly lanes: number;
  /** Whether the kernel needs a vector's room on the stack, at its lower end. */
  usesRoom = false;

  constructor(code: MachineCode, pool: ConstantPool, bits: 256 | 512) {
    this.code = code;
    this.pool = pool;
    this.bits = bits;
    this.lanes = bits / 32;
  }

  /** A new value from sources; `options.mask` names a fixed mask register. */
  make(
    mnemonic: VectorMnemonic,
    sources: readonly Source[],
    options?: VectorOptions,
    bits: 128 | 256 | 512 = this.bits,
  ): Virtual {
    const result = this.code.register("vector");
    this.into(result, mnemonic, sources, options, bits);
    return result;
  }

  /** As make, into a register that exists. */
  into(
    result: Virtual,
    mnemonic: VectorMnemonic,
    sources: readonly Source[],
    options?: VectorOptions,
    bits: 128 | 256 | 512 = this.bits,
  ): void {
    this.code.add([result], registersOf(sources), (assembler, at) => {
      assembler.vector(mnemonic, bits, [at(result), ...sources.map((source) => numbered(source, at))], options);
    });
  }

  /** An instruction that reads its destination too. */
  update(
    target: Virtual,
    mnemonic: VectorMnemonic,
    sources: readonly Source[],
    options?: VectorOptions,
    bits: 128 | 256 | 512 = this.bits,
  ): void {
    this.code.add([target], [target, ...registersOf(sources)], (assembler, at) => {
      assembler.vector(mnemonic, bits, [at(target), ...sources.map((source) => numbered(source, at))], options);
    });
  }

  /** Into a register of the processor that is never handed out: a mask. */
  intoFixed(register: number, mnemonic: VectorMnemonic, sources: readonly Source[], options?: VectorOptions): void {
    this.code.add([], registersOf(sources), (assembler, at) => {
      assembler.vector(mnemonic, this.bits, [register, ...sources.map((source) => numbered(source, at))], options);
    });
  }

  /** Reads a new vector from memory. */
  load(mnemonic: VectorMnemonic, place: Place, options?: VectorOptions, bits: 128 | 256 | 512 = this.bits): Virtual {
    const result = this.code.register("vector");
    this.code.add([result], [place.base], (assembler, at) => {
      assembler.vector(mnemonic, bits, [at(result), memoryAt(place, at)], options);
    });
    return result;
  }

  store(
    mnemonic: VectorMnemonic,
    place: Place,
    value: Virtual,
    options?: VectorOptions,
    bits: 128 | 256 | 512 = this.bits,
  ): void {
    this.code.add([], [place.base, value], (assembler, at) => {
      assembler.vector(mnemonic, bits, [memoryAt(place, at), at(value)], options);
    });
  }

  copy(value: Virtual): Virtual {
    return this.make("vmovaps", [value]);
  }

  /** Whatever needs more than the shapes above. */
  raw(
    defines: readonly Virtual[],
    uses: readonly Virtual[],
    write: (assembler: Assembler, at: Numbering) => void,
  ): void {
    this.code.add(defines, uses, write);
  }

  /** The same 32 bits in every lane. */
  everywhere(word: number): Virtual {
    const result = this.code.register("vector");
    const memory = this.pool.at([word]);
    const { bits } = this;
    const write = (assembler: Assembler, register: number): void => {
      if (word === 0) assembler.vector("vxorps", bits, [register, register, register]);
      else assembler.vector("vbroadcastss", bits, [register, memory]);
    };
    this.code.remade.set(result, write);
    this.code.add([result], [], (assembler, at) => write(assembler, at(result)));
    return result;
  }

  /** A vector of given words. */
  words(words: readonly number[]): Virtual {
    const result = this.code.register("vector");
    const memory = this.pool.at(words);
    const write = (assembler: Assembler, register: number): void =>
      assembler.vector("vmovups", this.bits, [register, memory]);
    this.code.remade.set(result, write);
    this.code.add([result], [], (assembler, at) => write(assembler, at(result)));
    return result;
  }

  /** The same float64 in every pair of lanes. */
  doubles(value: number): Virtual {
    const pair = [...new Int32Array(new Float64Array([value]).buffer)];
    return this.words(Array.from({ length: this.lanes }, (_, lane) => pair[lane & 1]!));
  }

  /** Puts a vector into the room on the stack. */
  toRoom(value: Virtual): void {
    const room = this.room();
    this.code.add([], [value], (assembler, at) => assembler.vector("vmovups", this.bits, [room, at(value)]));
  }

  /** The vector's room on the stack. */
  room(displacement = 0): { base: number; displacement: number } {
    this.usesRoom = true;
    return { base: stackPointer, displacement };
  }
}

function registersOf(sources: readonly Source[]): Virtual[] {
  return sources.filter((source) => typeof source === "number");
}

function numbered(source: Source, at: Numbering): number | LabelMemory {
  return typeof source === "number" ? at(source) : source;
}

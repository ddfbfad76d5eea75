/**
 * Machine code before registers are chosen: a straight list of instructions over virtual registers, with the loops it contains. An
 * instruction says which registers it reads and writes and how it is written once they have numbers; what it means, nobody here
 * needs to know.
 */

import type { Assembler, Memory } from "./assembler.ts";

/** A virtual register: its number. What it can hold is its class. */
export type Virtual = number;

export type RegisterClass = "general" | "vector";

/** The number of the processor's register that stands for a virtual one, at one instruction. */
export type Numbering = (register: Virtual) => number;

export interface MachineInstruction {
  readonly uses: readonly Virtual[];
  readonly defines: readonly Virtual[];
  readonly write: (assembler: Assembler, at: Numbering) => void;
}

/** A memory operand over virtual registers. */
export interface Place {
  readonly base: Virtual;
  readonly displacement: number;
}

export function memoryAt({ base, displacement }: Place, at: Numbering): Memory {
  return { base: at(base), displacement };
}

/** Instructions [first, end) that run again and again. */
export interface LoopRange {
  readonly first: number;
  readonly end: number;
}

/** The list being written. */
export class MachineCode {
  readonly instructions: MachineInstruction[] = [];
  readonly loops: LoopRange[] = [];
  readonly classes: RegisterClass[] = [];
  /** How a value that is always the same is made again: cheaper than keeping it in memory. */
  readonly remade: Map<Virtual, (assembler: Assembler, register: number) => void> = new Map();

  /** Mask registers that a kernel fills when it begins, by the lanes they name. */
  readonly masks: Map<number, number> = new Map();

  register(kind: RegisterClass): Virtual {
    return this.classes.push(kind) - 1;
  }

  add(defines: readonly Virtual[], uses: readonly Virtual[], write: MachineInstruction["write"]): void {
    this.instructions.push({ uses, defines, write });
  }
}

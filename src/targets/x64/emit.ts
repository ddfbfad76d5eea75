/**
 * A kernel as a function of x64 machine code, System V: `(table of buffers, begin, end, worker)`. Registers are chosen, values without
 * one move to and from the stack, and what the caller wants kept is kept.
 */

import type { Kernel } from "../../kernel/language.ts";
import type { Numerics } from "../target.ts";
import { type Allocation, allocate } from "./allocate.ts";
import type { Assembler, Label } from "./assembler.ts";
import type { ConstantPool } from "./constants.ts";
import type { MachineCode, Numbering, Virtual } from "./instruction.ts";
import { lowerKernel } from "./lower.ts";
import { scratch } from "./vector-code.ts";
import type { VectorExtension } from "./vectors.ts";

const framePointer = 5;
const stackPointer = 4;
/** Registers that belong to the caller (System V). */
const preserved: readonly number[] = [3, 12, 13, 14, 15];
const line = 64;

/** Appends the kernel's function; gives its label. */
export function emitKernel(
  assembler: Assembler,
  kernel: Kernel,
  extension: VectorExtension,
  pool: ConstantPool,
  numerics: Numerics,
): Label {
  const { code, usesRoom } = lowerKernel(kernel, extension, pool, numerics);
  const allocation = allocate(code, extension.registers);
  assembler.align(line);
  const label = assembler.label();
  assembler.bind(label);
  new FunctionWriter(assembler, code, allocation, extension, usesRoom).write();
  return label;
}

class FunctionWriter {
  readonly #assembler: Assembler;
  readonly #code: MachineCode;
  readonly #allocation: Allocation;
  readonly #extension: VectorExtension;
  readonly #saved: readonly number[];
  readonly #vectorsAt: number;
  readonly #generalsAt: number;
  readonly #frame: number;
  readonly #at: Numbering = (value) => this.#allocation.registers[value]!;

  constructor(
    assembler: Assembler,
    code: MachineCode,
    allocation: Allocation,
    extension: VectorExtension,
    usesRoom: boolean,
  ) {
    this.#assembler = assembler;
    this.#code = code;
    this.#allocation = allocation;
    this.#extension = extension;
    const used = new Set<number>();
    code.classes.forEach((kind, value) => {
      if (kind === "general") used.add(allocation.registers[value]!);
    });
    for (const visit of allocation.visits.values()) {
      for (const [value, register] of visit) if (code.classes[value] === "general") used.add(register);
    }
    this.#saved = preserved.filter((register) => used.has(register));
    this.#vectorsAt = usesRoom ? line : 0;
    this.#generalsAt = this.#vectorsAt + line * allocation.slots.vector;
    this.#frame = this.#generalsAt + 8 * allocation.slots.general;
  }

  write(): void {
    const a = this.#assembler;
    a.push(framePointer);
    a.integer("mov", framePointer, stackPointer);
    for (const register of this.#saved) a.push(register);
    if (this.#frame > 0) {
      a.integer("sub", stackPointer, { immediate: this.#frame });
      a.integer("and", stackPointer, { immediate: -line });
    }
    for (const [lanesNamed, register] of this.#code.masks) {
      a.moveImmediate64(scratch, lanesNamed);
      a.vector("kmovwFromR32", 128, [register, scratch]);
    }
    this.#code.instructions.forEach((_, index) => this.#instruction(index));
    if (this.#frame > 0) {
      a.integer("lea", stackPointer, { base: framePointer, displacement: -8 * this.#saved.length });
    }
    for (const register of this.#saved.toReversed()) a.pop(register);
    a.pop(framePointer);
    a.ret();
  }

  #instruction(index: number): void {
    const { uses, defines, write } = this.#code.instructions[index]!;
    const { registers, spilled, visits } = this.#allocation;
    if (defines.length === 1 && uses.length === 0 && spilled.get(defines[0]!) === -1) return; // made again where it is used
    const visit = visits.get(index);
    if (!visit) return write(this.#assembler, this.#at);
    for (const [value, register] of visit) if (uses.includes(value)) this.#reload(value, register);
    write(this.#assembler, (value) => visit.get(value) ?? registers[value]!);
    for (const [value, register] of visit) if (defines.includes(value)) this.#spill(value, register);
  }

  #reload(value: Virtual, register: number): void {
    const slot = this.#allocation.spilled.get(value)!;
    if (slot < 0) return this.#code.remade.get(value)!(this.#assembler, register);
    if (this.#code.classes[value] === "general") this.#assembler.integer("mov", register, this.#general(slot));
    else this.#assembler.vector("vmovups", this.#extension.bits, [register, this.#vector(slot)]);
  }

  #spill(value: Virtual, register: number): void {
    const slot = this.#allocation.spilled.get(value)!;
    if (this.#code.classes[value] === "general") this.#assembler.integer("mov", this.#general(slot), register);
    else this.#assembler.vector("vmovups", this.#extension.bits, [this.#vector(slot), register]);
  }

  #general(slot: number): { base: number; displacement: number } {
    return { base: stackPointer, displacement: this.#generalsAt + 8 * slot };
  }

  #vector(slot: number): { base: number; displacement: number } {
    return { base: stackPointer, displacement: this.#vectorsAt + line * slot };
  }
}

/**
 * A kernel of the kernel language as machine code over virtual registers. Indices are 64-bit integers in general registers (all they
 * hold fits 32 bits), vectors are vector registers, addresses are pointers that loops move along. Variables are registers that are
 * written again; a get that nothing overtakes is the variable's own register, and so is the last value before a set.
 */

import { InternalError } from "../../base/errors.ts";
import type { Address, Block, Index, Instruction, Kernel, Variable, Vector } from "../../kernel/language.ts";
import { type PartialSum, Pointers } from "../../kernel/pointers.ts";
import type { Numerics } from "../target.ts";
import type { Assembler, Label } from "./assembler.ts";
import type { ConstantPool } from "./constants.ts";
import { type IndexSource, indexBinary } from "./index-code.ts";
import { MachineCode, memoryAt, type Place, type Virtual } from "./instruction.ts";
import { Uses } from "./uses.ts";
import { scratch, VectorCode } from "./vector-code.ts";
import { multiples, type Operand, type VectorExtension, wordOf, writerOf } from "./vectors.ts";

type Of<O extends Instruction["op"]> = Extract<Instruction, { op: O }>;

/** What gives a vector, but for a variable's. */
type Defining = Of<
  "constant" | "laneNumbers" | "splat" | "scalar" | "load" | "gather" | "exchange" | "interchange" | "keep"
>;

/** The registers in which a kernel is handed its table of buffers, its parts and its worker (System V). */
const parameters = { table: 7, begin: 6, end: 2, worker: 1 };

export interface Lowered {
  readonly code: MachineCode;
  readonly usesRoom: boolean;
}

export function lowerKernel(
  kernel: Kernel,
  extension: VectorExtension,
  pool: ConstantPool,
  numerics: Numerics,
): Lowered {
  return new KernelLowering(kernel, extension, pool, numerics).lower();
}

class KernelLowering {
  readonly #kernel: Kernel;
  readonly #extension: VectorExtension;
  readonly #numerics: Numerics;
  readonly #code = new MachineCode();
  readonly #vectors: VectorCode;
  readonly #uses: Uses;
  readonly #pointers: Pointers;
  readonly #constants = new Map<number, number>();
  /** Numbers that every lane of a vector holds. */
  readonly #vectorConstants = new Map<number, number>();
  readonly #registers = new Map<number, Virtual>();
  /** Of the instruction being lowered, in the order of the text, and its place in its block. */
  #number = -1;
  #within = 0;

  constructor(kernel: Kernel, extension: VectorExtension, pool: ConstantPool, numerics: Numerics) {
    this.#kernel = kernel;
    this.#extension = extension;
    this.#numerics = numerics;
    this.#vectors = new VectorCode(this.#code, pool, extension.bits);
    this.#uses = new Uses(kernel.body);
    this.#findConstants(kernel.body);
    // The buffers are the first registers: pointers begin with their numbers.
    for (let buffer = 0; buffer < kernel.buffers; buffer++) this.#code.register("general");
    this.#pointers = new Pointers(kernel, this.#constants, () => this.#code.register("general"));
  }

  lower(): Lowered {
    const { begin, end, worker, buffers } = this.#kernel;
    const table = this.#code.register("general");
    const given = [begin, end, worker].map((index) => this.#register(index));
    this.#code.add([table, ...given], [], (a, at) => {
      // One after the other through the stack: a register handed out may be one that still holds a parameter.
      for (const from of [parameters.worker, parameters.end, parameters.begin, parameters.table]) a.push(from);
      for (const to of [table, ...given]) a.pop(at(to));
    });
    for (let buffer = 0; buffer < buffers; buffer++) {
      this.#code.add([buffer], [table], (a, at) =>
        a.integer("mov", at(buffer), { base: at(table), displacement: 8 * buffer }),
      );
    }
    for (const index of [begin, end, worker]) this.#advancePointers(index);
    this.#block(this.#kernel.body);
    return { code: this.#code, usesRoom: this.#vectors.usesRoom };
  }

  #findConstants(block: Block): void {
    for (const instruction of block.instructions) {
      if (instruction.op === "indexConstant") this.#constants.set(instruction.result.id, instruction.value);
      if ("body" in instruction) this.#findConstants(instruction.body);
    }
  }

  #register(value: Index | Vector | Variable): Virtual {
    let register = this.#registers.get(value.id);
    if (register === undefined) {
      register = this.#code.register(value.kind === "index" ? "general" : "vector");
      this.#registers.set(value.id, register);
    }
    return register;
  }

  #block(block: Block): void {
    block.instructions.forEach((instruction, index) => {
      this.#number++;
      this.#within = index;
      this.#instruction(instruction, block);
    });
  }

  #instruction(instruction: Instruction, block: Block): void {
    switch (instruction.op) {
      case "indexConstant":
        return;
      case "indexBinary":
      case "lane":
      case "loadIndex":
        this.#index(instruction);
        this.#advancePointers(instruction.result);
        return;
      case "storeIndex":
        return this.#storeIndex(instruction);
      case "variable":
        this.#vectors.into(this.#register(instruction.variable), "vmovaps", [this.#register(instruction.initial)]);
        return;
      case "set": {
        const [from, to] = [this.#register(instruction.value), this.#register(instruction.variable)];
        if (from !== to) this.#vectors.into(to, "vmovaps", [from]);
        return;
      }
      case "get":
        return this.#get(instruction, block);
      case "store": {
        const { address, memory, value, stride, active } = instruction;
        this.#extension.store(this.#vectors, this.#place(address), memory, this.#register(value), stride, active);
        return;
      }
      case "loop":
        return this.#loop(instruction);
      case "if":
        return this.#when(instruction);
      default:
        this.#registers.set(instruction.result.id, this.#vector(instruction, block));
    }
  }

  // Vectors

  #vector(instruction: Defining, block: Block): Virtual {
    const vectors = this.#vectors;
    switch (instruction.op) {
      case "constant": {
        const { type } = instruction.result;
        const { value } = instruction;
        this.#vectorConstants.set(instruction.result.id, value);
        return vectors.everywhere(
          type === "float32" ? wordOf(value) : type === "bool" ? -Number(value !== 0) : value | 0,
        );
      }
      case "laneNumbers":
        return vectors.words(multiples(vectors.lanes, 1));
      case "splat": {
        const known = this.#constants.get(instruction.index.id);
        return known === undefined
          ? this.#extension.splat(vectors, this.#register(instruction.index))
          : vectors.everywhere(known | 0);
      }
      case "scalar":
        return this.#scalar(instruction, block);
      case "load": {
        const { address, memory, stride, active } = instruction;
        return this.#extension.load(vectors, this.#place(address), memory, stride, active);
      }
      case "gather": {
        const { address, memory, indices, scale, active } = instruction;
        return this.#extension.gather(vectors, this.#place(address), memory, this.#register(indices), scale, active);
      }
      case "exchange":
        return this.#extension.exchange(vectors, this.#register(instruction.vector), instruction.distance);
      case "interchange": {
        const { a, b, distance, upper } = instruction;
        return this.#extension.interchange(vectors, this.#register(a), this.#register(b), distance, upper);
      }
      case "keep": {
        const { vector, active, otherwise, result } = instruction;
        const rest = vectors.everywhere(
          result.type === "float32" ? wordOf(otherwise) : result.type === "bool" ? -otherwise : otherwise | 0,
        );
        return this.#extension.keep(vectors, this.#register(vector), rest, active);
      }
    }
  }

  #scalar(instruction: Of<"scalar">, block: Block): Virtual {
    const { name, type, args, immediate } = instruction;
    const first = this.#code.instructions.length;
    const write = writerOf(this.#extension.rows, type, name);
    if (!write) throw new InternalError(`the x64 target does not speak ${type}.${name}`);
    const target = this.#variableToBe(instruction, block);
    const operands = args.map((arg): Operand => {
      const register = this.#register(arg);
      const constant = this.#vectorConstants.get(arg.id);
      const mine = target !== undefined && register === target;
      return { register, constant, dies: mine || (constant === undefined && this.#dies(arg, block)) };
    });
    const written = write(this.#vectors, operands, { immediate, numerics: this.#numerics });
    if (operands.some(({ register, dies }) => register === written && !dies)) this.#shared.add(written);
    return target === undefined ? written : this.#redirect(written, target, first);
  }

  /** Lets the one instruction that makes a value write to the variable that takes it: it has read all its operands by then. */
  #redirect(written: Virtual, target: Virtual, first: number): Virtual {
    const { instructions } = this.#code;
    const last = instructions.at(-1);
    if (written === target || !last?.defines.includes(written) || last.uses.includes(written)) return written;
    if (this.#code.remade.has(written)) return written;
    for (let i = first; i < instructions.length - 1; i++) {
      if (instructions[i]!.defines.includes(written)) return written;
    }
    instructions[instructions.length - 1] = {
      uses: last.uses,
      defines: [target],
      write: (a, at) => last.write(a, (value) => at(value === written ? target : value)),
    };
    return target;
  }

  /**
   * The register of the variable that takes this result at once, if the variable's old value is needed by nobody after this
   * instruction: then the instruction may write over it.
   */
  #variableToBe(instruction: Of<"scalar">, block: Block): Virtual | undefined {
    const use = this.#uses.of(instruction.result.id);
    if (use.count !== 1 || use.block !== block) return undefined;
    const taker = block.instructions[this.#within + 1];
    if (taker?.op !== "set" || taker.value.id !== instruction.result.id) return undefined;
    return this.#register(taker.variable);
  }

  /** Whether this instruction is the last to read a value that was made in this block and is no variable or constant. */
  #dies(value: Vector, block: Block): boolean {
    const use = this.#uses.of(value.id);
    const register = this.#registers.get(value.id)!;
    return (
      use.home === block && use.last === this.#number && !this.#shared.has(register) && !this.#code.remade.has(register)
    );
  }

  /** Registers that stand for more than one value: variables, and values whose bits were taken over. */
  readonly #shared = new Set<Virtual>();

  #get({ result, variable }: Of<"get">, block: Block): void {
    const use = this.#uses.of(result.id);
    const register = this.#register(variable);
    this.#shared.add(register);
    if (use.block === block && !this.#uses.isSet(variable.id, this.#number, use.last)) {
      this.#registers.set(result.id, register);
    } else {
      this.#registers.set(result.id, this.#vectors.copy(register));
    }
  }

  // Indices

  #index(instruction: Of<"indexBinary"> | Of<"lane"> | Of<"loadIndex">): void {
    const target = this.#register(instruction.result);
    if (instruction.op === "indexBinary") {
      const { operator, a, b } = instruction;
      return indexBinary(this.#code, target, operator, this.#source(a), this.#source(b));
    }
    if (instruction.op === "loadIndex") {
      const place = this.#place(instruction.address);
      const byte = instruction.memory === "uint8" || instruction.memory === "bool";
      this.#code.add([target], [place.base], (a, at) => {
        if (byte) a.integer("movzxByte", at(target), memoryAt(place, at), 32);
        else a.integer("movsxd", at(target), memoryAt(place, at));
      });
      return;
    }
    const vector = this.#register(instruction.vector);
    const { lane } = instruction;
    if (lane === 0) {
      this.#code.add([target], [vector], (a, at) => {
        a.vector("vmovdToR32", 128, [at(target), at(vector)]);
        a.integer("movsxd", at(target), at(target));
      });
      return;
    }
    this.#vectors.toRoom(vector);
    this.#code.add([target], [], (a, at) => a.integer("movsxd", at(target), this.#vectors.room(4 * lane)));
  }

  /** An index as something that can be moved into a register. */
  #source(index: Index): IndexSource {
    const constant = this.#constants.get(index.id);
    if (constant !== undefined) return { constant, uses: [], move: (a, to) => a.moveImmediate64(to, constant) };
    const register = this.#register(index);
    return { constant, uses: [register], move: (a, to, at) => a.integer("mov", to, at(register)) };
  }

  #storeIndex({ address, memory, value }: Of<"storeIndex">): void {
    const place = this.#place(address);
    const source = this.#source(value);
    this.#code.add([], [place.base, ...source.uses], (a, at) => {
      source.move(a, scratch, at);
      if (memory === "uint8" || memory === "bool") a.integer("movByte", memoryAt(place, at), scratch);
      else a.integer("mov", memoryAt(place, at), scratch, 32);
    });
  }

  // Addresses

  #place(address: Address): Place {
    const { local, offset } = this.#pointers.resolve(address);
    if (Math.abs(offset) < 2 ** 31 - 4096) return { base: local, displacement: offset };
    const far = this.#code.register("general");
    this.#code.add([far], [local], (a, at) => {
      a.moveImmediate64(scratch, offset);
      a.integer("add", scratch, at(local));
      a.integer("mov", at(far), scratch);
    });
    return { base: far, displacement: 0 };
  }

  #advancePointers(index: Index): void {
    for (const sum of this.#pointers.endingAt.get(index.id) ?? []) this.#sum(sum);
  }

  #sum({ local, previous, index, scale }: PartialSum): void {
    const counter = this.#register(index);
    this.#code.add([local], [previous, counter], (a, at) => {
      if (scale === 1 || scale === 2 || scale === 4 || scale === 8) {
        a.integer("lea", at(local), { base: at(previous), index: at(counter), scale, displacement: 0 });
        return;
      }
      if (Math.abs(scale) < 2 ** 31) a.imul3(scratch, at(counter), scale);
      else {
        a.moveImmediate64(scratch, scale);
        a.integer("imul", scratch, at(counter));
      }
      a.integer("lea", at(local), { base: at(previous), index: scratch, scale: 1, displacement: 0 });
    });
  }

  // Control

  #loop({ index, from, to, step, body }: Of<"loop">): void {
    const code = this.#code;
    const counter = this.#register(index);
    const start = this.#source(from);
    const [first, last] = [this.#constants.get(from.id), this.#constants.get(to.id)];
    const certain = first !== undefined && last !== undefined && first < last;
    const [again, end] = [{ label: null as Label | null }, { label: null as Label | null }];
    code.add([counter], start.uses, (a, at) => start.move(a, at(counter), at));
    if (!certain) {
      this.#compare(index, to, (a) => {
        end.label = a.label();
        a.jumpIf("greaterEqual", end.label);
      });
    }
    this.#advancePointers(index);
    const begin = code.instructions.length;
    code.add([], [], (a) => {
      again.label = a.label();
      a.bind(again.label);
    });
    this.#block(body);
    for (const { local, scale } of this.#pointers.endingAt.get(index.id) ?? []) this.#advance(local, step * scale);
    this.#advance(counter, step);
    this.#compare(index, to, (a) => a.jumpIf("less", again.label!));
    code.loops.push({ first: begin, end: code.instructions.length });
    if (!certain) code.add([], [], (a) => a.bind(end.label!));
  }

  #advance(register: Virtual, bytes: number): void {
    this.#code.add([register], [register], (a, at) => {
      if (Math.abs(bytes) < 2 ** 31) return a.integer("add", at(register), { immediate: bytes });
      a.moveImmediate64(scratch, bytes);
      a.integer("add", at(register), scratch);
    });
  }

  #when({ a, b, body }: Of<"if">): void {
    const end = { label: null as Label | null };
    this.#compare(a, b, (assembler) => {
      end.label = assembler.label();
      assembler.jumpIf("greaterEqual", end.label);
    });
    this.#block(body);
    this.#code.add([], [], (assembler) => assembler.bind(end.label!));
  }

  /** Compares two indices and acts on the flags. */
  #compare(a: Index, b: Index, act: (assembler: Assembler) => void): void {
    const left = this.#source(a);
    const right = this.#constants.get(b.id);
    const other = this.#source(b);
    this.#code.add([], [...left.uses, ...(right === undefined ? other.uses : [])], (assembler, at) => {
      const register = left.uses.length > 0 ? at(left.uses[0]!) : scratch;
      if (left.uses.length === 0) left.move(assembler, scratch, at);
      if (right === undefined) assembler.integer("cmp", register, at(other.uses[0]!));
      else assembler.integer("cmp", register, { immediate: right });
      act(assembler);
    });
  }
}

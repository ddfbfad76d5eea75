/**
 * A kernel as a WebAssembly function: (buffer…, begin, end, worker) → (). Every vector is a v128, every index an i32. Values used
 * once, in the block that makes them, stay on the operand stack; all others are locals. Nothing is reordered across a store,
 * a variable's change, or a loop's edge.
 */

import { bytesOf } from "../../base/dtype.ts";
import { InternalError } from "../../base/errors.ts";
import type { Address, Block, Index, Instruction, Kernel, Variable, Vector } from "../../kernel/language.ts";
import { resultOf } from "../../kernel/language.ts";
import { type PartialSum, Pointers, usesOf } from "../../kernel/pointers.ts";
import type { Numerics } from "../target.ts";
import { gather, laneMask, load, type Pointer, store } from "./access.ts";
import { Code, type FunctionDefinition } from "./encoder.ts";
import { NormalValues } from "./normal.ts";
import type { Opcode } from "./opcodes.ts";
import { writerOf } from "./scalars.ts";
import { type Defining, Waiting } from "./waiting.ts";

type Loop = Extract<Instruction, { op: "loop" }>;

const smallestNormal = 0x00800000;
const everyBitButSign = 0x7fffffff;
const indexOpcodes: Record<string, Opcode> = {
  add: "i32.add",
  sub: "i32.sub",
  mul: "i32.mul",
  div: "i32.div_s",
  and: "i32.and",
  shiftRight: "i32.shr_s",
};

export function emitKernel(kernel: Kernel, numerics: Numerics): FunctionDefinition {
  const code = new Code(kernel.buffers + 3);
  new KernelEmitter(kernel, code, numerics).emit();
  return { name: kernel.name, parameters: kernel.buffers + 3, returns: false, code, exported: false };
}

class KernelEmitter {
  readonly #kernel: Kernel;
  readonly #code: Code;
  readonly #numerics: Numerics;
  readonly #locals = new Map<number, number>();
  readonly #constants = new Map<number, number>();
  readonly #uses: Map<number, { count: number; block: Block }>;
  readonly #pointers: Pointers;
  readonly #waiting = new Waiting();
  readonly #normal = new NormalValues();
  readonly #adjusted: number;
  readonly #stored: number;
  /** The smallest normal number and all bits but the sign, in every lane. */
  readonly #smallest: number;
  readonly #magnitude: number;

  constructor(kernel: Kernel, code: Code, numerics: Numerics) {
    this.#kernel = kernel;
    this.#code = code;
    this.#numerics = numerics;
    [kernel.begin, kernel.end, kernel.worker].forEach((index, i) => this.#locals.set(index.id, kernel.buffers + i));
    this.#uses = usesOf(kernel.body);
    this.#findConstants(kernel.body);
    this.#pointers = new Pointers(kernel, this.#constants, () => code.local("i32"));
    this.#adjusted = code.local("i32");
    this.#stored = code.local("v128");
    this.#smallest = code.local("v128");
    this.#magnitude = code.local("v128");
  }

  emit(): void {
    if (storesFloats(this.#kernel.body)) {
      // Written where they are used, engines would make them anew in every turn of a loop.
      this.#code.vector(inEveryLane(smallestNormal)).set(this.#smallest);
      this.#code.vector(inEveryLane(everyBitButSign)).set(this.#magnitude);
    }
    for (const index of [this.#kernel.begin, this.#kernel.end, this.#kernel.worker]) this.#advancePointers(index);
    this.#block(this.#kernel.body);
  }

  #findConstants(block: Block): void {
    for (const instruction of block.instructions) {
      if (instruction.op === "indexConstant") this.#constants.set(instruction.result.id, instruction.value);
      if ("body" in instruction) this.#findConstants(instruction.body);
    }
  }

  #block(block: Block): void {
    for (const instruction of block.instructions) this.#instruction(instruction, block);
    this.#flush(() => true);
  }

  #instruction(instruction: Instruction, block: Block): void {
    const result = resultOf(instruction);
    if (result) return this.#define(instruction as Defining, result, block);
    switch (instruction.op) {
      case "storeIndex": {
        this.#flush(() => true);
        const { local, offset } = this.#pointer(instruction.address, 0);
        this.#code.get(local);
        this.#index(instruction.value);
        this.#code.memory(instruction.memory === "uint8" ? "i32.store8" : "i32.store", offset);
        return;
      }
      case "store":
        return this.#store(instruction);
      case "variable":
      case "set": {
        const value = instruction.op === "set" ? instruction.value : instruction.initial;
        const inside = this.#waiting.treeOf(value);
        this.#flush((id) => !inside.has(id) && this.#waiting.reads(id, instruction.variable));
        this.#vector(value);
        this.#code.set(this.#local(instruction.variable));
        return;
      }
      case "loop":
        this.#flush(() => true);
        return this.#loop(instruction);
      case "if":
        this.#flush(() => true);
        this.#index(instruction.a);
        this.#index(instruction.b);
        this.#code.op("i32.lt_s").open("if");
        this.#block(instruction.body);
        this.#code.end();
        return;
      default:
        throw new InternalError(`the wasm emitter does not know ${(instruction as Instruction).op}`);
    }
  }

  #define(instruction: Defining, result: Index | Vector, block: Block): void {
    if (instruction.op === "indexConstant") return;
    if (result.kind === "index") {
      this.#write(instruction);
      this.#code.set(this.#local(result));
      this.#advancePointers(result);
      return;
    }
    this.#normal.note(instruction);
    const uses = this.#uses.get(result.id);
    if (uses?.count === 1 && uses.block === block && this.#waiting.add(instruction)) return;
    this.#write(instruction);
    this.#code.set(this.#local(result));
  }

  #loop({ index, from, to, step, body }: Loop): void {
    const code = this.#code;
    const counter = this.#local(index);
    const [first, last] = [this.#constants.get(from.id), this.#constants.get(to.id)];
    const certain = first !== undefined && last !== undefined && first < last;
    this.#index(from);
    code.set(counter);
    if (!certain) {
      code.open("block").get(counter);
      this.#index(to);
      code.op("i32.lt_s").op("i32.eqz").branchIf(0);
    }
    this.#advancePointers(index);
    code.open("loop");
    this.#block(body);
    for (const { local, scale } of this.#pointers.endingAt.get(index.id) ?? []) {
      code
        .get(local)
        .constant(step * scale)
        .op("i32.add")
        .set(local);
    }
    code.get(counter).constant(step).op("i32.add").tee(counter);
    this.#index(to);
    code.op("i32.lt_s").branchIf(0).end();
    if (!certain) code.end();
  }

  /** Computes the partial sums that end in an index that has just become known. */
  #advancePointers(index: Index): void {
    for (const sum of this.#pointers.endingAt.get(index.id) ?? []) this.#sum(sum);
  }

  #sum({ local, previous, index, scale }: PartialSum): void {
    this.#code.get(previous);
    this.#index(index);
    if (scale !== 1) this.#code.constant(scale).op("i32.mul");
    this.#code.op("i32.add").set(local);
  }

  /**
   * A pointer whose instruction offsets stay non-negative down to `lowest` bytes below the address. The engine adds them without
   * wrapping, so a local that may lie below the buffer (a descending index) takes the constant in itself.
   */
  #pointer(address: Address, lowest: number, descends = address.terms.some(({ scale }) => scale < 0)): Pointer {
    const { local, offset } = this.#pointers.resolve(address);
    const inside = offset + lowest;
    if (inside === 0 || (inside > 0 && !descends)) return { local, offset };
    this.#code.get(local).constant(inside).op("i32.add").set(this.#adjusted);
    return { local: this.#adjusted, offset: -lowest };
  }

  #store({ address, memory, value, stride, active }: Extract<Instruction, { op: "store" }>): void {
    const inside = this.#waiting.treeOf(value);
    this.#flush((id) => !inside.has(id));
    const known = this.#locals.get(value.id);
    const needsFlush = memory === "float32" && !this.#normal.has(value);
    let local = known ?? this.#stored;
    if (known === undefined || needsFlush || memory === "bool") {
      this.#vector(value);
      // A mask becomes the byte 0 or 1.
      if (memory === "bool") this.#code.vector([1, 1, 1, 1]).simd("v128.and");
      local = this.#stored;
      this.#code.set(local);
    }
    if (needsFlush) this.#flushSubnormals(local);
    const pointer = this.#pointer(address, Math.min(0, (active - 1) * stride * bytesOf(memory)));
    store(this.#code, pointer, memory, local, stride, active);
  }

  /** Keeps only the sign of subnormal lanes. */
  #flushSubnormals(local: number): void {
    const code = this.#code;
    code.get(local).get(local).simd("f32x4.abs").get(this.#smallest).simd("f32x4.lt");
    code.get(this.#magnitude).simd("v128.and").simd("v128.andnot").set(local);
  }

  // Values

  #local(value: Index | Vector | Variable): number {
    let local = this.#locals.get(value.id);
    if (local === undefined) {
      local = this.#code.local(value.kind === "index" ? "i32" : "v128");
      this.#locals.set(value.id, local);
    }
    return local;
  }

  #index(index: Index): void {
    const constant = this.#constants.get(index.id);
    if (constant === undefined) this.#code.get(this.#local(index));
    else this.#code.constant(constant);
  }

  /** Leaves a vector on the stack. */
  #vector(vector: Vector): void {
    const waiting = this.#waiting.take(vector.id);
    if (waiting) this.#write(waiting);
    else this.#code.get(this.#local(vector));
  }

  /** A local that holds the vector. */
  #vectorLocal(vector: Vector): number {
    if (this.#waiting.has(vector.id)) {
      this.#vector(vector);
      this.#code.set(this.#local(vector));
    }
    return this.#local(vector);
  }

  #write(instruction: Defining): void {
    const code = this.#code;
    switch (instruction.op) {
      case "indexBinary":
        return this.#indexBinary(instruction);
      case "lane":
        this.#vector(instruction.vector);
        code.simd("i32x4.extract_lane", instruction.lane);
        return;
      case "loadIndex": {
        const { local, offset } = this.#pointer(instruction.address, 0);
        const byte = instruction.memory === "uint8" || instruction.memory === "bool";
        code.get(local).memory(byte ? "i32.load8_u" : "i32.load", offset);
        return;
      }
      case "constant":
        code.vector(patternOf(instruction.result.type, instruction.value));
        return;
      case "laneNumbers":
        code.vector([0, 1, 2, 3]);
        return;
      case "splat":
        this.#index(instruction.index);
        code.simd("i32x4.splat");
        return;
      case "scalar":
        return this.#scalar(instruction);
      case "load": {
        const { address, memory, stride, active } = instruction;
        load(
          code,
          this.#pointer(address, Math.min(0, (active - 1) * stride * bytesOf(memory))),
          memory,
          stride,
          active,
        );
        return;
      }
      case "gather": {
        const indices = this.#vectorLocal(instruction.indices);
        const { address, memory, scale, active } = instruction;
        gather(code, this.#pointer(address, 0, true), memory, indices, scale, active);
        return;
      }
      case "exchange": {
        const local = this.#vectorLocal(instruction.vector);
        const bytes = Array.from({ length: 16 }, (_, byte) => (((byte >> 2) ^ instruction.distance) << 2) | (byte & 3));
        code.get(local).get(local).shuffle(bytes);
        return;
      }
      case "interchange": {
        const { a, b, distance, upper } = instruction;
        this.#vector(a);
        this.#vector(b);
        const bytes = Array.from({ length: 16 }, (_, byte) => {
          const lane = byte >> 2;
          const ofB = (lane & distance) !== 0;
          const source = ofB === upper ? lane : lane ^ distance;
          return (ofB ? 16 : 0) + 4 * source + (byte & 3);
        });
        this.#code.shuffle(bytes);
        return;
      }
      case "keep": {
        const { vector, active, otherwise, result } = instruction;
        this.#vector(vector);
        code.vector(patternOf(result.type, otherwise)).vector(laneMask(active)).simd("v128.bitselect");
        return;
      }
      case "get":
        code.get(this.#local(instruction.variable));
        return;
      default:
        throw new InternalError(`the wasm emitter does not write ${instruction.op}`);
    }
  }

  #scalar({ name, type, args, immediate }: Extract<Instruction, { op: "scalar" }>): void {
    const writer = writerOf(type, name);
    if (!writer) throw new InternalError(`the wasm target does not speak ${type}.${name}`);
    writer(
      this.#code,
      args.map((arg) => () => this.#vector(arg)),
      immediate,
      this.#numerics,
    );
  }

  #indexBinary({ operator, a, b }: Extract<Instruction, { op: "indexBinary" }>): void {
    const code = this.#code;
    this.#index(a);
    this.#index(b);
    if (operator !== "min" && operator !== "max") {
      code.op(indexOpcodes[operator]!);
      return;
    }
    const [left, right] = operator === "min" ? [a, b] : [b, a];
    this.#index(left);
    this.#index(right);
    code.op("i32.lt_s").op("select");
  }

  // What waits

  /** Writes waiting values into locals, oldest first. */
  #flush(which: (id: number) => boolean): void {
    for (const { result } of this.#waiting.all()) {
      if (!this.#waiting.has(result.id) || !which(result.id)) continue;
      this.#vector(result as Vector);
      this.#code.set(this.#local(result));
    }
  }
}

function inEveryLane(pattern: number): [number, number, number, number] {
  return [pattern, pattern, pattern, pattern];
}

function storesFloats({ instructions }: Block): boolean {
  return instructions.some(
    (one) => (one.op === "store" && one.memory === "float32") || ("body" in one && storesFloats(one.body)),
  );
}

/** The four lanes of a constant as 32-bit patterns. */
function patternOf(type: Vector["type"], value: number): [number, number, number, number] {
  let pattern = value | 0;
  if (type === "float32") pattern = new Int32Array(new Float32Array([value]).buffer)[0]!;
  else if (type === "bool") pattern = value ? -1 : 0;
  else if (value > 0x7fffffff) pattern = new Int32Array(new Uint32Array([value]).buffer)[0]!;
  return inEveryLane(pattern);
}

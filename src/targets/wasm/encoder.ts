/**
 * WebAssembly binary format: LEB128 integers, instructions, sections. Names are the nonterminals of the specification
 * (WebAssembly Core 2.0, chapter 5). It writes what it is told; meaning is the emitter's matter.
 */

import {
  type AtomicOpcode,
  atomic,
  type Opcode,
  op,
  type SimdOpcode,
  simd,
  type ValueType,
  valtype,
} from "./opcodes.ts";

/** Bytes that grow at their end. */
export class Bytes {
  #bytes: Uint8Array = new Uint8Array(64);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  byte(value: number): this {
    if (this.#length === this.#bytes.length) this.#grow(1);
    this.#bytes[this.#length++] = value;
    return this;
  }

  append(bytes: ArrayLike<number>): this {
    if (this.#length + bytes.length > this.#bytes.length) this.#grow(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }

  /** Unsigned LEB128. */
  u32(value: number): this {
    let rest = value >>> 0;
    while (rest >= 0x80) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    return this.byte(rest);
  }

  /** Signed LEB128. */
  s32(value: number): this {
    let rest = value | 0;
    while (rest < -0x40 || rest >= 0x40) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>= 7;
    }
    return this.byte(rest & 0x7f);
  }

  /** A length and the UTF-8 of a text. */
  name(text: string): this {
    const bytes = new TextEncoder().encode(text);
    return this.u32(bytes.length).append(bytes);
  }

  /** A count and the items. */
  vec<T>(items: readonly T[], write: (bytes: this, item: T, index: number) => void): this {
    this.u32(items.length);
    items.forEach((item, index) => {
      write(this, item, index);
    });
    return this;
  }

  /** What `write` writes, its size before it. */
  sized(write: (bytes: Bytes) => void): this {
    const content = new Bytes();
    write(content);
    return this.u32(content.length).append(content.view());
  }

  /** What has been written, without a copy. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #grow(more: number): void {
    const larger = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length + more));
    larger.set(this.view());
    this.#bytes = larger;
  }
}

/** The body of a function being written: instructions in order, locals as they are asked for. */
export class Code {
  readonly #bytes: Bytes = new Bytes();
  readonly #locals: ValueType[] = [];
  readonly #parameters: number;

  constructor(parameters: number) {
    this.#parameters = parameters;
  }

  /** A new local variable. */
  local(type: ValueType): number {
    return this.#parameters + this.#locals.push(type) - 1;
  }

  op(opcode: Opcode): this {
    this.#bytes.byte(op[opcode]);
    return this;
  }

  /** An instruction with one index after it: a local, a label, a function. */
  #indexed(opcode: Opcode, index: number): this {
    this.#bytes.byte(op[opcode]).u32(index);
    return this;
  }

  get(local: number): this {
    return this.#indexed("local.get", local);
  }

  set(local: number): this {
    return this.#indexed("local.set", local);
  }

  tee(local: number): this {
    return this.#indexed("local.tee", local);
  }

  /** Branches out of `depth` blocks, or to the start of a loop, where the number on the stack is not 0. */
  branchIf(depth: number): this {
    return this.#indexed("br_if", depth);
  }

  /** Branches out of `depth` blocks, or to the start of a loop. */
  branch(depth: number): this {
    return this.#indexed("br", depth);
  }

  call(index: number): this {
    return this.#indexed("call", index);
  }

  constant(value: number): this {
    this.#bytes.byte(op["i32.const"]).s32(value);
    return this;
  }

  /** A load or store of the scalar kind. */
  memory(opcode: Opcode, offset: number): this {
    this.#bytes.byte(op[opcode]).byte(0).u32(offset);
    return this;
  }

  /** `i64.const -1`: a wait without end. */
  forever(): this {
    this.#bytes.byte(op["i64.const"]).s32(-1);
    return this;
  }

  /** An atomic instruction on an aligned word. */
  atomic(opcode: AtomicOpcode, offset: number): this {
    this.#bytes.byte(0xfe).u32(atomic[opcode]).byte(2).u32(offset);
    return this;
  }

  /** A vector instruction; `lane` for those that name one. */
  simd(opcode: SimdOpcode, lane?: number): this {
    this.#bytes.byte(0xfd).u32(simd[opcode]);
    if (lane !== undefined) this.#bytes.byte(lane);
    return this;
  }

  /** The bytes with these numbers out of the 32 of two vectors. */
  shuffle(bytes: readonly number[]): this {
    this.simd("i8x16.shuffle");
    this.#bytes.append(bytes);
    return this;
  }

  /** A vector load or store; `lane` for those of one lane. */
  simdMemory(opcode: SimdOpcode, offset: number, lane?: number): this {
    this.#bytes.byte(0xfd).u32(simd[opcode]).byte(0).u32(offset);
    if (lane !== undefined) this.#bytes.byte(lane);
    return this;
  }

  /** `v128.const` from four 32-bit patterns. */
  vector(words: readonly [number, number, number, number]): this {
    this.simd("v128.const");
    this.#bytes.append(new Uint8Array(Int32Array.from(words).buffer));
    return this;
  }

  /** Opens a block, loop or if without result. */
  open(opcode: "block" | "loop" | "if"): this {
    this.#bytes.byte(op[opcode]).byte(0x40);
    return this;
  }

  end(): this {
    return this.op("end");
  }

  /** The nonterminal `code`: size, locals in runs of equal type, instructions. */
  encode(into: Bytes): void {
    const runs: { type: ValueType; count: number }[] = [];
    for (const type of this.#locals) {
      const last = runs.at(-1);
      if (last?.type === type) last.count++;
      else runs.push({ type, count: 1 });
    }
    into.sized((body) => {
      body.vec(runs, (bytes, { type, count }) => bytes.u32(count).byte(valtype[type]));
      body.append(this.#bytes.view()).byte(op.end);
    });
  }
}

export interface FunctionDefinition {
  readonly name: string;
  /** Number of i32 parameters. */
  readonly parameters: number;
  /** Whether it returns one i32. */
  readonly returns: boolean;
  readonly code: Code;
  readonly exported: boolean;
}

/** Pages that a shared memory may grow to: 4 GiB. */
export const mostPages = 65536;

/** A module that imports `env.memory`, shared between threads or not, and consists of the functions, in order. */
export function encodeModule(functions: readonly FunctionDefinition[], shared = false): Uint8Array<ArrayBuffer> {
  const types: string[] = [];
  const typeOf = ({ parameters, returns }: FunctionDefinition): number => {
    const type = `${parameters} ${returns}`;
    const known = types.indexOf(type);
    return known >= 0 ? known : types.push(type) - 1;
  };
  const typeIndices = functions.map(typeOf);
  const functype = (bytes: Bytes, type: string): void => {
    const [parameters, returns] = type.split(" ");
    bytes.byte(0x60).u32(Number(parameters));
    for (let i = 0; i < Number(parameters); i++) bytes.byte(valtype.i32);
    bytes.append(returns === "true" ? [1, valtype.i32] : [0]);
  };
  const exported = functions.flatMap((definition, index) => (definition.exported ? [{ definition, index }] : []));

  const file = new Bytes().append([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]);
  const section = (id: number, write: (bytes: Bytes) => void): Bytes => file.byte(id).sized(write);
  section(1, (bytes) => bytes.vec(types, functype));
  section(2, (bytes) => {
    bytes.u32(1).name("env").name("memory").byte(0x02);
    if (shared) bytes.byte(0x03).u32(1).u32(mostPages);
    else bytes.byte(0x00).u32(1);
  });
  section(3, (bytes) => bytes.vec(typeIndices, (to, index) => to.u32(index)));
  section(7, (bytes) =>
    bytes.vec(exported, (to, { definition, index }) => to.name(definition.name).byte(0).u32(index)),
  );
  section(10, (bytes) => bytes.vec(functions, (to, { code }) => code.encode(to)));
  section(0, (bytes) => {
    bytes.name("name").byte(1);
    bytes.sized((names) => names.vec(functions, (to, definition, index) => to.u32(index).name(definition.name)));
  });
  return file.view().slice();
}

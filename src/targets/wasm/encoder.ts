/**
 * WebAssembly binary format: LEB128 integers, instructions, sections. Names are the nonterminals of the specification
 * (WebAssembly Core 2.0, chapter 5). It writes what it is told; meaning is the emitter's matter.
 */

import { type Opcode, op, type SimdOpcode, simd, type ValueType, valtype } from "./opcodes.ts";

/** Unsigned LEB128. */
export function u32(value: number): number[] {
  const bytes: number[] = [];
  let rest = value >>> 0;
  do {
    const byte = rest & 0x7f;
    rest >>>= 7;
    bytes.push(rest === 0 ? byte : byte | 0x80);
  } while (rest !== 0);
  return bytes;
}

/** Signed LEB128. */
export function s32(value: number): number[] {
  const bytes: number[] = [];
  let rest = value | 0;
  for (;;) {
    const byte = rest & 0x7f;
    rest >>= 7;
    const done = (rest === 0 && (byte & 0x40) === 0) || (rest === -1 && (byte & 0x40) !== 0);
    bytes.push(done ? byte : byte | 0x80);
    if (done) return bytes;
  }
}

/** A count and the items. */
export function vec(items: readonly (readonly number[])[]): number[] {
  const bytes = u32(items.length);
  for (const item of items) for (const byte of item) bytes.push(byte);
  return bytes;
}

export function name(text: string): number[] {
  const bytes = new TextEncoder().encode(text);
  return [...u32(bytes.length), ...bytes];
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...u32(content.length), ...content];
}

/** The body of a function being written: instructions in order, locals as they are asked for. */
export class Code {
  readonly #bytes: number[] = [];
  readonly #locals: ValueType[] = [];
  readonly #parameters: number;

  constructor(parameters: number) {
    this.#parameters = parameters;
  }

  /** A new local variable. */
  local(type: ValueType): number {
    return this.#parameters + this.#locals.push(type) - 1;
  }

  op(opcode: Opcode, ...immediates: number[]): this {
    this.#bytes.push(op[opcode], ...immediates);
    return this;
  }

  get(local: number): this {
    return this.op("local.get", ...u32(local));
  }

  set(local: number): this {
    return this.op("local.set", ...u32(local));
  }

  tee(local: number): this {
    return this.op("local.tee", ...u32(local));
  }

  constant(value: number): this {
    return this.op("i32.const", ...s32(value));
  }

  /** A load or store of the scalar kind. */
  memory(opcode: Opcode, offset: number): this {
    return this.op(opcode, 0, ...u32(offset));
  }

  simd(opcode: SimdOpcode, ...immediates: number[]): this {
    this.#bytes.push(0xfd, ...u32(simd[opcode]), ...immediates);
    return this;
  }

  /** A vector load or store; `lane` for those of one lane. */
  simdMemory(opcode: SimdOpcode, offset: number, lane?: number): this {
    return this.simd(opcode, 0, ...u32(offset), ...(lane === undefined ? [] : [lane]));
  }

  /** `v128.const` from four 32-bit patterns. */
  vector(words: readonly [number, number, number, number]): this {
    return this.simd("v128.const", ...new Uint8Array(new Int32Array(words).buffer));
  }

  /** Opens a block, loop or if without result. */
  open(opcode: "block" | "loop" | "if"): this {
    return this.op(opcode, 0x40);
  }

  end(): this {
    return this.op("end");
  }

  /** The nonterminal `code`: size, locals in runs of equal type, instructions. */
  encode(): number[] {
    const runs: { type: ValueType; count: number }[] = [];
    for (const type of this.#locals) {
      const last = runs.at(-1);
      if (last?.type === type) last.count++;
      else runs.push({ type, count: 1 });
    }
    const locals = vec(runs.map(({ type, count }) => [...u32(count), valtype[type]]));
    const size = locals.length + this.#bytes.length + 1;
    return [...u32(size), ...locals, ...this.#bytes, op.end];
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

/** A module that imports `env.memory` and consists of the functions, in order. */
export function encodeModule(functions: readonly FunctionDefinition[]): Uint8Array<ArrayBuffer> {
  const types: string[] = [];
  const typeOf = ({ parameters, returns }: FunctionDefinition): number => {
    const type = `${parameters} ${returns}`;
    const known = types.indexOf(type);
    return known >= 0 ? known : types.push(type) - 1;
  };
  const funcs = functions.map((definition) => u32(typeOf(definition)));
  const functype = (type: string): number[] => {
    const [parameters, returns] = type.split(" ");
    const inputs = vec(Array.from({ length: Number(parameters) }, () => [valtype.i32]));
    return [0x60, ...inputs, ...vec(returns === "true" ? [[valtype.i32]] : [])];
  };
  const memory = [...name("env"), ...name("memory"), 0x02, 0x00, ...u32(1)];
  const exports = functions.flatMap((definition, index) =>
    definition.exported ? [[...name(definition.name), 0x00, ...u32(index)]] : [],
  );
  const names = vec(functions.map((definition, index) => [...u32(index), ...name(definition.name)]));
  const parts = [
    [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    section(1, vec(types.map(functype))),
    section(2, vec([memory])),
    section(3, vec(funcs)),
    section(7, vec(exports)),
    section(10, vec(functions.map((definition) => definition.code.encode()))),
    section(0, [...name("name"), 1, ...u32(names.length), ...names]),
  ];
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/**
 * Writes kernels. Pure instructions are placed by the builder itself: in the outermost open block where their operands are
 * known, once however often they are asked for; so loop-invariant code leaves loops without a pass of its own. Loads move only
 * from buffers the kernel never writes, and never out of a condition.
 */

import type { DType } from "../base/dtype.ts";
import { InternalError } from "../base/errors.ts";
import type {
  Address,
  Block,
  Index,
  IndexOperator,
  Instruction,
  Kernel,
  ScalarName,
  Variable,
  Vector,
} from "./language.ts";
import { resultOf } from "./language.ts";
import type { BoolScalars, FloatScalars, IntegerScalars, Scalars, ScalarType } from "./scalars.ts";

/** An instruction before it has a result. */
type Pure = Instruction extends infer I ? (I extends { result: unknown } ? Omit<I, "result"> : never) : never;

interface OpenBlock extends Block {
  /** Whether it runs on a condition: what may be read only here must not move out. */
  readonly guarded: boolean;
  /** Results of pure instructions placed here, by content. */
  readonly known: Map<string, Index | Vector>;
}

export class KernelBuilder {
  readonly lanes: number;
  /** Buffers this kernel stores to: their loads stay where they are written. */
  readonly #written: ReadonlySet<number>;
  readonly #open: OpenBlock[] = [];
  readonly #depth = new Map<number, number>();
  readonly #constants = new Map<number, number>();
  #nextId = 0;
  readonly begin: Index;
  readonly end: Index;
  readonly worker: Index;
  readonly scalars: Scalars<Vector>;

  constructor(lanes: number, written: Iterable<number>) {
    this.lanes = lanes;
    this.#written = new Set(written);
    this.#open.push({ instructions: [], known: new Map(), guarded: false });
    this.begin = this.#define("index") as Index;
    this.end = this.#define("index") as Index;
    this.worker = this.#define("index") as Index;
    this.scalars = vectorScalars(this);
  }

  finish(name: string, buffers: number, extent: number): Kernel {
    if (this.#open.length !== 1) throw new InternalError(`kernel ${name}: a block was left open`);
    const body = { instructions: this.#open[0]!.instructions };
    removeUnused(body);
    const { lanes, begin, end, worker } = this;
    const writes = [...this.#written].sort((a, b) => a - b);
    return { name, lanes, buffers, writes, extent, begin, end, worker, body };
  }

  // Uniform integers

  index(value: number): Index {
    const result = this.#pure("index", { op: "indexConstant", value }) as Index;
    this.#constants.set(result.id, value);
    return result;
  }

  compute(operator: IndexOperator, a: Index, b: Index | number): Index {
    const right = typeof b === "number" ? this.index(b) : b;
    const left = this.#constants.get(a.id);
    const constant = this.#constants.get(right.id);
    if (constant === 0 && (operator === "add" || operator === "sub")) return a;
    if (left === 0 && operator === "add") return right;
    if (constant === 1 && operator === "mul") return a;
    return this.#pure("index", { op: "indexBinary", operator, a, b: right }) as Index;
  }

  /** The index as lanes: index + 0, or the same number in every lane. */
  splat(index: Index): Vector {
    return this.#pure("int32", { op: "splat", index }) as Vector;
  }

  laneNumbers(): Vector {
    return this.#pure("int32", { op: "laneNumbers" }) as Vector;
  }

  lane(vector: Vector, lane: number): Index {
    return this.#pure("index", { op: "lane", vector, lane }) as Index;
  }

  loadIndex(address: Address, memory: DType): Index {
    return this.#read("index", address, { op: "loadIndex", address: normalAddress(address), memory }) as Index;
  }

  storeIndex(address: Address, memory: DType, value: Index): void {
    this.#append({ op: "storeIndex", address: this.#checkWritten(address), memory, value });
  }

  // Vectors

  constant(type: ScalarType, value: number): Vector {
    return this.#pure(type, { op: "constant", value }) as Vector;
  }

  scalar(name: ScalarName, type: ScalarType, result: ScalarType, args: readonly Vector[], immediate = 0): Vector {
    return this.#pure(result, { op: "scalar", name, type, args, immediate }) as Vector;
  }

  load(address: Address, memory: DType, stride = 1, active: number = this.lanes): Vector {
    const type = memory === "uint8" ? "uint32" : memory;
    const normal = normalAddress(address);
    return this.#read(type, address, { op: "load", address: normal, memory, stride, active }) as Vector;
  }

  gather(address: Address, memory: DType, indices: Vector, scale: number, active: number = this.lanes): Vector {
    const type = memory === "uint8" ? "uint32" : memory;
    const normal = normalAddress(address);
    return this.#read(type, address, { op: "gather", address: normal, memory, indices, scale, active }) as Vector;
  }

  store(address: Address, memory: DType, value: Vector, stride = 1, active: number = this.lanes): void {
    this.#append({ op: "store", address: this.#checkWritten(address), memory, value, stride, active });
  }

  exchange(vector: Vector, distance: number): Vector {
    return this.#pure(vector.type, { op: "exchange", vector, distance }) as Vector;
  }

  interchange(a: Vector, b: Vector, distance: number, upper: boolean): Vector {
    return this.#pure(a.type, { op: "interchange", a, b, distance, upper }) as Vector;
  }

  /** A square of as many vectors as lanes, transposed: lane j of vector i becomes lane i of vector j. */
  transpose(square: readonly Vector[]): Vector[] {
    const vectors = [...square];
    for (let distance = 1; distance < this.lanes; distance *= 2) {
      vectors.forEach((a, i) => {
        if ((i & distance) !== 0) return;
        const b = vectors[i | distance]!;
        vectors[i] = this.interchange(a, b, distance, false);
        vectors[i | distance] = this.interchange(a, b, distance, true);
      });
    }
    return vectors;
  }

  keep(vector: Vector, active: number, otherwise: number): Vector {
    if (active === this.lanes) return vector;
    return this.#pure(vector.type, { op: "keep", vector, active, otherwise }) as Vector;
  }

  variable(initial: Vector): Variable {
    const variable: Variable = { id: this.#nextId++, kind: "variable", type: initial.type };
    this.#append({ op: "variable", variable, initial });
    return variable;
  }

  get(variable: Variable): Vector {
    const result = this.#define(variable.type) as Vector;
    this.#append({ op: "get", result, variable });
    return result;
  }

  set(variable: Variable, value: Vector): void {
    this.#append({ op: "set", variable, value });
  }

  // Control

  loop(from: Index | number, to: Index | number, step: number, body: (index: Index) => void): void {
    const first = typeof from === "number" ? this.index(from) : from;
    const last = typeof to === "number" ? this.index(to) : to;
    this.#nest((block) => {
      const index = this.#define("index") as Index;
      body(index);
      return { op: "loop", index, from: first, to: last, step, body: block };
    });
  }

  /** Runs `body` when a < b. */
  when(a: Index, b: Index | number, body: () => void): void {
    const right = typeof b === "number" ? this.index(b) : b;
    this.#nest((block) => {
      body();
      return { op: "if", a, b: right, body: block };
    }, true);
  }

  #nest(make: (block: Block) => Instruction, guarded = false): void {
    const block: OpenBlock = { instructions: [], known: new Map(), guarded };
    this.#open.push(block);
    const instruction = make({ instructions: block.instructions });
    this.#open.pop();
    if (block.instructions.length > 0) this.#append(instruction);
  }

  #define(type: ScalarType | "index", depth: number = this.#open.length - 1): Index | Vector {
    const id = this.#nextId++;
    this.#depth.set(id, depth);
    return type === "index" ? { id, kind: "index" } : { id, kind: "vector", type };
  }

  #append(instruction: Instruction): void {
    this.#open[this.#open.length - 1]!.instructions.push(instruction);
  }

  #pure(type: ScalarType | "index", instruction: Pure, outermost = 0): Index | Vector {
    let depth = outermost;
    forEachOperand(instruction, (id) => {
      depth = Math.max(depth, this.#depth.get(id) ?? 0);
    });
    const block = this.#open[depth]!;
    const key = `${type} ${contentOf(instruction)}`;
    const known = block.known.get(key);
    if (known) return known;
    const result = this.#define(type, depth);
    block.instructions.push(Object.assign(instruction, { result }) as Instruction);
    block.known.set(key, result);
    return result;
  }

  #read(type: ScalarType | "index", address: Address, instruction: Pure): Index | Vector {
    if (!this.#written.has(address.buffer)) {
      return this.#pure(
        type,
        instruction,
        Math.max(
          0,
          this.#open.findLastIndex(({ guarded }) => guarded),
        ),
      );
    }
    const result = this.#define(type);
    this.#append({ ...instruction, result } as Instruction);
    return result;
  }

  #checkWritten(address: Address): Address {
    if (!this.#written.has(address.buffer)) {
      throw new InternalError(`a kernel stores to buffer ${address.buffer}, which it did not declare as written`);
    }
    return normalAddress(address);
  }
}

/** Merges terms on the same index and drops those that vanish. */
function normalAddress(address: Address): Address {
  const { buffer, offset } = address;
  // By far the most have one term or none.
  if (address.terms.length === 0 || (address.terms.length === 1 && address.terms[0]!.scale !== 0)) return address;
  const terms: { index: Index; scale: number }[] = [];
  for (const { index, scale } of address.terms) {
    const same = terms.find((term) => term.index.id === index.id);
    if (same) same.scale += scale;
    else terms.push({ index, scale });
  }
  const kept = terms.filter(({ scale }) => scale !== 0).sort((a, b) => a.index.id - b.index.id);
  return { buffer, offset, terms: kept };
}

/** Calls `visit` with the id of every value an instruction uses (not those inside its body, and not its result). */
export function forEachOperand(instruction: Pure | Instruction, visit: (id: number) => void): void {
  switch (instruction.op) {
    case "indexConstant":
    case "constant":
    case "laneNumbers":
      return;
    case "scalar":
      for (const arg of instruction.args) visit(arg.id);
      return;
    case "indexBinary":
    case "interchange":
    case "if":
      visit(instruction.a.id);
      visit(instruction.b.id);
      return;
    case "lane":
    case "exchange":
    case "keep":
      return visit(instruction.vector.id);
    case "splat":
      return visit(instruction.index.id);
    case "load":
    case "loadIndex":
      return visitTerms(instruction.address, visit);
    case "gather":
      visitTerms(instruction.address, visit);
      return visit(instruction.indices.id);
    case "store":
    case "storeIndex":
      visitTerms(instruction.address, visit);
      return visit(instruction.value.id);
    case "variable":
      visit(instruction.variable.id);
      return visit(instruction.initial.id);
    case "get":
      return visit(instruction.variable.id);
    case "set":
      visit(instruction.variable.id);
      return visit(instruction.value.id);
    case "loop":
      visit(instruction.index.id);
      visit(instruction.from.id);
      visit(instruction.to.id);
  }
}

function visitTerms({ terms }: Address, visit: (id: number) => void): void {
  for (const { index } of terms) visit(index.id);
}

/** A text that is equal for equal instructions on equal values. */
function contentOf(instruction: Pure): string {
  const fields = instruction as unknown as Readonly<Record<string, unknown>>;
  let text = "";
  for (const field in fields) text += `${contentOfPart(fields[field])} `;
  return text;
}

function contentOfPart(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value !== "object" || value === null) return Object.is(value, -0) ? "-0" : String(value);
  if (Array.isArray(value)) return value.map(contentOfPart).join();
  if ("id" in value) return `#${value.id}`;
  const { buffer, offset, terms } = value as Address;
  let text = `${buffer}+${offset}`;
  for (const { index, scale } of terms) text += `+#${index.id}*${scale}`;
  return text;
}

/** Removes pure instructions whose result nobody uses, innermost uses first. */
function removeUnused(body: Block): void {
  const used = new Set<number>();
  const use = (id: number): void => {
    used.add(id);
  };
  const sweep = (block: Block): void => {
    const kept: Instruction[] = [];
    for (const instruction of block.instructions.toReversed()) {
      const result = resultOf(instruction);
      if (result && !used.has(result.id)) continue;
      if ("body" in instruction) sweep(instruction.body);
      forEachOperand(instruction, use);
      kept.push(instruction);
    }
    block.instructions.splice(0, block.instructions.length, ...kept.reverse());
  };
  sweep(body);
}

/** The scalar instructions as vector instructions of the kernel being built. */
function vectorScalars(k: KernelBuilder): Scalars<Vector> {
  const binary =
    (type: ScalarType, name: ScalarName, result: ScalarType = type) =>
    (a: Vector, b: Vector): Vector =>
      k.scalar(name, type, result, [a, b]);
  const unary =
    (type: ScalarType, name: ScalarName, result: ScalarType = type) =>
    (a: Vector): Vector =>
      k.scalar(name, type, result, [a]);
  const select =
    (type: ScalarType) =>
    (condition: Vector, then: Vector, otherwise: Vector): Vector =>
      k.scalar("select", type, type, [condition, then, otherwise]);

  const float = (type: "float32" | "float64"): FloatScalars<Vector> => ({
    constant: (value) => k.constant(type, value),
    add: binary(type, "add"),
    sub: binary(type, "sub"),
    mul: binary(type, "mul"),
    div: binary(type, "div"),
    fma: (a, b, c) => k.scalar("fma", type, type, [a, b, c]),
    neg: unary(type, "neg"),
    abs: unary(type, "abs"),
    sqrt: unary(type, "sqrt"),
    floor: unary(type, "floor"),
    nearest: unary(type, "nearest"),
    max: binary(type, "max"),
    min: binary(type, "min"),
    equal: binary(type, "equal", "bool"),
    less: binary(type, "less", "bool"),
    lessEqual: binary(type, "lessEqual", "bool"),
    select: select(type),
    toInt32: unary(type, "toInt32", "int32"),
    toUint32: unary(type, "toUint32", "uint32"),
    bits: unary(type, "bits", "int32"),
  });
  const integer = (type: "int32" | "uint32"): IntegerScalars<Vector> => ({
    constant: (value) => k.constant(type, value),
    add: binary(type, "add"),
    sub: binary(type, "sub"),
    mul: binary(type, "mul"),
    and: binary(type, "and"),
    or: binary(type, "or"),
    xor: binary(type, "xor"),
    shiftLeft: (a, count) => k.scalar("shiftLeft", type, type, [a], count),
    shiftRight: (a, count) => k.scalar("shiftRight", type, type, [a], count),
    max: binary(type, "max"),
    min: binary(type, "min"),
    floorDiv: binary(type, "floorDiv"),
    equal: binary(type, "equal", "bool"),
    less: binary(type, "less", "bool"),
    lessEqual: binary(type, "lessEqual", "bool"),
    select: select(type),
    toFloat32: unary(type, "toFloat32", "float32"),
    asFloat32: unary(type, "asFloat32", "float32"),
    toInt32: unary(type, "toInt32", "int32"),
    toUint32: unary(type, "toUint32", "uint32"),
  });
  const bool: BoolScalars<Vector> = {
    constant: (value) => k.constant("bool", value ? 1 : 0),
    and: binary("bool", "and"),
    or: binary("bool", "or"),
    xor: binary("bool", "xor"),
    not: unary("bool", "not"),
    select: select("bool"),
    toInt32: unary("bool", "toInt32", "int32"),
    toUint32: unary("bool", "toUint32", "uint32"),
    toFloat32: unary("bool", "toFloat32", "float32"),
  };
  return {
    float32: float("float32"),
    float64: float("float64"),
    int32: integer("int32"),
    uint32: integer("uint32"),
    bool,
  };
}

/**
 * The WebAssembly target: runs wherever WebAssembly has SIMD. Modules are compiled to programs, programs to bytes, bytes by the
 * engine; nothing is fetched. A run is one synchronous call. float64 is refused: the reference computes it.
 */

import { bytesOf, type Data, type DType, isFloat, viewOf } from "../../base/dtype.ts";
import { InternalError, TargetError } from "../../base/errors.ts";
import { compileModule } from "../../compiler/compile.ts";
import type { Machine } from "../../compiler/machine.ts";
import { type Module, rootsOf } from "../../graph/module.ts";
import { topological } from "../../graph/node.ts";
import { simplifyModule } from "../../graph/simplify.ts";
import { Block } from "../block.ts";
import type { Bindings, Executable, Numerics, RunReport, Target, TargetBuffer } from "../target.ts";
import { LinearMemory } from "./memory.ts";
import { hasFusedMultiplyAdd, hasSimd } from "./probe.ts";
import { encodeProgram } from "./program.ts";

const machine: Machine = { lanes: 4, vectorRegisters: 16, workers: 1 };
const smallestNormal = 2 ** -126;

/** The target in the mode asked for; by default fused where the engine's multiply-add is, else portable. */
export async function wasmTarget(numerics?: Numerics): Promise<Target> {
  if (typeof WebAssembly === "undefined" || !hasSimd()) {
    throw new TargetError(
      "wasm: this engine has no WebAssembly with 128-bit SIMD. Use a newer engine, or the target reference.",
      { operation: "wasm" },
    );
  }
  const fused = probeFused();
  if (numerics === "fused" && !fused) {
    throw new TargetError(
      "wasm: this engine has no fused multiply-add (relaxed SIMD), so numerics cannot be fused. " +
        "Use numerics portable, or a newer engine.",
      { operation: "wasm", expected: "fused" },
    );
  }
  return new WasmTarget(numerics ?? (fused ? "fused" : "portable"));
}

function probeFused(): boolean {
  try {
    return hasFusedMultiplyAdd();
  } catch (cause) {
    throw refused(cause);
  }
}

/** What engines say where a page's policy or an embedder forbids generated code. */
const policy = /content security|\bcsp\b|unsafe-eval|disallowed by embedder/i;

/** An engine that compiles nothing at all, or not this: the second is a defect of ours. */
function refused(cause: unknown): Error {
  const reason = cause instanceof Error ? cause.message : String(cause);
  if (!policy.test(reason)) {
    return new InternalError(
      `Gradus has a defect: the engine refused a generated program: ${reason}. Please report it.`,
      {},
      { cause },
    );
  }
  return new TargetError(
    "wasm: the content-security policy of this page forbids generated WebAssembly. Allow 'wasm-unsafe-eval' in script-src.",
    { operation: "wasm", actual: reason, hint: "'wasm-unsafe-eval'" },
    { cause },
  );
}

class WasmTarget implements Target {
  readonly name = "wasm";
  readonly threads = 1;
  readonly numerics: Numerics;
  readonly #memory = new LinearMemory();

  constructor(numerics: Numerics) {
    this.numerics = numerics;
  }

  allocate(bytes: number): TargetBuffer {
    return this.#memory.allocate(bytes);
  }

  async write(buffer: TargetBuffer, data: Data): Promise<void> {
    const { address } = own(buffer);
    if (data.byteLength > buffer.bytes) throw new InternalError(`${data.byteLength} bytes do not fit ${buffer.bytes}`);
    this.#memory.bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), address);
    if (data instanceof Float32Array) {
      const view = viewOf("float32", this.#memory.memory.buffer, address, data.length);
      for (let i = 0; i < view.length; i++) if (Math.abs(view[i]!) < smallestNormal) view[i]! *= 0;
    }
  }

  async read<D extends DType>(buffer: TargetBuffer, dtype: D, length: number): Promise<Data<D>> {
    return viewOf(dtype, this.#memory.memory.buffer, own(buffer).address, length).slice() as Data<D>;
  }

  async compile(module: Module): Promise<Executable> {
    refuseFloat64(module);
    const program = compileModule(simplifyModule(module), machine);
    const bytes = encodeProgram(program, this.numerics);
    let compiled: WebAssembly.WebAssemblyInstantiatedSource;
    try {
      const imports = { env: { memory: this.#memory.memory } };
      compiled = await WebAssembly.instantiate(bytes, imports);
    } catch (cause) {
      throw refused(cause);
    }
    const run = compiled.instance.exports.run as (table: number, steps: number, log: number) => number;
    return new WasmExecutable(this.#memory, run, program.arena, program.slots, program.log.length);
  }
}

class WasmExecutable implements Executable {
  readonly memory: number;
  readonly #linear: LinearMemory;
  readonly #run: (table: number, steps: number, log: number) => number;
  readonly #arena: Block;
  readonly #table: Block;
  readonly #logWidth: number;
  #log: Block;

  constructor(
    linear: LinearMemory,
    run: (table: number, steps: number, log: number) => number,
    arena: number,
    slots: number,
    logWidth: number,
  ) {
    this.#linear = linear;
    this.#run = run;
    this.#arena = linear.allocate(arena);
    this.#table = linear.allocate(4 * slots);
    this.#log = linear.allocate(0);
    this.#logWidth = logWidth;
    this.memory = arena;
  }

  async run({ inputs, states, outputs }: Bindings, steps: number): Promise<RunReport> {
    const width = this.#logWidth;
    if (this.#log.bytes < 4 * width * steps) {
      this.#log.release();
      this.#log = this.#linear.allocate(4 * width * steps);
    }
    const { buffer } = this.#linear.memory;
    const bases = [this.#arena, ...inputs, ...states, ...outputs].map((slot) => own(slot).address);
    viewOf("uint32", buffer, this.#table.address, bases.length).set(bases);
    const done = this.#run(this.#table.address, steps, this.#log.address);
    // A step the guard stopped has logged too.
    const begun = Math.min(steps, done + 1);
    return { steps: done, log: viewOf("float32", buffer, this.#log.address, width * begun).slice() };
  }

  release(): void {
    for (const block of [this.#arena, this.#table, this.#log]) block.release();
  }
}

function own(buffer: TargetBuffer): Block {
  if (!(buffer instanceof Block)) throw new InternalError("a buffer of another target was given to wasm");
  return buffer;
}

function refuseFloat64(module: Module): void {
  const node = topological(rootsOf(module)).find(({ dtype }) => isFloat(dtype) && bytesOf(dtype) === 8);
  if (!node) return;
  throw new TargetError(
    `wasm: ${node.op.name} has dtype float64, which this target does not compute. ` +
      "Use the target reference, or cast to float32.",
    { operation: node.op.name, actual: "float64", expected: "float32" },
  );
}

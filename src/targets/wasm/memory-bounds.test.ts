// Proves that generated code touches nothing but its buffers: it runs in a memory filled with a pattern, where every buffer in turn
// lies at the very beginning and at the very end, so that reading or writing beside it traps or leaves a trace. The same programs
// show that the parts of a kernel, and calls without a barrier between them, may run in any order, for any worker and register
// file, with any content of the arena.

import { expect, test } from "vitest";
import { bytesOf, type Data, viewOf } from "../../base/dtype.ts";
import { RandomStream } from "../../base/rng.ts";
import { sizeOf } from "../../base/shape.ts";
import { compileModule } from "../../compiler/compile.ts";
import type { Machine } from "../../compiler/machine.ts";
import type { Call, Place, Program } from "../../compiler/program.ts";
import { build } from "../../graph/build.ts";
import { gradient } from "../../graph/gradient.ts";
import type { Module } from "../../graph/module.ts";
import { type Node, record } from "../../graph/node.ts";
import type { Operation } from "../../graph/operation.ts";
import { ops } from "../../graph/ops/index.ts";
import { draw } from "../../graph/sample-values.ts";
import { simplifyModule } from "../../graph/simplify.ts";
import { numberScalars } from "../../kernel/numbers.ts";
import { interpret } from "../reference/interpret.ts";
import { hasFloat64, moduleOf, requireSameBits } from "../testing.ts";
import { emitKernel } from "./emitter.ts";
import { encodeModule } from "./encoder.ts";
import { encodeProgram } from "./program.ts";

const pattern = 0xa5;
const pageBytes = 65536;
const machine: Machine = { lanes: 4, vectorRegisters: 16, workers: 1 };

/** A module without states: what a slot holds is input or output. */
interface Case {
  readonly name: string;
  readonly module: Module;
  readonly inputs: readonly Data[];
}

function caseOf(name: string, inputs: readonly Node[], outputs: readonly Node[]): Case {
  const values = inputs.map(({ shape, dtype }, i) => draw({ shape, dtype }, new RandomStream(i, name)));
  return { name, module: moduleOf({ inputs, outputs }), inputs: values };
}

/** Every sample of every primitive. */
function sampleCases(): Case[] {
  return (Object.values(ops) as readonly Operation[]).flatMap((op) =>
    op.samples.flatMap(({ inputs, attributes }, which) => {
      const nodes = inputs.map(({ shape, dtype }, i) => build.input(`x${i}`, shape, dtype));
      const result = record(op, nodes, attributes);
      if (hasFloat64([result, ...nodes])) return [];
      const values = inputs.map((input, i) => draw(input, new RandomStream(i, op.name)));
      return [{ name: `${op.name} ${which}`, module: moduleOf({ inputs: nodes, outputs: [result] }), inputs: values }];
    }),
  );
}

/** Views of all kinds, tails of all lengths, and a small network with its gradients. */
function wholeCases(): Case[] {
  const cases: Case[] = [];
  for (const dtype of ["float32", "uint8"] as const) {
    for (const n of [1, 2, 3, 4, 5, 7, 9]) {
      const x = build.input("x", [5, n], dtype);
      const flipped = build.slice(x, [4, n - 1], [5, n], [-1, -1]);
      const row = build.input("row", [2], "int32");
      cases.push(
        caseOf(`flip ${dtype} ${n}`, [x, row], [flipped, build.transpose(flipped, [1, 0]), build.gather(x, row)]),
      );
      const padded = build.pad(x, [1, 2], [0, 1], [2, 1], 1);
      cases.push(caseOf(`pad ${dtype} ${n}`, [x], [padded, build.slice(padded, [0, 1], [3, n], [2, 1])]));
      const columns = build.slice(build.gather(x, row), [0, n - 1], [2, n], [1, -1]);
      cases.push(caseOf(`flipped gather ${dtype} ${n}`, [x, row], [columns]));
    }
  }
  const long = build.input("long", [2051], "float32");
  cases.push(caseOf("long", [long], [build.tanh(long), build.reshape(build.reshape(long, [7, 293]), [2051])]));
  const wide = build.input("wide", [3, 70], "float32");
  cases.push(caseOf("wide", [wide], [build.reduceSum(wide, [0]), build.reduceMax(wide, [1]), build.exp(wide)]));
  for (const n of [10, 70]) {
    const logits = build.input("logits", [7, n], "float32");
    const along = (value: Node): Node => build.broadcast(value, [7, n], [0]);
    const powers = build.exp(build.sub(logits, along(build.reduceMax(logits, [1]))));
    cases.push(caseOf(`softmax ${n}`, [logits], [build.div(powers, along(build.reduceSum(powers, [1])))]));
  }
  for (const [rows, columns, inner] of [
    [1, 1, 1],
    [5, 7, 3],
    [13, 9, 17],
    [30, 11, 300],
    [3, 5, 1030],
  ] as const) {
    const a = build.input("a", [rows, inner], "float32");
    const b = build.input("b", [columns, inner], "float32");
    const bias = build.input("bias", [columns], "float32");
    const product = build.dot(a, b, { batch: [[], []], contract: [[1], [1]] });
    const y = build.relu(build.add(product, build.broadcast(bias, product.shape, [1])));
    const loss = build.reduceSum(build.mul(y, y), [0, 1]);
    const found = gradient(loss, build.constant(1, [], "float32"), [a, b, bias]) as Node[];
    cases.push(caseOf(`network ${rows} ${columns} ${inner}`, [a, b, bias], [loss, y, ...found]));
  }
  return cases;
}

const cases = [...sampleCases(), ...wholeCases()];

function expectedOf({ module, inputs }: Case): Data[] {
  const values = interpret(
    module.outputs,
    new Map(module.inputs.map((node, i) => [node, inputs[i]!])),
    numberScalars("portable"),
  );
  return module.outputs.map((node) => values.get(node)!);
}

const bytesOfNode = (node: Node): number => sizeOf(node.shape) * bytesOf(node.dtype);

/** A memory with every slot somewhere inside a pattern. */
class Layout {
  readonly memory: WebAssembly.Memory;
  readonly addresses: number[];
  readonly #sizes: readonly number[];

  /** Slot `first` lies at address 0 and slot `last` ends with the memory; the others are apart. */
  constructor(sizes: readonly number[], first: number, last: number) {
    this.#sizes = sizes;
    let at = 256 + sizes[first]!;
    this.addresses = sizes.map((bytes, slot) => {
      if (slot === first || slot === last) return 0;
      const address = Math.ceil(at / 64) * 64;
      at = address + bytes + 64;
      return address;
    });
    const pages = Math.ceil((at + sizes[last]! + 64) / pageBytes);
    this.memory = new WebAssembly.Memory({ initial: pages });
    if (last !== first) this.addresses[last] = pages * pageBytes - sizes[last]!;
    this.bytes.fill(pattern);
  }

  get bytes(): Uint8Array {
    return new Uint8Array(this.memory.buffer);
  }

  write(slot: number, data: Data): void {
    this.bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), this.addresses[slot]!);
  }

  /** A copy; slots that end with the memory need not be aligned. */
  read(slot: number, node: Node): Data {
    const bytes = this.bytes.slice(this.addresses[slot]!, this.addresses[slot]! + this.#sizes[slot]!);
    return viewOf(node.dtype, bytes.buffer, 0, sizeOf(node.shape));
  }

  /** Throws where a byte outside all slots is no longer the pattern. */
  check(): void {
    const { bytes } = this;
    this.addresses.forEach((address, slot) => bytes.fill(pattern, address, address + this.#sizes[slot]!));
    const at = bytes.findIndex((byte) => byte !== pattern);
    if (at >= 0) throw new Error(`byte ${at} was written; slots lie at ${this.addresses}, sizes ${this.#sizes}`);
  }
}

/** Slots of a program: arena, inputs, outputs. */
function slotSizes(program: Program, module: Module): number[] {
  return [program.arena, ...module.inputs.map(bytesOfNode), ...module.outputs.map(bytesOfNode)];
}

function runIn(layout: Layout, { module, inputs }: Case, run: () => void): Data[] {
  inputs.forEach((data, i) => layout.write(1 + i, data));
  run();
  const outputs = module.outputs.map((node, i) => layout.read(1 + inputs.length + i, node));
  requireSameBits(
    module.inputs.map((node, i) => layout.read(1 + i, node)),
    inputs,
    "inputs",
  );
  layout.check();
  return outputs;
}

function attempt(name: string, work: () => void): void {
  try {
    work();
  } catch (cause) {
    throw new Error(`${name}: ${(cause as Error).message}`, { cause });
  }
}

test("no byte beside a buffer is read or written, wherever it lies", () => {
  for (const one of cases) {
    const program = compileModule(simplifyModule(one.module), machine);
    const compiled = new WebAssembly.Module(encodeProgram(program, "portable"));
    const expected = expectedOf(one);
    const sizes = slotSizes(program, one.module);
    sizes.forEach((_, first) => {
      const last = (first + 1) % sizes.length;
      // The table of addresses is a slot of its own, apart from the others.
      const layout = new Layout([...sizes, 4 * sizes.length], first, last);
      const table = layout.addresses.at(-1)!;
      new Uint32Array(layout.memory.buffer, table, sizes.length).set(layout.addresses.slice(0, -1));
      const { exports } = new WebAssembly.Instance(compiled, { env: { memory: layout.memory } });
      attempt(`${one.name}, slot ${first} first, ${last} last`, () => {
        const outputs = runIn(layout, one, () => (exports.run as (...args: number[]) => number)(table, 1, 0));
        requireSameBits(outputs, expected, "outputs");
      });
    });
  }
});

const machines: readonly Machine[] = [
  { lanes: 4, vectorRegisters: 16, workers: 3 },
  { lanes: 4, vectorRegisters: 8, workers: 2 },
  { lanes: 4, vectorRegisters: 32, workers: 2 },
];

/**
 * Runs each part on outputs as they were before the kernel, so that a part which does another's work is found out: what two parts write
 * must be the same. Then runs all of them one after the other: what a part writes must not matter to those that write there too.
 */
function runParts(outputs: readonly Uint8Array[], extent: number, run: (part: number) => void): void {
  if (extent === 1) return run(0);
  const before = outputs.map((bytes) => bytes.slice());
  const merged = outputs.map((bytes) => bytes.slice());
  for (let part = extent - 1; part >= 0; part--) {
    outputs.forEach((bytes, i) => bytes.set(before[i]!));
    run(part);
    outputs.forEach((bytes, i) => {
      bytes.forEach((byte, at) => {
        if (byte === before[i]![at]!) return;
        const other = merged[i]![at]!;
        if (other !== before[i]![at] && other !== byte)
          throw new Error(`two parts differ in byte ${at} of output ${i}`);
        merged[i]![at] = byte;
      });
    });
  }
  outputs.forEach((bytes, i) => bytes.set(before[i]!));
  for (let part = 0; part < extent; part++) run(part);
  outputs.forEach((bytes, i) => {
    if (!bytes.every((byte, at) => byte === merged[i]![at]))
      throw new Error(`parts of output ${i} are not independent`);
  });
}

/** Calls that do not wait for each other, last first. */
function disordered(calls: readonly Call[]): Call[] {
  const phases: Call[][] = [];
  for (const call of calls) {
    if (call.waits) phases.push([]);
    phases.at(-1)!.unshift(call);
  }
  return phases.flat();
}

test.for(machines)(
  "the parts of a kernel, and calls between barriers, run in any order: $vectorRegisters registers, $workers workers",
  (other) => {
    let parts = 0;
    for (const one of cases) {
      const program = compileModule(simplifyModule(one.module), other);
      const calls = disordered([...program.before, ...program.after]);
      const kernels = [...new Set(calls.map(({ kernel }) => kernel))];
      const functions = kernels.map((kernel, i) => ({
        ...emitKernel(kernel, "portable"),
        name: `kernel${i}`,
        exported: true,
      }));
      const sizes = slotSizes(program, one.module);
      const layout = new Layout(sizes, 0, 0);
      const { exports } = new WebAssembly.Instance(new WebAssembly.Module(encodeModule(functions)), {
        env: { memory: layout.memory },
      });
      const addressOf = ({ slot, offset }: Place): number => layout.addresses[slot]! + offset;
      const firstOutput = 1 + one.inputs.length;
      const outputs = sizes.slice(firstOutput).map((bytes, i) => {
        const address = layout.addresses[firstOutput + i]!;
        return layout.bytes.subarray(address, address + bytes);
      });
      attempt(one.name, () => {
        const found = runIn(layout, one, () => {
          for (const { kernel, places } of calls) {
            const run = exports[`kernel${kernels.indexOf(kernel)}`] as (...args: number[]) => void;
            runParts(outputs, kernel.extent, (part) => {
              run(...places.map(addressOf), part, part + 1, part % other.workers);
              parts++;
            });
          }
        });
        requireSameBits(found, expectedOf(one), "outputs");
      });
    }
    expect(parts).toBeGreaterThan(2 * cases.length);
  },
);

/**
 * What tests of modules share: seeded values, running a module on a target with watched memory around every buffer, and equality
 * of bits. For tests alone; no door exports it.
 */

import { bytesOf, type Data, type DType } from "../base/dtype.ts";
import { RandomStream } from "../base/rng.ts";
import { type Shape, sizeOf } from "../base/shape.ts";
import type { Module } from "../graph/module.ts";
import type { Node } from "../graph/node.ts";
import type { SampleInput } from "../graph/operation.ts";
import { draw } from "../graph/sample-values.ts";
import { referenceTarget } from "./reference/target.ts";
import type { Executable, Numerics, Target, TargetBuffer } from "./target.ts";
import { wasmTarget } from "./wasm/target.ts";
import { type X64Options, x64Target } from "./x64/target.ts";

export const modes: readonly Numerics[] = ["portable", "fused"];

/** A module from what a test cares about; the rest is empty. */
export function moduleOf(parts: Partial<Module>): Module {
  return { inputs: [], states: [], outputs: [], guard: null, log: [], ...parts };
}

const wasmTargets = new Map<Numerics, Promise<Target | null>>();

/** The wasm target in a mode; null where the engine has no fused multiply-add. */
export function wasmIn(numerics: Numerics): Promise<Target | null> {
  const known = wasmTargets.get(numerics) ?? wasmTarget(numerics).catch(() => null);
  wasmTargets.set(numerics, known);
  return known;
}

const x64Targets = new Map<string, Promise<Target | null>>();

/** The x64 target in a mode, between forbidden pages and with every kernel split over its threads; null where it cannot start. */
export function x64In(numerics: Numerics, threads = 2, vectors?: X64Options["vectors"]): Promise<Target | null> {
  const key = `${numerics} ${threads} ${vectors}`;
  const known = x64Targets.get(key) ?? x64Target({ numerics, threads, vectors, check: true }).catch(() => null);
  x64Targets.set(key, known);
  return known;
}

export interface Targets {
  readonly reference: Target;
  /** What must agree with it: the CPU targets that can run here, x64 once with each kind of vectors. */
  readonly others: readonly Target[];
}

/** Reference and the CPU targets in one mode; calls `skip` with the reason where none can run in it. */
export async function targetsIn(numerics: Numerics, skip: (reason: string) => unknown): Promise<Targets> {
  const all = [wasmIn(numerics), x64In(numerics, 2, "avx512"), x64In(numerics, 2, "avx2")];
  const others = (await Promise.all(all)).filter((target) => target !== null);
  if (others.length === 0) skip(`no target of this engine can run numerics ${numerics}`);
  return { reference: referenceTarget(numerics), others };
}

/** A target's name in messages, with its kind of vectors where it has several. */
export function titleOf(target: Target): string {
  return "vectors" in target ? `${target.name} ${target.vectors}` : target.name;
}

// Values

/** Seeded values for a node, under a purpose of their own. */
export function valuesFor(node: Node, purpose: string, values: SampleInput["values"] = "normal"): Data {
  return draw({ shape: node.shape as Shape, dtype: node.dtype, values }, new RandomStream(1, purpose));
}

// Running

export interface Values {
  readonly inputs?: readonly Data[];
  readonly states?: readonly Data[];
}

export interface Result {
  readonly outputs: readonly Data[];
  readonly states: readonly Data[];
  readonly log: Float32Array;
  readonly steps: number;
}

/** Runs a module once compiled; throws where it writes beside a buffer or into an input. */
export async function runOn(target: Target, module: Module, values: Values, steps = 1): Promise<Result> {
  const executable = await target.compile(module);
  const result = await runExecutable(target, executable, module, values, steps);
  executable.release();
  return result;
}

export async function runExecutable(
  target: Target,
  executable: Executable,
  module: Module,
  { inputs = [], states = [] }: Values,
  steps = 1,
): Promise<Result> {
  const guarded = new GuardedBuffers(target);
  const bound = async (nodes: readonly Node[], data: readonly Data[]): Promise<TargetBuffer[]> => {
    if (nodes.length !== data.length) throw new Error(`${data.length} values for ${nodes.length} nodes`);
    const buffers = nodes.map((node) => guarded.allocate(node));
    for (const [i, buffer] of buffers.entries()) await target.write(buffer, data[i]!);
    return buffers;
  };
  const bindings = {
    inputs: await bound(module.inputs, inputs),
    states: await bound(
      module.states.map(({ current }) => current),
      states,
    ),
    outputs: module.outputs.map((node) => guarded.allocate(node)),
  };
  const read = (nodes: readonly Node[], buffers: readonly TargetBuffer[]): Promise<Data[]> =>
    Promise.all(nodes.map((node, i) => target.read(buffers[i]!, node.dtype, sizeOf(node.shape))));
  const before = await read(module.inputs, bindings.inputs);
  const report = await executable.run(bindings, steps);
  const result = {
    outputs: await read(module.outputs, bindings.outputs),
    states: await read(
      module.states.map(({ next }) => next),
      bindings.states,
    ),
    log: report.log,
    steps: report.steps,
  };
  requireSameBits(await read(module.inputs, bindings.inputs), before, "inputs after the run");
  await guarded.check();
  guarded.release();
  return result;
}

const guardBytes = 64;
const guardByte = 0xa5;

/** Buffers with a watched neighbour on either side. */
class GuardedBuffers {
  readonly #target: Target;
  readonly #buffers: TargetBuffer[] = [];
  readonly #guards: TargetBuffer[] = [];
  readonly #written: Promise<void>[] = [];

  constructor(target: Target) {
    this.#target = target;
  }

  allocate({ shape, dtype }: Node): TargetBuffer {
    this.#guard();
    const buffer = this.#target.allocate(sizeOf(shape) * bytesOf(dtype));
    this.#buffers.push(buffer);
    this.#guard();
    return buffer;
  }

  #guard(): void {
    const guard = this.#target.allocate(guardBytes);
    this.#guards.push(guard);
    this.#written.push(this.#target.write(guard, new Uint8Array(guardBytes).fill(guardByte)));
  }

  async check(): Promise<void> {
    await Promise.all(this.#written);
    for (const guard of this.#guards) {
      const bytes = await this.#target.read(guard, "uint8", guardBytes);
      if (bytes.some((byte) => byte !== guardByte)) throw new Error("a byte beside a buffer was written");
    }
  }

  release(): void {
    for (const buffer of [...this.#buffers, ...this.#guards]) buffer.release();
  }
}

// Comparing

/** The first position where two arrays differ, all NaNs being equal and −0 not +0; −1 where there is none. */
export function firstDifference(actual: Data, expected: Data): number {
  if (actual.length !== expected.length) return Math.min(actual.length, expected.length);
  for (let i = 0; i < actual.length; i++) if (!Object.is(actual[i], expected[i])) return i;
  return -1;
}

const show = (value: number | undefined): string => (Object.is(value, -0) ? "-0" : String(value));

/** Throws with the first difference between lists of arrays. */
export function requireSameBits(actual: readonly Data[], expected: readonly Data[], what: string): void {
  expected.forEach((data, which) => {
    const at = firstDifference(actual[which]!, data);
    if (at < 0) return;
    throw new Error(
      `${what} ${which} differ at element ${at} of ${data.length}: ${show(actual[which]![at])}, expected ${show(data[at])}`,
    );
  });
}

/** Throws where outputs, states, log or number of steps differ in a bit. */
export function requireSameResults(actual: Result, expected: Result): void {
  if (actual.steps !== expected.steps) throw new Error(`${actual.steps} steps, expected ${expected.steps}`);
  requireSameBits([actual.log], [expected.log], "logs");
  requireSameBits(actual.outputs, expected.outputs, "outputs");
  requireSameBits(actual.states, expected.states, "states");
}

/** Runs a module on the reference and on the others and requires equal bits; gives the result. */
export async function requireAgreement(
  { reference, others }: Targets,
  module: Module,
  values: Values,
  steps = 1,
): Promise<Result> {
  const expected = await runOn(reference, module, values, steps);
  for (const target of others) {
    try {
      requireSameResults(await runOn(target, module, values, steps), expected);
    } catch (cause) {
      throw new Error(`${titleOf(target)}: ${(cause as Error).message}`, { cause });
    }
  }
  return expected;
}

/** Whether any of them is float64, which the reference alone computes. */
export function hasFloat64(nodes: readonly { readonly dtype: DType }[]): boolean {
  return nodes.some(({ dtype }) => dtype === "float64");
}

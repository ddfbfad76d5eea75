/** Workloads that are one module: a matrix product, a convolution, a fused elementwise expression, a sum. Values are drawn, not zero. */

import { bytesOf } from "../base/dtype.ts";
import { RandomStream } from "../base/rng.ts";
import { sizeOf } from "../base/shape.ts";
import { compileModule } from "../compiler/compile.ts";
import { build } from "../graph/build.ts";
import { gradient } from "../graph/gradient.ts";
import type { Module } from "../graph/module.ts";
import type { Node } from "../graph/node.ts";
import { simplifyModule } from "../graph/simplify.ts";
import type { CpuTarget, TargetBuffer } from "../targets/target.ts";
import { type Work, workOf } from "./roofline.ts";
import type { Pace, Workload } from "./workload.ts";

/** float32 elements of 16 MiB. */
const large = 2 ** 22;

/** The product of two matrices of `size` rows and columns. */
export function matmul(size: number): ModuleWorkload {
  return moduleWorkload(`matmul-${size}`, () => {
    const [a, b] = [input(size, size), input(size, size)];
    return { inputs: [a, b], output: build.dot(a, b, { batch: [[], []], contract: [[1], [0]] }) };
  });
}

/** What is computed: the convolution, or the gradient of its input or of its kernel for a given one of its result. */
export type ConvolutionPart = "forward" | "input" | "kernel";

/** Sizes of a convolution with half a kernel of padding on each side. */
export interface ConvolutionSizes {
  readonly batch: number;
  readonly image: readonly [rows: number, columns: number];
  readonly kernel: readonly [rows: number, columns: number];
  readonly inputs: number;
  readonly outputs: number;
  readonly stride: number;
  readonly groups: number;
}

/** A convolution, channels last, or one of its gradients. */
export function convolution(name: string, sizes: ConvolutionSizes, part: ConvolutionPart): ModuleWorkload {
  const { batch, image, kernel, inputs, outputs, stride, groups } = sizes;
  return moduleWorkload(name, () => {
    const [x, w] = [input(batch, ...image, inputs), input(outputs, inputs / groups, ...kernel)];
    const axes = kernel.map((size) => {
      const low = Math.floor((size - 1) / 2);
      return { stride, dilation: 1, base: 1, low, high: size - 1 - low };
    });
    const output = build.conv(x, w, { axes, groups, channelsFirst: false });
    if (part === "forward") return { inputs: [x, w], output };
    const given = input(...output.shape);
    const [wanted, other] = part === "input" ? [x, w] : [w, x];
    return { inputs: [other, given], output: gradient(output, given, [wanted])[0]! };
  });
}

/** `relu(a·b + c)·d` with 16 MiB of results: one pass over 80 MiB. */
export const elementwise: ModuleWorkload = moduleWorkload("elementwise-16MiB", () => {
  const [a, b, c, d] = [input(large), input(large), input(large), input(large)];
  return { inputs: [a, b, c, d], output: build.mul(build.relu(build.add(build.mul(a, b), c)), d) };
});

/** The sum of 16 MiB. */
export const sum: ModuleWorkload = moduleWorkload("sum-16MiB", () => {
  const x = input(large);
  return { inputs: [x], output: build.reduceSum(x, [0]) };
});

/** An operand, float32. */
export const input = (...shape: number[]): Node => build.input("operand", shape, "float32");

/** A module in a target's memory, ready to be run again and again. */
export interface Prepared {
  /** Seconds of one of `steps` runs. */
  take(steps: number): Promise<number>;
  readonly work: Work;
  release(): void;
}

/** A workload that others may time too, between contestants of their own. */
export interface ModuleWorkload extends Workload {
  prepare(target: CpuTarget): Promise<Prepared>;
}

/** A workload that computes what `make` builds. */
export function moduleWorkload(
  name: string,
  make: () => { inputs: Node[]; output: Node | readonly Node[] },
): ModuleWorkload {
  const prepare = (target: CpuTarget): Promise<Prepared> => {
    const { inputs, output } = make();
    return prepareModule({ inputs, states: [], outputs: [output].flat(), guard: null, log: [] }, target);
  };
  return {
    name,
    prepare,
    time: async (target, pace, between) => {
      const prepared = await prepare(target);
      try {
        return { seconds: await roundsOf(prepared, pace, between), work: prepared.work };
      } finally {
        prepared.release();
      }
    },
  };
}

async function roundsOf({ take }: Prepared, pace: Pace, between: () => Promise<void>): Promise<number[]> {
  // Twice: engines compile better code after a while.
  const first = Math.min(await take(1), await take(1));
  const steps = Math.max(1, Math.ceil(pace.roundSeconds / first));
  await take(steps);
  const seconds: number[] = [];
  for (let round = 0; round < pace.rounds; round++) {
    seconds.push(await take(steps));
    await between();
  }
  return seconds;
}

async function prepareModule(module: Module, target: CpuTarget): Promise<Prepared> {
  const held: { release(): void }[] = [];
  const release = (): void => {
    for (const part of held.splice(0)) part.release();
  };
  const bind = (node: Node): TargetBuffer => {
    const buffer = target.allocate(sizeOf(node.shape) * bytesOf(node.dtype));
    held.push(buffer);
    return buffer;
  };
  try {
    const bindings = { inputs: module.inputs.map(bind), states: [], outputs: module.outputs.map(bind) };
    for (const [i, node] of module.inputs.entries()) {
      await target.write(bindings.inputs[i]!, drawn(sizeOf(node.shape), i));
    }
    const executable = await target.compile(module);
    held.push(executable);
    const take = async (steps: number): Promise<number> => {
      const from = performance.now();
      await executable.run(bindings, steps);
      return (performance.now() - from) / 1000 / steps;
    };
    return { take, work: workOf(compileModule(simplifyModule(module), target.machine)), release };
  } catch (error) {
    release();
    throw error;
  }
}

/** Numbers between −1 and 1; a short row of them again and again, for drawing millions takes longer than measuring. */
function drawn(length: number, which: number): Float32Array {
  const stream = new RandomStream(which, "bench");
  const row = Float32Array.from({ length: Math.min(length, 4099) }, (_, i) => 2 * stream.uniform(i) - 1);
  const values = new Float32Array(length);
  for (let at = 0; at < length; at += row.length) values.set(row.subarray(0, length - at), at);
  return values;
}

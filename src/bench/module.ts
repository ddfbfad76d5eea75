/** Workloads that are one module: a matrix product, a fused elementwise expression, a sum. Values are drawn, not zero. */

import { bytesOf } from "../base/dtype.ts";
import { RandomStream } from "../base/rng.ts";
import { sizeOf } from "../base/shape.ts";
import { compileModule } from "../compiler/compile.ts";
import { build } from "../graph/build.ts";
import type { Module } from "../graph/module.ts";
import type { Node } from "../graph/node.ts";
import { simplifyModule } from "../graph/simplify.ts";
import type { CpuTarget, Executable, TargetBuffer } from "../targets/target.ts";
import { workOf } from "./roofline.ts";
import type { Pace, Timing, Workload } from "./workload.ts";

/** float32 elements of 16 MiB. */
const large = 2 ** 22;

/** The product of two matrices of `size` rows and columns. */
export function matmul(size: number): Workload {
  return moduleWorkload(`matmul-${size}`, () => {
    const [a, b] = [input(size, size), input(size, size)];
    return { inputs: [a, b], output: build.dot(a, b, { batch: [[], []], contract: [[1], [0]] }) };
  });
}

/** `relu(a·b + c)·d` with 16 MiB of results: one pass over 80 MiB. */
export const elementwise: Workload = moduleWorkload("elementwise-16MiB", () => {
  const [a, b, c, d] = [input(large), input(large), input(large), input(large)];
  return { inputs: [a, b, c, d], output: build.mul(build.relu(build.add(build.mul(a, b), c)), d) };
});

/** The sum of 16 MiB. */
export const sum: Workload = moduleWorkload("sum-16MiB", () => {
  const x = input(large);
  return { inputs: [x], output: build.reduceSum(x, [0]) };
});

const input = (...shape: number[]): Node => build.input("operand", shape, "float32");

function moduleWorkload(name: string, make: () => { inputs: Node[]; output: Node }): Workload {
  return {
    name,
    time: (target, pace, between) => {
      const { inputs, output } = make();
      return timeModule({ inputs, states: [], outputs: [output], guard: null, log: [] }, target, pace, between);
    },
  };
}

async function timeModule(
  module: Module,
  target: CpuTarget,
  pace: Pace,
  between: () => Promise<void>,
): Promise<Timing> {
  const buffers: TargetBuffer[] = [];
  const bind = (node: Node): TargetBuffer => {
    const buffer = target.allocate(sizeOf(node.shape) * bytesOf(node.dtype));
    buffers.push(buffer);
    return buffer;
  };
  let executable: Executable | null = null;
  try {
    const bindings = { inputs: module.inputs.map(bind), states: [], outputs: module.outputs.map(bind) };
    for (const [i, node] of module.inputs.entries()) {
      await target.write(bindings.inputs[i]!, drawn(sizeOf(node.shape), i));
    }
    executable = await target.compile(module);
    const program = executable;
    const secondsOf = async (steps: number): Promise<number> => {
      const from = performance.now();
      await program.run(bindings, steps);
      return (performance.now() - from) / 1000 / steps;
    };
    // Twice: engines compile better code after a while.
    const first = Math.min(await secondsOf(1), await secondsOf(1));
    const steps = Math.max(1, Math.ceil(pace.roundSeconds / first));
    await secondsOf(steps);
    const seconds: number[] = [];
    for (let round = 0; round < pace.rounds; round++) {
      seconds.push(await secondsOf(steps));
      await between();
    }
    return { seconds, work: workOf(compileModule(simplifyModule(module), target.machine)) };
  } finally {
    executable?.release();
    for (const buffer of buffers) buffer.release();
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

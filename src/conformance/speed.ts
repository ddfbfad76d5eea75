/** Two figures that say how fast a target is here: a matrix product and a sum of two vectors. Not a benchmark: seconds, not minutes. */

import { build } from "../graph/build.ts";
import type { Module } from "../graph/module.ts";
import type { Target } from "../targets/target.ts";

export interface Speed {
  /** Of a 256×256 matrix product, in 10⁹ floating-point operations per second. */
  readonly gflops: number;
  /** Of adding two vectors of 2²⁰ float32, in 10⁹ bytes read and written per second. */
  readonly gigabytes: number;
}

const side = 256;
const length = 2 ** 20;
/** Calls at least, and milliseconds at least, per figure. */
const calls = 3;
const enough = 60;

export async function measureSpeed(target: Target): Promise<Speed> {
  const a = build.input("a", [side, side], "float32");
  const b = build.input("b", [side, side], "float32");
  const product = build.dot(a, b, { batch: [[], []], contract: [[1], [0]] });
  const x = build.input("x", [length], "float32");
  const y = build.input("y", [length], "float32");
  const matrix = await bestOf(target, { ...empty, inputs: [a, b], outputs: [product] });
  const sum = await bestOf(target, { ...empty, inputs: [x, y], outputs: [build.add(x, y)] });
  return { gflops: (2 * side * side * side) / matrix / 1e6, gigabytes: (12 * length) / sum / 1e6 };
}

const empty: Module = { inputs: [], states: [], outputs: [], guard: null, log: [] };

/** Milliseconds of the fastest run. */
async function bestOf(target: Target, module: Module): Promise<number> {
  const program = await target.compile(module);
  const sizeOf = ({ shape }: { readonly shape: readonly number[] }): number => shape.reduce((n, d) => n * d, 4);
  const inputs = module.inputs.map((node) => target.allocate(sizeOf(node)));
  const outputs = module.outputs.map((node) => target.allocate(sizeOf(node)));
  let best = Infinity;
  const begun = performance.now();
  for (let call = 0; call < calls || performance.now() - begun < enough; call++) {
    const from = performance.now();
    await program.run({ inputs, states: [], outputs }, 1);
    best = Math.min(best, performance.now() - from);
    if (performance.now() - begun > 20 * enough) break;
  }
  program.release();
  for (const buffer of [...inputs, ...outputs]) buffer.release();
  return best;
}

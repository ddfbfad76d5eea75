/** Proves that recomputation saves memory: kernels that wait run late, what they read is kept, and the arena of a deep network falls. */

import { describe, expect, test } from "vitest";
import { build } from "../graph/build.ts";
import { gradient } from "../graph/gradient.ts";
import type { Node } from "../graph/node.ts";
import { inRegion } from "../graph/region.ts";
import { simplifyModule } from "../graph/simplify.ts";
import { modes, moduleOf, requireSameResults, runOn, targetsIn } from "../targets/testing.ts";
import { compileModule } from "./compile.ts";
import type { Program } from "./program.ts";

const machine = { lanes: 8, vectorRegisters: 16, workers: 1 };
const rows = 64;
const units = 128;
const activation = rows * units * 4;

const layer = (x: Node, w: Node): Node => build.tanh(build.dot(x, w, { batch: [[], []], contract: [[1], [1]] }));

/** Dense layers of one width, `every` of them one region; 0: none. Gives the gradients of all weights. */
function deep(layers: number, every: number) {
  const x = build.input("x", [rows, units], "float32");
  const weights = Array.from({ length: layers }, (_, i) => build.input(`w${i}`, [units, units], "float32"));
  let h = x;
  for (let i = 0; i < layers; i += every || layers) {
    const block = (): Node => weights.slice(i, i + (every || layers)).reduce(layer, h);
    h = every ? inRegion(block) : block();
  }
  const loss = build.reduceSum(build.mul(h, h), [0, 1]);
  const outputs = [loss, ...(gradient(loss, build.constant(1, [], "float32"), weights) as Node[])];
  return moduleOf({ inputs: [x, ...weights], outputs });
}

const compiled = (every: number): Program => compileModule(simplifyModule(deep(40, every)), machine);

describe("40 dense layers of one width", () => {
  test("keep 40 activations, or with 4 layers at a time 10 and the inside of one block", () => {
    const [all, some] = [compiled(0).arena / activation, compiled(4).arena / activation];
    expect(all).toBeGreaterThan(40);
    expect(all).toBeLessThan(43);
    expect(some).toBeGreaterThan(10);
    expect(some).toBeLessThan(16);
  });

  test("compute each layer once more: the gradient of tanh is made of its result", () => {
    const products = ({ before }: Program): number =>
      before.filter(({ kernel }) => kernel.name.startsWith("contract")).length;
    expect(products(compiled(4)) - products(compiled(0))).toBe(40);
  });
});

test("what is read later is kept, not the two it is the sum of", () => {
  const size = 100_000;
  const [a, b, w] = ["a", "b", "w"].map((name) => build.input(name, [size], "float32")) as [Node, Node, Node];
  const widen = (x: Node): Node => build.cumulativeSum(x, 0);
  const x = build.add(widen(a), widen(b));
  const y = inRegion(() => widen(build.tanh(build.mul(x, w))));
  const loss = build.reduceSum(build.mul(widen(y), y), [0]);
  const [g] = gradient(loss, build.constant(1, [], "float32"), [w]);
  const program = compileModule(simplifyModule(moduleOf({ inputs: [a, b, w], outputs: [loss, g!] })), machine);
  // The gradient that has arrived, and the sum; not its two summands.
  expect(program.before.at(-1)!.places.filter(({ slot }) => slot === 0)).toHaveLength(2);
});

describe.for(modes)("numerics %s", (numerics) => {
  test("every target gives the same bits, recomputed or not", async ({ skip }) => {
    const { reference, others } = await targetsIn(numerics, skip);
    const [plain, again] = [deep(6, 0), deep(6, 2)];
    const inputs = plain.inputs.map(({ shape }, i) =>
      Float32Array.from({ length: shape[0]! * shape[1]! }, (_, at) => Math.sin(i + at * (i + 1)) / 8),
    );
    const expected = await runOn(reference, plain, { inputs });
    for (const target of [reference, ...others]) {
      requireSameResults(await runOn(target, again, { inputs }), expected);
    }
  });
});

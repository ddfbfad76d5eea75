// Proves that a profile runs the same steps as a run, to the bit and to the guard, and names, counts and costs every kernel; and that
// programs written by hand run like compiled ones.

import { expect, test } from "vitest";
import { build } from "../../graph/build.ts";
import { KernelBuilder } from "../../kernel/builder.ts";
import { addTimes } from "../profile.ts";
import { referenceTarget } from "../reference/target.ts";
import { isCpuTarget, type TargetBuffer } from "../target.ts";
import { moduleOf, wasmIn } from "../testing.ts";
import { wasmTarget } from "./target.ts";

/** x ← x·w + 1 until an element sum of x·w passes 300; the sum is the log. */
function growing() {
  const [x, w] = [build.input("x", [6, 6], "float32"), build.input("w", [6, 6], "float32")];
  const product = build.dot(x, w, { batch: [[], []], contract: [[1], [0]] });
  const sum = build.reduceSum(product, [0, 1]);
  const guard = build.less(sum, build.constant(300, [], "float32"));
  const next = build.add(product, build.constant(1, [6, 6], "float32"));
  return moduleOf({ inputs: [w], states: [{ current: x, next }], guard, log: [sum] });
}

test("a profile takes the steps that a run takes, and tells of every kernel", async () => {
  const wasm = (await wasmIn("portable"))!;
  const program = await wasm.compile(growing());
  const weights = Float32Array.from({ length: 36 }, (_, i) => 0.05 + 0.01 * i);
  const bind = async (): Promise<{ inputs: TargetBuffer[]; states: TargetBuffer[]; outputs: TargetBuffer[] }> => {
    const [w, x] = [wasm.allocate(144), wasm.allocate(144)];
    await wasm.write(w, weights);
    return { inputs: [w], states: [x], outputs: [] };
  };
  const [one, other] = [await bind(), await bind()];
  const ran = await program.run(one, 20);
  const { kernels, ...profiled } = await program.profile!(other, 20);
  expect(ran.steps).toBeGreaterThan(1);
  expect(ran.steps).toBeLessThan(20);
  expect(profiled).toEqual(ran);
  expect(await wasm.read(other.states[0]!, "float32", 36)).toEqual(await wasm.read(one.states[0]!, "float32", 36));
  const product = kernels.find(({ name }) => name.startsWith("contract"))!;
  expect(product.calls).toBeGreaterThanOrEqual(ran.steps);
  expect(product.flops).toBeGreaterThanOrEqual(product.calls * 2 * 6 * 6 * 6);
  for (const { seconds, bytes } of kernels) expect([seconds >= 0, bytes > 0]).toEqual([true, true]);

  const twice = addTimes(addTimes([], kernels), kernels);
  expect(twice.map(({ name }) => name)).toEqual(kernels.map(({ name }) => name));
  expect(twice[0]!.calls).toBe(2 * kernels[0]!.calls);
});

test("while a program is profiled others have their turns, which may move the memory; itself it does not run again", async () => {
  const alone = await wasmTarget("portable", { threads: 1 });
  const program = await alone.compile(growing());
  const [w, x] = [alone.allocate(144), alone.allocate(144)];
  await alone.write(w, new Float32Array(36).fill(0.01));
  const bindings = { inputs: [w], states: [x], outputs: [] };
  await program.profile!(bindings, 1);
  const profiling = program.profile!(bindings, 20);
  await Promise.resolve();
  await expect(program.run(bindings, 1)).rejects.toThrow("a program was run again before it had come to its end");
  alone.allocate(64 * 2 ** 20);
  expect((await profiling).steps).toBe(20);
  expect((await program.run(bindings, 2)).steps).toBe(2);
});

test("a run that fails leaves what it had to the next one", async () => {
  const alone = await wasmTarget("portable", { threads: 1 });
  const program = await alone.compile(growing());
  const [w, x, gone] = [alone.allocate(144), alone.allocate(144), alone.allocate(144)];
  const bindings = { inputs: [w], states: [x], outputs: [] };
  expect((await program.run(bindings, 8)).log.length).toBe(8);
  await expect(program.run(bindings, 2 ** 34)).rejects.toThrow("MiB more memory could not be had");
  gone.release();
  await expect(program.run({ ...bindings, inputs: [gone] }, 1)).rejects.toThrow("a released buffer was used");
  expect((await program.run(bindings, 8)).log.length).toBe(8);
});

test("a program written by hand runs, all its parts", async () => {
  const wasm = (await wasmIn("portable"))!;
  if (!isCpuTarget(wasm)) throw new Error("wasm runs programs");
  const k = new KernelBuilder(wasm.machine.lanes, [0]);
  k.loop(k.begin, k.end, 1, (part) => {
    const value = k.scalars.int32.toFloat32(k.splat(part));
    k.store({ buffer: 0, offset: 0, terms: [{ index: part, scale: 4 }] }, "float32", value, 1, 1);
  });
  const kernel = k.finish("numbers", 1, 5);
  const places = [{ slot: 1, offset: 0, bytes: 20 }];
  const program = await wasm.load({
    arena: 0,
    slots: 2,
    before: [{ kernel, places, waits: true }],
    log: places,
    guard: null,
    after: [],
  });
  const output = wasm.allocate(20);
  const { log } = await program.run({ inputs: [], states: [], outputs: [output] }, 2);
  expect(await wasm.read(output, "float32", 5)).toEqual(Float32Array.of(0, 1, 2, 3, 4));
  expect(log).toEqual(Float32Array.of(0, 0));
});

test("the reference has no kernels", async () => {
  const reference = referenceTarget();
  expect(isCpuTarget(reference)).toBe(false);
  expect((await reference.compile(growing())).profile).toBeUndefined();
});

// Proves the shape of measurements, not their size: what a workload costs by hand, what a round is, which names there are, and that
// limits are of the kernels they say. How fast anything is, no test asks.

import { expect, test } from "vitest";
import { compileModule } from "../compiler/compile.ts";
import { build } from "../graph/build.ts";
import { costOf } from "../kernel/cost.ts";
import { type CpuTarget, isCpuTarget } from "../targets/target.ts";
import { moduleOf, wasmIn } from "../targets/testing.ts";
import { lists, standardNames, workloadOf } from "./catalog.ts";
import { copyKernel, measureLimits, peakKernel } from "./limits.ts";
import { rooflineSeconds, workOf } from "./roofline.ts";
import { measureWorkload, median, type Pace } from "./workload.ts";

async function wasm(): Promise<CpuTarget> {
  const target = await wasmIn("portable");
  if (!target || !isCpuTarget(target)) throw new Error("wasm runs programs");
  return target;
}

const hasty: Pace = { rounds: 7, roundSeconds: 0.001, warmUpSteps: 30, warmUpSeconds: 10 };

test("limits are of all lanes and registers, and of 16 MiB read and written", async () => {
  const target = await wasm();
  expect(costOf(peakKernel(target)).flops).toBe(256 * 4 * (512 * 4 * 12 * 2 + 11));
  expect(costOf(copyKernel(target))).toMatchObject({ flops: 0, bytes: 2 * 2 ** 24, loads: 2 ** 24 });
  const { flops, bandwidth } = await measureLimits(target, 2);
  expect([flops > 1e6, bandwidth > 1e6]).toEqual([true, true]);
});

test("the work of a step: all operations, and what comes from outside or stays, once", () => {
  const x = build.input("x", [8, 16], "float32");
  const w = build.input("w", [16, 16], "float32");
  const dot = (a: typeof x, b: typeof x) => build.dot(a, b, { batch: [[], []], contract: [[1], [0]] });
  // w is read by both products and written by the update; what lies between stays inside.
  const twice = dot(dot(x, w), w);
  const next = build.sub(w, build.constant(1, [16, 16], "float32"));
  const module = moduleOf({ inputs: [x], states: [{ current: w, next }], outputs: [twice] });
  const machine = { lanes: 8, vectorRegisters: 16, workers: 1 };
  expect(workOf(compileModule(module, machine))).toEqual({
    flops: 2 * (2 * 8 * 16 * 16) + 16 * 16,
    bytes: 4 * (8 * 16 + 2 * 16 * 16 + 8 * 16),
  });
  expect(rooflineSeconds({ flops: 4e9, bytes: 3e9 }, { flops: 2e9, bandwidth: 6e9 })).toBe(2.5);
});

test("a product is measured in rounds", async () => {
  const target = await wasm();
  const measured = await measureWorkload(workloadOf("matmul-24"), target, hasty);
  const { milliseconds, gflops, share, peak, bandwidth, ...rest } = measured;
  const { threads } = target;
  expect(rest).toEqual({ workload: "matmul-24", target: "wasm", numerics: "portable", threads, rounds: 7 });
  expect(gflops).toBeCloseTo((2 * 24 * 24 * 24) / milliseconds / 1e6, 6);
  expect(share).toBeCloseTo(
    (2 * 24 * 24 * 24) / 1e6 / peak / milliseconds + (12 * 24 * 24) / 1e6 / bandwidth / milliseconds,
    6,
  );
});

test("a convolution is measured without what padding leaves out", async () => {
  const { milliseconds, gflops } = await measureWorkload(workloadOf("conv-4x5-3-8-3x1-b2"), await wasm(), hasty);
  expect(gflops).toBeCloseTo((2 * 2 * (3 * 4 - 2) * 5 * 3 * 8) / milliseconds / 1e6, 6);
});

test("gradients of a convolution cost what it costs", async () => {
  const target = await wasm();
  for (const name of ["conv-5x6-2-4-3x1-s2-g2-b2-input", "conv-5x6-2-4-3x1-s2-g2-b2-kernel"]) {
    const { milliseconds, gflops } = await measureWorkload(workloadOf(name), target, hasty);
    // Of the rows 0, 2 and 4, the first and the last miss one of three; every other column.
    expect(gflops).toBeCloseTo((2 * 2 * (2 + 3 + 2) * 3 * 4) / milliseconds / 1e6, 6);
  }
});

test("a training is measured after its first steps, whatever shapes it has", async () => {
  const { warmUp, rounds, milliseconds } = await measureWorkload(
    workloadOf("mlp-20-8-4-b300-sgd"),
    await wasm(),
    hasty,
  );
  expect(warmUp).toBeGreaterThanOrEqual(30);
  expect(rounds).toBe(7);
  expect(milliseconds).toBeGreaterThan(0);
});

test("names are workloads, or are refused with a way out", () => {
  for (const name of [
    ...standardNames,
    ...lists.convolutions!,
    ...lists.passes!,
    "matmul-3",
    "conv-5x6-3-4-3x2-b2",
    "mlp-7-2-b1-adam",
  ])
    expect(workloadOf(name).name).toBe(name);
  const refusals = {
    "matmul-102": null,
    matmul1024: 'bench: unknown workload "matmul1024". Did you mean matmul-1024?',
    "matmul-0": "bench: matmul-0 must have 1 to 16384 rows; got 0. Name another size.",
    "conv-8x8-4-4-16x3-b1":
      "bench: conv-8x8-4-4-16x3-b1 must have 1 to 15 rows in a kernel; got 16. Name another size.",
    "conv-8x8-4-4-3x3-s9-b1":
      "bench: conv-8x8-4-4-3x3-s9-b1 must have 1 to 8 positions in a stride; got 9. Name another size.",
    "conv-8x8-4-6-3x3-g4-b1":
      "bench: conv-8x8-4-6-3x3-g4-b1 must have groups that divide its channels, 4 and 6; got 4. Name another size.",
    convolution: 'bench: unknown workload "convolution". Did you mean convolutions?',
    "mlp-784-500-500-10-b100-adm":
      'bench: unknown workload "mlp-784-500-500-10-b100-adm". Did you mean mlp-784-500-500-10-b100-adam?',
    "mlp-16-1-b4-sgd": "bench: mlp-16-1-b4-sgd must have 2 to 65536 outputs; got 1. Name another size.",
    "mlp-16-4-b5000-sgd":
      "bench: mlp-16-4-b5000-sgd must have 1 to 4000 examples in a batch; got 5000. Name another size.",
    fast: `bench: unknown workload "fast". There are ${standardNames.join(", ")}, and others named like these.`,
  };
  for (const [name, sentence] of Object.entries(refusals)) {
    if (sentence === null) expect(workloadOf(name).name).toBe(name);
    else expect(() => workloadOf(name)).toThrow(sentence);
  }
});

test("the median of an even number of values lies between two", () => {
  expect([median([3, 1, 2]), median([4, 1, 3, 2])]).toEqual([2, 2.5]);
});

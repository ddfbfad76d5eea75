// Proves the costs of kernels against figures worked out by hand, over those the compiler writes: products, maps, reductions, scans,
// on registers of several widths, with tails, and with more parts than one.

import { describe, expect, test } from "vitest";
import { compileModule } from "../compiler/compile.ts";
import { build } from "../graph/build.ts";
import type { Node } from "../graph/node.ts";
import { KernelBuilder } from "./builder.ts";
import { type Cost, costOf } from "./cost.ts";
import type { Index, Kernel } from "./language.ts";

const input = (...shape: number[]): Node => build.input("x", shape, "float32");

/** The kernels of a module with these outputs. */
function kernelsOf(outputs: Node[], inputs: Node[], lanes: number): Kernel[] {
  const machine = { lanes, vectorRegisters: 16, workers: 1 };
  const { before } = compileModule({ inputs, states: [], outputs, guard: null, log: [] }, machine);
  return before.map(({ kernel }) => kernel);
}

function only(output: Node, inputs: Node[], lanes: number): Cost {
  const kernels = kernelsOf([output], inputs, lanes);
  expect(kernels).toHaveLength(1);
  return costOf(kernels[0]!);
}

describe.for([4, 8, 16])("%i lanes", (lanes) => {
  // Where tiles do not divide a product, the last two share rows and columns, which count twice.
  test.for([
    [60, 64, 64, 1],
    [64, 64, 64, 1.04],
    [1, 1, 1, 1],
    [7, 13, 11, 1.15],
    [33, 70, 129, 1.13],
    [100, 500, 784, 1.05],
    [5, 1, 300, 1],
  ])("a product [%i, %i, %i] is 2·m·n·k operations, times %d at most", ([m, n, k, most]) => {
    const [a, b] = [input(m!, k!), input(k!, n!)];
    const kernels = kernelsOf([build.dot(a, b, { batch: [[], []], contract: [[1], [0]] })], [a, b], lanes);
    const { flops, buffers } = costOf(kernels.at(-1)!);
    expect(flops).toBeGreaterThanOrEqual(2 * m! * n! * k!);
    expect(flops).toBeLessThanOrEqual(2 * m! * n! * k! * most!);
    expect(buffers[0]!.read + buffers[1]!.read).toBe(4 * (m! * k! + k! * n!));
    expect(buffers[2]).toMatchObject({ written: 4 * m! * n! });
  });

  test("a long product adds its parts of 1024, and a batched one is many", () => {
    const [a, b] = [input(3, 2500), input(2500, 20)];
    expect(only(build.dot(a, b, { batch: [[], []], contract: [[1], [0]] }), [a, b], lanes).flops).toBe(
      2 * 3 * 20 * 2500 + 2 * 3 * 20,
    );
    const [c, d] = [input(5, 6, 7), input(5, 7, 9)];
    expect(only(build.dot(c, d, { batch: [[0], [0]], contract: [[2], [1]] }), [c, d], lanes).flops).toBe(
      2 * 5 * 6 * 7 * 9,
    );
  });

  test.for([1, 3, 1024, 1025, 5000, 70_001])("a map over %i elements", (n) => {
    const [a, b, c] = [input(n), input(n), input(n)];
    const { flops, bytes, stores } = only(build.relu(build.add(build.mul(a, b), c)), [a, b, c], lanes);
    expect(flops).toBe(3 * n);
    expect([bytes, stores]).toEqual([16 * n, 4 * n]);
  });

  test("a map over several axes, with a vector broadcast along one", () => {
    const [x, bias] = [input(30, 50), input(50)];
    const sum = build.add(x, build.broadcast(bias, [30, 50], [1]));
    const { flops, bytes } = only(sum, [x, bias], lanes);
    expect(flops).toBe(30 * 50);
    expect(bytes).toBe(4 * (2 * 30 * 50 + 50));
  });

  test.for([
    // Every element goes into one of 16 partials, 15 additions fold them; blocks of 1024 are added left to right.
    { rows: 1, n: 16, flops: 16 + 15 },
    { rows: 3, n: 5, flops: 3 * (5 + 15) },
    { rows: 6, n: 1000, flops: 6 * (1000 + 15) },
    { rows: 2, n: 3000, flops: 2 * (3000 + 3 * 15 + 2) },
  ])("a sum of $rows rows of $n", ({ rows, n, flops }) => {
    const x = input(rows, n);
    const cost = only(build.reduceSum(x, [1]), [x], lanes);
    expect(cost.flops).toBe(flops);
    expect(cost.bytes).toBe(4 * (rows * n + rows));
  });

  test.for([
    { rows: 40, n: 7, flops: 40 * 7 },
    { rows: 600, n: 130, flops: 600 * 130 + 2 * 130 },
  ])("a sum down $rows rows of $n", ({ rows, n, flops }) => {
    const x = input(rows, n);
    expect(only(build.reduceSum(x, [0]), [x], lanes).flops).toBe(flops);
  });

  test("running sums: an addition per element, and one of the blocks before", () => {
    const x = input(700, 5);
    expect(only(build.cumulativeSum(x, 0), [x], lanes).flops).toBe(700 * 5 + (700 - 256) * 5 + 2 * 5);
  });
});

test("integers, comparisons and bit tricks are free; a root costs what an addition does", () => {
  const x = input(100);
  const zero = build.constant(0, [100], "float32");
  expect(only(build.sqrt(x), [x], 4).flops).toBe(100);
  expect(only(build.neg(build.abs(x)), [x], 4).flops).toBe(0);
  expect(only(build.select(build.less(x, zero), x, zero), [x], 4).flops).toBe(0);
  const i = build.input("i", [100], "int32");
  expect(only(build.mul(i, i), [i], 4).flops).toBe(0);
});

test("loops in loops whose bounds hang on each other are counted to the turn", () => {
  const k = new KernelBuilder(4, [0]);
  const store = (index: Index): void => {
    const address = { buffer: 0, offset: 0, terms: [{ index, scale: 16 }] };
    k.store(address, "float32", k.scalars.float32.add(k.load(address, "float32"), k.constant("float32", 1)));
  };
  // A triangle, and above it what a condition leaves.
  k.loop(k.begin, k.end, 1, (i) => {
    k.loop(i, 10, 1, (j) => store(j));
    k.when(i, 3, () => k.loop(0, 2, 1, (j) => store(j)));
  });
  const { flops, stores } = costOf(k.finish("triangle", 1, 10));
  expect(flops).toBe(4 * (55 + 6));
  expect(stores).toBe(16 * (55 + 6));
});

test("what data decides counts as if it happened", () => {
  const [indices, updates] = [build.input("i", [20], "int32"), input(20, 6)];
  const kernels = kernelsOf([build.scatterAdd(indices, updates, 9)], [indices, updates], 4);
  expect(costOf(kernels.at(-1)!).flops).toBe(20 * 6);
});

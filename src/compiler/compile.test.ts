// Proves that whole programs compile to few kernels and compute what the reference computes, to the bit: a training step of a
// network in one module, chains of hundreds of operations, addresses that are not affine, kernels shared by structure, memory used again.

import { describe, expect, test } from "vitest";
import { build } from "../graph/build.ts";
import { gradient } from "../graph/gradient.ts";
import type { Module } from "../graph/module.ts";
import type { Node } from "../graph/node.ts";
import { simplifyModule } from "../graph/simplify.ts";
import { modes, moduleOf, requireAgreement, targetsIn, valuesFor } from "../targets/testing.ts";
import { compileModule } from "./compile.ts";
import type { Program } from "./program.ts";

const machine = { lanes: 4, vectorRegisters: 16, workers: 1 };
const compile = (module: Module): Program => compileModule(simplifyModule(module), machine);

const input = (name: string, ...shape: number[]): Node => build.input(name, shape, "float32");
const valuesOf = ({ inputs, states }: Module) => ({
  inputs: inputs.map((node, i) => valuesFor(node, `input ${i}`)),
  states: states.map(({ current }, i) => valuesFor(current, `state ${i}`)),
});

/** x·wᵀ + b for w [out, in]. */
function dense(x: Node, w: Node, b: Node): Node {
  const product = build.dot(x, w, { batch: [[], []], contract: [[1], [1]] });
  return build.add(product, build.broadcast(b, product.shape, [1]));
}

/** The mean of −log softmax at the labels. */
function crossEntropy(logits: Node, labels: Node): Node {
  const [batch, classes] = logits.shape as [number, number];
  const spread = (node: Node): Node => build.broadcast(node, logits.shape, [0]);
  const shifted = build.sub(logits, spread(build.stopGradient(build.reduceMax(logits, [1]))));
  const normalizer = build.log(build.reduceSum(build.exp(shifted), [1]));
  const isLabel = build.equal(build.broadcast(labels, logits.shape, [0]), build.iota([batch, classes], 1, "int32"));
  const zero = build.constant(0, logits.shape, "float32");
  const atLabel = build.reduceSum(build.select(isLabel, shifted, zero), [1]);
  return build.div(build.reduceSum(build.sub(normalizer, atLabel), [0]), build.constant(batch, [], "float32"));
}

/** A whole step of gradient descent: gather a batch, forward, backward, update; guarded, its loss in the log. */
function trainingStep(examples: number, batch: number, sizes: readonly number[]): Module {
  const [inputs, classes] = [sizes[0]!, sizes.at(-1)!];
  const images = input("images", examples, inputs);
  const labels = build.input("labels", [examples], "int32");
  const order = build.input("order", [batch], "int32");
  const parameters = sizes.slice(1).flatMap((size, i) => [input(`w${i}`, size, sizes[i]!), input(`b${i}`, size)]);
  let x = build.gather(images, order);
  sizes.slice(1).forEach((_, i) => {
    const y = dense(x, parameters[2 * i]!, parameters[2 * i + 1]!);
    x = i < sizes.length - 2 ? build.relu(y) : y;
  });
  const target = build.and(build.gather(labels, order), build.constant(classes - 1, [batch], "int32"));
  const loss = crossEntropy(x, target);
  const gradients = gradient(loss, build.constant(1, [], "float32"), parameters) as Node[];
  const rate = input("rate");
  const states = parameters.map((current, i) => ({
    current,
    next: build.sub(current, build.mul(gradients[i]!, build.broadcast(rate, current.shape, []))),
  }));
  const guard = build.less(loss, build.constant(Number.POSITIVE_INFINITY, [], "float32"));
  const hits = build.equal(build.argMax(x, 1), target);
  const accuracy = build.reduceSum(build.cast(hits, "float32"), [0]);
  return moduleOf({ inputs: [images, labels, order, rate], states, outputs: [x, loss], guard, log: [loss, accuracy] });
}

describe.for(modes)("numerics %s", (numerics) => {
  test.for([
    { examples: 20, batch: 8, sizes: [12, 16, 4] },
    { examples: 9, batch: 5, sizes: [7, 13, 9, 2] },
    { examples: 3, batch: 1, sizes: [1, 1, 1] },
    { examples: 40, batch: 33, sizes: [65, 31, 8] },
  ])("a training step of $sizes in one module", async ({ examples, batch, sizes }, { skip }) => {
    const targets = await targetsIn(numerics, skip);
    const module = trainingStep(examples, batch, sizes);
    const { inputs, states } = valuesOf(module);
    const order = Int32Array.from({ length: batch }, (_, i) => (7 * i) % examples);
    const small = states.map((data) => data.map((x) => x * 0.3));
    const values = { inputs: [inputs[0]!, inputs[1]!, order, Float32Array.of(0.1)], states: small };
    const { log, steps } = await requireAgreement(targets, module, values, 4);
    expect(steps).toBe(4);
    if (batch > 1) expect(log[6]).toBeLessThan(log[0]!); // the loss falls
  });

  test("chains of hundreds of operations", async ({ skip }) => {
    const targets = await targetsIn(numerics, skip);
    const x = input("x", 37);
    let elementwise = x;
    let alternating = x;
    let shared = x;
    for (let i = 0; i < 500; i++) {
      elementwise = i % 2 ? build.tanh(elementwise) : build.add(elementwise, x);
      alternating = i % 3 ? build.sub(x, alternating) : build.slice(alternating, [36], [37], [-1]);
      shared = build.mul(build.add(shared, shared), build.constant(0.5, [37], "float32"));
    }
    let sums = x;
    for (let i = 0; i < 120; i++) {
      const sum = build.reduceSum(sums, [0]);
      sums = build.tanh(build.sub(x, build.broadcast(sum, [37], [])));
    }
    let products = input("matrix", 5, 5);
    const matrix = products;
    for (let i = 0; i < 120; i++)
      products = build.tanh(build.dot(products, matrix, { batch: [[], []], contract: [[1], [0]] }));
    const module = moduleOf({ inputs: [x, matrix], outputs: [elementwise, alternating, shared, sums, products] });
    await requireAgreement(targets, module, valuesOf(module));
  });

  test("chains deeper than a stack", async ({ skip }) => {
    const targets = await targetsIn(numerics, skip);
    const x = input("x", 5);
    let differences = x;
    let turns = x;
    for (let i = 0; i < 4000; i++) {
      differences = build.sub(x, differences);
      turns = i % 2 ? build.slice(turns, [4], [5], [-1]) : build.reshape(build.neg(turns), i % 4 ? [5, 1] : [1, 5]);
      turns = build.reshape(turns, [5]);
    }
    const module = moduleOf({ inputs: [x], outputs: [differences, turns] });
    await requireAgreement(targets, module, valuesOf(module));
  });

  test("a sum of more tensors than a function may have parameters", async ({ skip }) => {
    const targets = await targetsIn(numerics, skip);
    const inputs = Array.from({ length: 1200 }, (_, i) => input(`x${i}`, 3));
    const module = moduleOf({ inputs, outputs: [inputs.reduce(build.add)] });
    await requireAgreement(targets, module, valuesOf(module));
    const many = inputs.map((x) => build.exp(x));
    await requireAgreement(targets, moduleOf({ inputs, outputs: many }), valuesOf(module));
  });

  test("addresses that are not affine are stored in between, also behind one another", async ({ skip }) => {
    const targets = await targetsIn(numerics, skip);
    const x = input("x", 6, 4);
    const turn = (node: Node, ...shape: number[]): Node => build.reshape(build.transpose(node, [1, 0]), shape);
    const once = turn(build.exp(x), 6, 4);
    const twice = turn(build.tanh(once), 8, 3);
    const thrice = turn(build.add(twice, twice), 4, 6);
    const four = build.neg(turn(turn(turn(turn(build.neg(x), 3, 8), 12, 2), 6, 4), 24));
    const outputs = [
      once,
      twice,
      build.reduceSum(thrice, [1]),
      build.argMax(turn(thrice, 2, 12), 0),
      four,
      build.argSort(turn(four.inputs[0]!.inputs[0]!.inputs[0]!, 8, 3)),
    ];
    const module = moduleOf({ inputs: [x], outputs });
    await requireAgreement(targets, module, valuesOf(module));
  });

  test("indices that are computed, gathered and used as what they index", async ({ skip }) => {
    const targets = await targetsIn(numerics, skip);
    const i = build.input("i", [7], "int32");
    const j = build.input("j", [7], "int32");
    const table = input("table", 7, 5);
    const order = build.argSort(build.gather(i, j));
    const outputs = [
      build.scatterAdd(i, i, 5),
      build.scatterAdd(i, j, 5),
      build.scatterAdd(j, i, 5),
      build.gather(i, i),
      build.gather(build.gather(table, order), build.add(i, j)),
      build.reduceSum(build.gather(table, i), [0]),
      build.reduceSum(build.gather(build.transpose(table, [1, 0]), i), [1]),
      build.slice(build.gather(table, i), [6, 4], [7, 5], [-1, -1]),
      build.transpose(build.gather(table, i), [1, 0]),
      build.gather(build.broadcast(build.gather(table, j), [2, 7, 5], [1, 2]), build.constant(1, [3], "int32")),
    ];
    const module = moduleOf({ inputs: [i, j, table], outputs });
    const values = {
      inputs: [Int32Array.of(3, -1, 2, 2, 9, 0, 4), Int32Array.of(1, 1, 6, 0, 3, -5, 2), valuesFor(table, "table")],
    };
    await requireAgreement(targets, module, values);
  });
});

test("a dense layer with its activation is one kernel, a softmax three", () => {
  const [x, w, b] = [input("x", 8, 5), input("w", 7, 5), input("b", 7)];
  const y = build.relu(dense(x, w, b));
  expect(compile(moduleOf({ inputs: [x, w, b], outputs: [y] })).before).toHaveLength(1);
  const spread = (node: Node): Node => build.broadcast(node, x.shape, [0]);
  const powers = build.exp(build.sub(x, spread(build.reduceMax(x, [1]))));
  const softmax = build.div(powers, spread(build.reduceSum(powers, [1])));
  expect(compile(moduleOf({ inputs: [x], outputs: [softmax] })).before.length).toBeLessThanOrEqual(4);
});

test("equal kernels are built once, however many calls there are", () => {
  const parts = Array.from(
    { length: 6 },
    (_, i) => [input(`x${i}`, 8, 5), input(`w${i}`, 7, 5), input(`b${i}`, 7)] as const,
  );
  const outputs = parts.map(([x, w, b]) => build.relu(dense(x, w, b)));
  const { before } = compile(moduleOf({ inputs: parts.flat(), outputs }));
  expect(before).toHaveLength(6);
  expect(new Set(before.map(({ kernel }) => kernel)).size).toBe(1);
});

test("different constants, zeros and counts are different kernels", () => {
  const x = build.input("x", [9], "int32");
  const y = input("y", 9);
  const outputs = [
    ...[1, 2].map((count) => build.shiftLeft(x, count)),
    ...[0, -0, 1].map((value) => build.max(y, build.constant(value, [9], "float32"))),
    ...(["bool", "uint8"] as const).map((dtype) => build.cast(x, dtype)),
  ];
  const { before } = compile(moduleOf({ inputs: [x, y], outputs }));
  expect(new Set(before.map(({ kernel }) => kernel)).size).toBe(outputs.length);
});

test("a long chain of layers needs the memory of a few, and nothing is computed that nobody reads", () => {
  const w = input("w", 64, 64);
  let x = input("x", 32, 64);
  const inputs = [x, w];
  for (let i = 0; i < 30; i++) x = build.tanh(build.dot(x, w, { batch: [[], []], contract: [[1], [0]] }));
  build.exp(x);
  const { arena, before, slots } = compile(moduleOf({ inputs, outputs: [build.reduceSum(x, [0, 1])] }));
  expect(before).toHaveLength(31);
  expect(slots).toBe(4);
  expect(arena).toBeLessThanOrEqual(3 * 32 * 64 * 4);
});

test("a step without elements is no kernel", () => {
  const x = input("x", 3, 0);
  expect(compile(moduleOf({ inputs: [x], outputs: [build.exp(x), build.transpose(x, [1, 0])] })).before).toEqual([]);
});

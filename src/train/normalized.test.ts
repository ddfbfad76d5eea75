/**
 * Proves a whole training with batch normalization and a skip against PyTorch, in float64 on the reference: parameters, running
 * statistics, losses, and the evaluation with them; the last, smaller batch counts, and weight decay spares scales and biases.
 */

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { sizeOf } from "../base/shape.ts";
import { fromArrays } from "../data/from-arrays.ts";
import { crossEntropy } from "../loss/cross-entropy.ts";
import { Network } from "../network/network.ts";
import { sgd } from "../optimizer/sgd.ts";
import { tensor } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { TrainingEvent } from "./events.ts";
import { train } from "./train.ts";

const golden = JSON.parse(readFileSync(new URL("golden/normalized.json", import.meta.url), "utf8")) as {
  readonly losses: readonly number[];
  readonly evaluated: number;
  readonly state: Readonly<Record<string, readonly number[]>>;
};

/** The same numbers as in golden/normalized.py. */
function numbers(count: number, modulus: number, offset: number): number[] {
  return Array.from({ length: count }, (_, i) => (((7 * i + offset) % modulus) - Math.floor(modulus / 2)) / 8);
}

/** PyTorch's name of a part of the state. */
function asThere(name: string): string {
  return name.replace("runningMean", "running_mean").replace("runningVariance", "running_var");
}

test("nine steps as in PyTorch", async () => {
  const layers = "dense(6, bias=false) batchNorm relu residual(dense(6) batchNorm(momentum=0.3) tanh) dense(3)";
  const net = Network.from([5], layers).initialize({ dtype: "float64" });
  const weights = net.parameterSpecs.map(({ name, shape }, place): [string, Tensor] => {
    const first = numbers(sizeOf(shape), 11, place).map((value) => value / 2);
    const rest = name.endsWith("bias") ? 0 : 1;
    const values = shape.length === 2 ? first : first.map(() => rest);
    return [name, tensor(values, { shape, dtype: "float64" })];
  });
  net.setParameters(new Map(weights));
  const data = fromArrays({
    inputs: Array.from({ length: 10 }, (_, i) => numbers(50, 23, 3).slice(5 * i, 5 * i + 5)),
    targets: Array.from({ length: 10 }, (_, i) => (3 * i + Math.floor(i / 4)) % 3),
    inputShape: [5],
    classes: ["a", "b", "c"],
  });
  const losses: number[] = [];
  const result = await train(net, data, {
    loss: crossEntropy(),
    optimizer: sgd({ learningRate: 0.1, momentum: 0.9, weightDecay: 0.05 }),
    epochs: 3,
    batchSize: 4,
    shuffle: false,
    validation: data,
    callbacks: [(event: TrainingEvent) => event.event === "step" && losses.push(...event.losses)],
  });
  expect(Object.keys(golden.state)).toEqual([...net.state.keys()].map(asThere));
  for (const [name, values] of net.state) {
    const expected = golden.state[asThere(name)]!;
    const actual = await values.data();
    expected.forEach((value, i) => expect(actual[i], `${name}[${i}]`).toBeCloseTo(value, 11));
  }
  // The log is float32.
  losses.forEach((loss, i) => expect(loss).toBeCloseTo(golden.losses[i]!, 5));
  expect(losses.length).toBe(9);
  expect(result.loss).toBeCloseTo(golden.evaluated, 5);
});

/** Proves that training takes no memory as it goes on: 10,000 small steps, and the heap and what lies beside it stay as they were. */

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { fromArrays } from "../data/from-arrays.ts";
import { accuracy } from "../loss/accuracy.ts";
import { crossEntropy } from "../loss/cross-entropy.ts";
import { Network } from "../network/network.ts";
import { adam } from "../optimizer/adam.ts";
import { train } from "./train.ts";

test("flat within 5 MiB after the first 100 steps", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const inputs = Float32Array.from({ length: 990 * 256 }, (_, i) => Math.sin(i));
  const targets = Int32Array.from({ length: 990 }, (_, i) => i % 10);
  const data = fromArrays({ inputs, targets, inputShape: [256] });
  const memory: number[] = [];
  await train(Network.from([256], "dense(64) relu dropout(0.1) dense(10)"), data, {
    loss: crossEntropy(),
    optimizer: adam(),
    batchSize: 32,
    steps: 10_000,
    validation: data.take(50),
    metrics: [accuracy()],
    callbacks: [
      (event) => {
        if (event.event !== "epoch" || event.step < 100 || event.epoch % 20 !== 0) return;
        collect();
        const { heapUsed, external } = process.memoryUsage();
        memory.push(heapUsed + external);
      },
    ],
  });
  expect(memory.length).toBeGreaterThan(10);
  expect(Math.max(...memory) - memory[0]!).toBeLessThan(5 * 2 ** 20);
});

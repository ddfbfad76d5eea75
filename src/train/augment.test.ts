/**
 * Proves that training varies its examples inside the step's program: with the same bits on every target and any number of threads, in
 * training only, told in the run's first event, and refused in a sentence before anything is computed.
 */

import { afterEach, describe, expect, test, vi } from "vitest";
import { mixup } from "../data/augment/mixup.ts";
import { noise } from "../data/augment/noise.ts";
import { parseAugmentation } from "../data/augment/strings.ts";
import type { Dataset } from "../data/dataset.ts";
import { fromArrays } from "../data/from-arrays.ts";
import { accuracy } from "../loss/accuracy.ts";
import { crossEntropy } from "../loss/cross-entropy.ts";
import { meanSquaredError } from "../loss/mean-squared-error.ts";
import { Network } from "../network/network.ts";
import { sgd } from "../optimizer/sgd.ts";
import type { TargetName } from "../targets/target.ts";
import { x64In } from "../targets/testing.ts";
import type { TrainOptions } from "./options.ts";
import { byHand, eventsOf, line, slope, weightOf } from "./testing.ts";
import { train } from "./train.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

/** Pictures of 6×7 pixels in three classes, bytes as pixels are. */
function pictures(count: number): Dataset {
  const inputs = Uint8Array.from({ length: 42 * count }, (_, i) => Math.imul(i + 1, 2654435761) >>> 24);
  const targets = Int32Array.from({ length: count }, (_, i) => (inputs[42 * i]! + inputs[42 * i + 5]!) % 3);
  const scale = { multiply: 1 / 255, add: 0 };
  return fromArrays({ inputs, targets, inputShape: [6, 7], scale, classes: ["a", "b", "c"] });
}

const options: TrainOptions = {
  loss: crossEntropy(),
  optimizer: sgd({ learningRate: 0.1 }),
  batchSize: 16,
  epochs: 2,
  seed: 7,
};
const everything =
  "shift(2) rotate(20) elastic(10, 2) scale(0.2) shear(10) noise(0.1) flip crop(1) cutout(3) mixup(0.5)";

async function hash(augment: string, changes: Partial<TrainOptions> = {}): Promise<string> {
  const net = Network.from([6, 7], "flatten dense(12) tanh dropout(0.2) dense(3)");
  const result = await train(net, pictures(70), { ...options, augment: parseAugmentation(augment), ...changes });
  return result.hash;
}

const hasX64 = (await x64In("portable")) !== null;
const fusesOnX64 = (await x64In("fused")) !== null;
const threaded: readonly TargetName[] = hasX64 ? ["wasm", "x64"] : ["wasm"];

describe("same seed, same bits", () => {
  const texts = [everything, "elastic(20, 3)", "flip(vertical=true) crop(2)"];

  test.each(texts)("on every target and any number of threads: %s", async (text) => {
    const short = { numerics: "portable", steps: 3 } as const;
    const reference = await hash(text, { target: "reference", ...short });
    for (const target of threaded) {
      for (const threads of [1, 2, 3]) {
        vi.stubEnv("GRADUS_THREADS", String(threads));
        expect(await hash(text, { target, ...short }), `${target}, ${threads} threads`).toBe(reference);
      }
    }
  });

  test.skipIf(!fusesOnX64)("where numerics are fused, too", async () => {
    const short = { numerics: "fused", steps: 3 } as const;
    const reference = await hash(everything, { target: "reference", ...short });
    expect(await hash(everything, { target: "x64", ...short })).toBe(reference);
  });

  test("other bits for another seed, another amount, and another order", async () => {
    const hashes = [
      await hash(""),
      await hash("shift(2) flip"),
      await hash("shift(2) flip", { seed: 8 }),
      await hash("shift(1) flip"),
      await hash("flip shift(2)"),
    ];
    expect(new Set(hashes).size).toBe(hashes.length);
    expect(await hash("shift(2) flip")).toBe(hashes[1]);
    expect(await hash("", { augment: [] })).toBe(hashes[0]);
  });
});

test("examples are new at every step, and validation sees them as they are", async () => {
  const still = {
    ...byHand,
    optimizer: sgd({ learningRate: 0 }),
    augment: [noise(1)],
    validation: line,
    epochs: 3,
    batchSize: 5,
  };
  const { history } = await train(slope(), line, still);
  const blind = history.map(({ training }) => training.loss);
  expect(new Set(blind).size).toBe(1); // with weight 0 nothing of the inputs is seen
  const net = slope();
  await train(net, line, { ...byHand, epochs: 1 });
  const noisy = await train(net, line, still);
  expect(new Set(noisy.history.map(({ training }) => training.loss)).size).toBe(3);
  expect(new Set(noisy.history.map(({ validation }) => validation!.loss)).size).toBe(1);
});

test("background is what a stored 0 means", async () => {
  const dark = fromArrays({
    inputs: Uint8Array.of(10, 10, 10, 10),
    targets: [[0]],
    inputShape: [2, 2],
    scale: { multiply: 1, add: 5 },
  });
  // The mean of what is seen, by a network that only sums.
  const seen = async (augment: string): Promise<number> => {
    const net = Network.from([2, 2], "flatten dense(1, bias=false, initializer=constant(0.25))");
    const loss = (output: import("../tensor/tensor.ts").Tensor) => output.sum(1);
    const { history } = await train(net, dark, {
      loss,
      optimizer: sgd({ learningRate: 0 }),
      augment: parseAugmentation(augment),
    });
    return history[0]!.training.loss;
  };
  expect(await seen("")).toBe(15);
  expect(await seen("cutout(2)")).toBeLessThan(15);
  expect(await seen("cutout(2)")).toBeGreaterThanOrEqual(5);
});

test("mixup learns from mixed targets; metrics take the larger share", async () => {
  const net = Network.from([6, 7], "flatten dense(3)");
  const events = await eventsOf(train(net, pictures(64), { ...options, augment: [mixup(1)], metrics: [accuracy()] }));
  for (const event of events) {
    if (event.event !== "epoch") continue;
    expect(event.training.loss).toBeGreaterThan(0);
    expect(event.training.accuracy! * 64).toBeCloseTo(Math.round(event.training.accuracy! * 64), 4);
  }
  // y = 2x stays y = 2x between examples.
  const straight = slope();
  await train(straight, line, {
    loss: meanSquaredError(),
    optimizer: sgd({ learningRate: 0.1 }),
    augment: [mixup(1)],
    epochs: 80,
  });
  expect(await weightOf(straight)).toBeCloseTo(2, 3);
});

test("the first event says it; the last one does not change", async () => {
  const [start] = await eventsOf(
    train(Network.from([6, 7], "flatten dense(3)"), pictures(20), {
      ...options,
      augment: parseAugmentation(everything),
    }),
  );
  expect(start).toMatchObject({ event: "start", augment: everything });
  const [plain] = await eventsOf(train(slope(), line, byHand));
  expect(plain).toMatchObject({ event: "start", augment: "" });
});

test("a loss that is not finite is found with its batch as it was varied", async () => {
  const inputs = Float32Array.from({ length: 84 }, (_, i) => (i === 50 ? 3e38 : 1));
  const data = fromArrays({ inputs, targets: [[0], [1]], inputShape: [6, 7] });
  const run = train(Network.from([6, 7], "flatten dense(1)"), data, {
    loss: meanSquaredError(),
    optimizer: sgd(),
    augment: parseAugmentation("flip"),
  });
  await expect(run).rejects.toThrow(/is not finite at step 1/);
});

test("what does not suit is refused before anything is computed", async () => {
  const flat = train(Network.from([1], "dense(1)"), line, { ...byHand, augment: parseAugmentation("shift(2)") });
  await expect(flat).rejects.toThrow(
    "augment: shift(2) needs images [rows, columns] or [rows, columns, channels]; got [1]. " +
      "Keep the images' shape in the data and begin the network with flatten().",
  );
  const text = train(slope(), line, { ...byHand, augment: "shift(2)" as never });
  await expect(text).rejects.toThrow('augment: needs a list of augmentations; got "shift(2)".');
});

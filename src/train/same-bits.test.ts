/**
 * Proves "same seed, same bits": the hash depends on network, data, options and numerics, and on nothing else: not on where a chunk of
 * steps ends, not on who listens, not on the number of threads, and not on the target.
 */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Dataset } from "../data/dataset.ts";
import { fromArrays } from "../data/from-arrays.ts";
import { accuracy } from "../loss/accuracy.ts";
import { crossEntropy } from "../loss/cross-entropy.ts";
import { meanSquaredError } from "../loss/mean-squared-error.ts";
import { parseLoss } from "../loss/strings.ts";
import { Network } from "../network/network.ts";
import { adam } from "../optimizer/adam.ts";
import { ema } from "../optimizer/averaging.ts";
import { sgd } from "../optimizer/sgd.ts";
import { parseOptimizer } from "../optimizer/strings.ts";
import { target as loadTarget } from "../targets/registry.ts";
import type { TargetName } from "../targets/target.ts";
import { x64In } from "../targets/testing.ts";
import type { TrainingEvent } from "./events.ts";
import type { TrainOptions } from "./options.ts";
import { train } from "./train.ts";

/** How many steps the next chunks take: by time where there is no number left. */
const chunks = vi.hoisted(() => ({ sizes: [] as number[] }));

vi.mock("./chunk.ts", async (original) => {
  const { ChunkSize, now } = await original<typeof import("./chunk.ts")>();
  class Dictated extends ChunkSize {
    override next(left: number): number {
      const size = chunks.sizes.shift();
      return size === undefined ? super.next(left) : Math.min(size, left);
    }
  }
  return { ChunkSize: Dictated, now };
});

beforeEach(() => {
  chunks.sizes = [];
});
afterEach(() => {
  vi.unstubAllEnvs();
});

/** Four classes of 16 numbers, bytes as pixels are. */
function data(count: number): Dataset {
  const inputs = Uint8Array.from({ length: 16 * count }, (_, i) => (Math.imul(i + 1, 2654435761) >>> 24) & 255);
  const targets = Int32Array.from({ length: count }, (_, i) => (inputs[16 * i]! + inputs[16 * i + 5]!) & 3);
  return fromArrays({
    inputs,
    targets,
    inputShape: [16],
    scale: { multiply: 1 / 255, add: 0 },
    classes: ["a", "b", "c", "d"],
  });
}

const digits = data(150);
const options: TrainOptions = {
  loss: crossEntropy(),
  optimizer: parseOptimizer("adam(0.01)"),
  batchSize: 16,
  epochs: 3,
  seed: 7,
};

async function hash(
  changes: Partial<TrainOptions> = {},
  layers = "dense(32) relu dropout(0.25) dense(4)",
): Promise<string> {
  const result = await train(Network.from([16], layers), digits, { ...options, ...changes });
  return result.hash;
}

const hasX64 = (await x64In("portable")) !== null;
/** The targets that have threads. */
const threaded: readonly TargetName[] = hasX64 ? ["wasm", "x64"] : ["wasm"];

describe("the same hash", () => {
  test("again, with listeners, validation and metrics", async () => {
    const first = await hash();
    expect(await hash()).toBe(first);
    expect(await hash({ metrics: [accuracy()], validation: data(20), callbacks: [() => {}] })).toBe(first);
  });

  test("wherever a chunk ends", async () => {
    const first = await hash();
    for (const sizes of [
      new Array<number>(40).fill(1),
      [2, 1, 5, 1, 1, 3, 4, 1, 2],
      new Array<number>(10).fill(1000),
    ]) {
      chunks.sizes = [...sizes];
      expect(await hash()).toBe(first);
      expect(chunks.sizes.length).toBeLessThan(sizes.length);
    }
  });

  test.each(threaded)("on any number of threads of %s, where layers are large enough to be shared", async (target) => {
    const optimizers = ["adamw(0.003, weightDecay=0.1)", "sgd(0.01, momentum=0.9, nesterov=true)"];
    const found = new Map<number, string[]>();
    for (const threads of [1, 2, 3, 4, 7]) {
      vi.stubEnv("GRADUS_THREADS", String(threads));
      const { threads: there } = await loadTarget(target);
      expect(there).toBe(threads);
      const hashes: string[] = [];
      for (const optimizer of optimizers) {
        const changes = { optimizer: parseOptimizer(optimizer), batchSize: 64, target, epochs: 8 } as const;
        hashes.push(await hash(changes, "dense(300) tanh dropout(0.2) dense(170) relu dense(4)"));
      }
      found.set(threads, hashes);
    }
    for (const hashes of found.values()) expect(hashes).toEqual(found.get(1));
  });

  test("in one run of three epochs and in three of one, without shuffling, momentum or dropout", async () => {
    const plain = { optimizer: sgd({ learningRate: 0.1 }), shuffle: false };
    const net = Network.from([16], "dense(4)");
    let last = "";
    for (let i = 0; i < 3; i++) last = (await train(net, digits, { ...options, ...plain, epochs: 1 })).hash;
    expect(last).toBe(await hash(plain, "dense(4)"));
  });
});

test("a schedule that has no number for a step ends the run before it, wherever a chunk ends", async () => {
  const run = async (sizes: number[]): Promise<[string, number]> => {
    chunks.sizes = sizes;
    let steps = 0;
    const network = Network.from([16], "dense(4)");
    const learningRate = (step: number): number => (step < 14 ? 0.1 : Number.NaN);
    const callbacks = [(event: TrainingEvent) => event.event === "step" && (steps += event.losses.length)];
    await expect(train(network, digits, { ...options, optimizer: sgd({ learningRate }), callbacks })).rejects.toThrow(
      "its schedule gave NaN at step 14.",
    );
    return [(await network.parameters.get("0.weight")!.data()).join(), steps];
  };
  const [weights, steps] = await run(new Array<number>(20).fill(1));
  expect(steps).toBe(13);
  expect(await run([1000, 1000, 1000])).toEqual([weights, 13]);
});

test("another hash for another seed, order, batch size, optimizer, and without dropout", async () => {
  const hashes = [
    await hash(),
    await hash({ seed: 8 }),
    await hash({ shuffle: false }),
    await hash({ batchSize: 15 }),
    await hash({ optimizer: parseOptimizer("adam(0.011)") }),
    await hash({}, "dense(32) relu dense(4)"),
  ];
  expect(new Set(hashes).size).toBe(hashes.length);
});

describe("reference, wasm and x64 agree to the bit in portable numerics, 16-32-10, 30 steps", () => {
  const optimizers = [
    "sgd(0.003)",
    "sgd(0.001, momentum=0.9, weightDecay=0.01)",
    "sgd(0.001, momentum=0.9, nesterov=true)",
    "adam(0.01)",
    "adam(0.01, weightDecay=0.1)",
    "adamw(0.01, weightDecay=0.1)",
    "rmsprop(0.003, momentum=0.9, weightDecay=0.1)",
    "adagrad(warmup(cosine(0.01), 5), weightDecay=0.1)",
  ];
  const losses = [
    crossEntropy(),
    crossEntropy({ reduction: "sum", labelSmoothing: 0.1 }),
    meanSquaredError(),
    meanSquaredError({ reduction: "sum" }),
  ];
  const activations = ["relu", "tanh dropout(0.3)", "sigmoid", "leakyRelu"];

  const cases = optimizers.flatMap((optimizer, i) =>
    losses.map((loss, j) => [optimizer, loss.print(), activations[(i + j) % 4]!, loss] as const),
  );

  test.each(cases)("%s, %s, %s", async (optimizer, _, activation, loss) => {
    const layers = `dense(32) ${activation} dense(10)`;
    const changes = {
      numerics: "portable",
      loss,
      optimizer: parseOptimizer(optimizer),
      batchSize: 8,
      steps: 30,
    } as const;
    const reference = await hash({ ...changes, target: "reference" }, layers);
    for (const target of threaded) expect(await hash({ ...changes, target }, layers), target).toBe(reference);
  });
});

test("reference, wasm and x64 agree to the bit where layers normalize and branch", async () => {
  const layers =
    "reshape([4, 4, 1]) conv2d(4, 3, padding=same) batchNorm relu residual(conv2d(4, 3, padding=same) batchNorm(initializer=zeros)) " +
    "parallel([groupNorm(2)], [rmsNorm conv2d(2, 1)], [layerNorm instanceNorm]) flatten dense(4)";
  const changes = { numerics: "portable", batchSize: 40, steps: 4 } as const;
  const reference = await hash({ ...changes, target: "reference" }, layers);
  for (const target of threaded) expect(await hash({ ...changes, target }, layers), target).toBe(reference);
});

test("moments that vanish keep the targets together, even where epsilon is as small as they are", async () => {
  const inputs = Float32Array.from({ length: 16 * 64 }, (_, i) => Math.sin(1.7 * i) * 1e-16);
  const targets = Float32Array.from({ length: 64 }, (_, i) => Math.sin(0.3 * i));
  const tiny = fromArrays({ inputs, targets, inputShape: [16], targetShape: [1] });
  const run = async (where: TargetName): Promise<string> => {
    const optimizer = adam({ learningRate: 0.01, epsilon: 1e-15 });
    const changes = { loss: meanSquaredError(), optimizer, numerics: "portable", target: where } as const;
    return (await train(Network.from([16], "dense(1)"), tiny, { ...options, ...changes, epochs: 10 })).hash;
  };
  const reference = await run("reference");
  for (const target of threaded) expect(await run(target), target).toBe(reference);
});

test.skipIf(!hasX64)("the reference, and any number of threads of wasm and x64", async () => {
  const layers = "dense(97) tanh dropout(0.2) dense(33) relu dense(4)";
  const changes = { numerics: "portable", batchSize: 32, steps: 12 } as const;
  const reference = await hash({ ...changes, target: "reference" }, layers);
  for (const target of threaded) {
    for (const threads of [1, 2, 3, 4, 7]) {
      vi.stubEnv("GRADUS_THREADS", String(threads));
      expect(await hash({ ...changes, target }, layers), `${target}, ${threads} threads`).toBe(reference);
    }
  }
});

test("what steadies training is the same on every target and any number of threads", async () => {
  const layers = "dense(97) tanh dropout(0.2) dense(33) relu dense(4)";
  const common = {
    numerics: "portable",
    batchSize: 32,
    steps: 15,
    loss: parseLoss("crossEntropy(labelSmoothing=0.1)"),
    averaging: ema({ decay: 0.9 }),
    validation: data(20),
    earlyStopping: { patience: 1 },
  } as const;
  for (const clipping of [{ clipNorm: 0.3 }, { clipValue: 0.01 }]) {
    const optimizer = parseOptimizer("sgd(warmup(cosine(0.1), 5), momentum=0.9, weightDecay=0.01)");
    const changes = { ...common, ...clipping, optimizer };
    const reference = await hash({ ...changes, target: "reference" }, layers);
    for (const target of threaded) {
      for (const threads of [1, 3]) {
        expect(await hash({ ...changes, target, threads }, layers), `${target}, ${threads}`).toBe(reference);
      }
    }
  }
});

const modes = await Promise.all(threaded.map(async (target) => (await loadTarget(target)).numerics));
const fused = threaded.filter((_, i) => modes[i] === "fused");

test.skipIf(fused.length === 0)(
  "reference, wasm and x64 agree in fused numerics too, which give other bits than portable ones",
  async () => {
    const expected = await hash({ target: "reference", numerics: "fused" });
    for (const target of fused) {
      expect(await hash({ target, numerics: "fused" }), target).toBe(expected);
      expect(await hash({ target, numerics: "portable" }), target).not.toBe(expected);
    }
  },
);

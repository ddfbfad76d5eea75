/** Proves what is kept: when a run is aborted, when a number is not finite or a callback throws, and in the run folder. */

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { fromArrays } from "../data/from-arrays.ts";
import { accuracy } from "../loss/accuracy.ts";
import { crossEntropy } from "../loss/cross-entropy.ts";
import { meanSquaredError } from "../loss/mean-squared-error.ts";
import { constant } from "../network/initializers.ts";
import { layer } from "../network/layer.ts";
import { relu } from "../network/layers/activations.ts";
import { dense } from "../network/layers/dense.ts";
import { dropout } from "../network/layers/dropout.ts";
import { load } from "../network/model.ts";
import { type Network, network } from "../network/network.ts";
import { adam } from "../optimizer/adam.ts";
import { sgd } from "../optimizer/sgd.ts";
import { tensor } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { TrainingEvent } from "./events.ts";
import { checkRunFolder } from "./folder.ts";
import type { TrainOptions } from "./options.ts";
import { byHand, line, sides, slope, weightOf } from "./testing.ts";
import { train } from "./train.ts";

const folder = mkdtempSync(join(tmpdir(), "gradus-train-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("stopping", () => {
  test("an abort ends after the present chunk, with everything saved", async () => {
    const out = join(folder, "aborted");
    const control = new AbortController();
    const net = network([2], dense(2));
    const run = train(net, sides(64), {
      loss: crossEntropy(),
      optimizer: sgd(),
      epochs: 1e6,
      batchSize: 4,
      out,
      signal: control.signal,
      callbacks: [(event) => event.event === "step" && event.step >= 3 && control.abort()],
    });
    const result = await run;
    expect(result.aborted).toBe(true);
    expect(result.steps).toBeGreaterThanOrEqual(3);
    const saved = await load(join(out, "model.safetensors"));
    expect(await saved.parameters.get("0.weight")!.data()).toEqual(await net.parameters.get("0.weight")!.data());
    const lines = readFileSync(join(out, "events.jsonl"), "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.at(-1)).toMatchObject({ event: "end", aborted: true, steps: result.steps, hash: result.hash });
  });

  test("an abort before the first step, and one after the last", async () => {
    const options = { loss: crossEntropy(), optimizer: sgd(), batchSize: 4 };
    const before = await train(network([2], dense(2)), sides(8), { ...options, signal: AbortSignal.abort() });
    expect([before.aborted, before.steps]).toEqual([true, 0]);
    const control = new AbortController();
    const after = await train(network([2], dense(2)), sides(8), {
      ...options,
      signal: control.signal,
      callbacks: [(event) => event.event === "epoch" && control.abort()],
    });
    expect([after.aborted, after.steps]).toEqual([false, 2]);
  });

  test("leaving the events does not stop the run", async () => {
    const run = train(slope(), line, { ...byHand, batchSize: 1, epochs: 3 });
    for await (const event of run) if (event.event === "step") break;
    expect((await run).steps).toBe(15);
  });

  test("a loss that is not finite names layer, step and epoch; the parameters are those before it", async () => {
    const data = fromArrays({ inputs: [[1], [2], [3e38], [4]], targets: [[1], [1], [1], [1]], inputShape: [1] });
    const net = network([1], dense(1, { bias: false, initializer: constant(0.5) }), relu());
    const good = network([1], dense(1, { bias: false, initializer: constant(0.5) }), relu());
    const out = join(folder, "diverged");
    const options = { loss: meanSquaredError(), optimizer: sgd({ learningRate: 0.25 }), batchSize: 1, shuffle: false };
    const run = train(net, data, { ...options, epochs: 2, out });
    const events: TrainingEvent[] = [];
    await expect(
      (async () => {
        for await (const event of run) events.push(event);
      })(),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[TrainingError: train: the loss meanSquaredError is not finite at step 3 (epoch 1); the largest number before it is 3e+38, in the batch's inputs. The parameters are those before this step. Lower the learning rate, clip the gradients (clipNorm: 1), or check the scale of the inputs.]`,
    );
    await expect(run).rejects.toMatchObject({ details: { step: 3, epoch: 1 } });
    await train(good, data.take(2), options);
    expect(await weightOf(net)).toBe(await weightOf(good));
    expect(await weightOf((await load(join(out, "model.safetensors"))) as never)).toBe(await weightOf(good));
    expect(events.flatMap((event) => (event.event === "step" ? [...event.losses] : []))).toHaveLength(2);
  });

  test("what the autopsy finds: inputs, a layer, the loss, a gradient", async () => {
    const data = (x: number) => fromArrays({ inputs: [[x]], targets: [[0]], inputShape: [1] });
    const outcome = async (net: Network<[1], any>, x: number, loss: TrainOptions["loss"] = meanSquaredError()) => {
      const error = await train(net, data(x), { loss, optimizer: sgd() }).result.catch((caught: Error) => caught);
      return (error as Error).message.split(" at step")[0];
    };
    const times = (factor: number) => dense(1, { bias: false, initializer: constant(factor) });
    const root = layer({ name: "root", shape: (input) => input, apply: (x) => x.sqrt() });
    expect(await outcome(network([1], times(3), times(3e38)), 1)).toMatchInlineSnapshot(
      `"train: the output of dense(1) at layer 1 is not finite"`,
    );
    expect(await outcome(network([1], times(2)), 1e30)).toMatchInlineSnapshot(
      `"train: the loss meanSquaredError is not finite"`,
    );
    expect(await outcome(network([1], times(0), root), 1, (output) => output.sum(1))).toMatchInlineSnapshot(
      `"train: the gradient of 0.weight in dense(1) is not finite"`,
    );
    expect(await outcome(network([1], times(-1), root), 1)).toMatchInlineSnapshot(
      `"train: the output of root at layer 1 is not finite"`,
    );
    const net = network([1], times(1)).setParameters(new Map([["0.weight", tensor([[Number.NaN]]) as Tensor]]));
    expect(await outcome(net, 1)).toMatchInlineSnapshot(`"train: the parameter 0.weight is not finite"`);
  });

  test("an error in a callback ends the run with what was learned", async () => {
    const net = slope();
    const run = train(net, line, {
      ...byHand,
      batchSize: 5,
      epochs: 9,
      callbacks: [
        (event) => {
          if (event.event === "epoch") throw new Error("mine");
        },
      ],
    });
    await expect(run).rejects.toThrow("mine");
    expect(await weightOf(net)).not.toBe(0);
  });
});

describe("a network in training", () => {
  const step = { ...byHand, epochs: 3, batchSize: 1 };
  const sentence = "the network is in training, and only that run may change its parameters.";

  test("refuses a second run, and other parameters, until the first has ended", async () => {
    const net = slope();
    const other = new Map([["0.weight", tensor([[7]]) as Tensor]]);
    const refused: string[] = [];
    const attempt = (work: () => unknown): void => {
      try {
        work();
      } catch (error) {
        refused.push((error as Error).message.split(":")[0]!);
      }
    };
    const callbacks = [
      ({ event }: TrainingEvent) => {
        if (event !== "step") return;
        attempt(() => net.initialize());
        attempt(() => net.setParameters(other));
      },
    ];
    const first = train(net, line, { ...step, callbacks });
    const second = train(net, line, step);
    await expect(second).rejects.toThrow(`train: ${sentence}`);
    const { hash } = await first;
    expect(new Set(refused)).toEqual(new Set(["initialize", "setParameters"]));
    expect(hash).toBe((await train(slope(), line, step)).hash);
    expect(await weightOf(net.setParameters(other) as never)).toBe(7);
  });

  test("is free after every ending, as soon as it is told", async () => {
    const net = slope();
    const diverging = { ...byHand, loss: (y: Tensor) => y.add(1).mul(1e38).mul(1e38).sum(1) };
    await expect(train(net, line, diverging)).rejects.toThrow("is not finite");
    await expect(train(net, line, { ...byHand, loss: (y) => y })).rejects.toThrow("one number per example");
    await expect(train(net, line, { ...byHand, out: "/dev/null/x" })).rejects.toThrow("Name another place.");
    expect((await train(net, line, { ...byHand, signal: AbortSignal.abort() })).steps).toBe(0);
    for await (const event of train(net, line, byHand)) if (event.event === "end") net.initialize();
    expect((await train(net, line, byHand)).steps).toBe(1);
  });

  test("can be copied between its steps: never half of one", async () => {
    const net = network([1], dense(1));
    const tears: number[] = [];
    // Weight and bias begin as one and take the same steps.
    net.setParameters(
      new Map<string, Tensor>([
        ["0.weight", tensor([[0]])],
        ["0.bias", tensor([0])],
      ]),
    );
    const data = fromArrays({ inputs: [[1]], targets: [[1]], inputShape: [1] });
    const copying: Promise<void>[] = [];
    const copy = async (): Promise<void> => {
      const [weight] = await net.parameters.get("0.weight")!.data();
      for (let i = 0; i < 50; i++) await null;
      const [bias] = await net.parameters.get("0.bias")!.data();
      tears.push(weight! - bias!);
    };
    const callbacks = [({ event }: TrainingEvent) => event !== "end" && copying.push(copy())];
    await train(net, data, { ...byHand, optimizer: sgd({ learningRate: 1e-3 }), epochs: 50, callbacks });
    await Promise.all(copying);
    expect(new Set(tears)).toEqual(new Set([0]));
  });
});

describe("the run folder", () => {
  test("holds what was asked, what happened, and the model", async () => {
    const out = join(folder, "deep", "run");
    const result = await train(network([2], dense(2), dropout(0.5)), sides(10), {
      loss: crossEntropy(),
      optimizer: adam(),
      epochs: 2,
      batchSize: 4,
      out,
      metrics: [accuracy()],
    });
    expect(readdirSync(out).sort()).toEqual(["config.json", "events.jsonl", "model.safetensors"]);
    expect(JSON.parse(readFileSync(join(out, "config.json"), "utf8"))).toMatchObject({
      layers: "dense(2) dropout(0.5)",
      steps: 6,
    });
    const events = readFileSync(join(out, "events.jsonl"), "utf8").split("\n");
    expect(events.pop()).toBe("");
    const parsed = events.map((line) => JSON.parse(line));
    expect(parsed.filter(({ event }) => event === "checkpoint").map(({ step }) => step)).toEqual([3, 6]);
    expect(parsed.at(-1)).toMatchObject({ event: "end", hash: result.hash, accuracy: result.accuracy });
    expect((await load(join(out, "model.safetensors"))).classes).toEqual(["−", "+"]);
  });

  test("that cannot be written is refused, and nothing stays behind", async () => {
    const file = join(folder, "file");
    writeFileSync(file, "mine");
    await expect(train(slope(), line, { ...byHand, out: file })).rejects.toThrow("must be a folder that can be made");
    await expect(train(slope(), line, { ...byHand, out: join(file, "deeper") })).rejects.toThrow("Name another place.");
    expect(readFileSync(file, "utf8")).toBe("mine");
  });

  /** The folder of a run that went well, and what lies there. */
  const earlier = async (name: string): Promise<{ out: string; files: () => string[] }> => {
    const out = join(folder, name);
    await train(slope(), line, { ...byHand, out });
    return { out, files: () => readdirSync(out).map((file) => readFileSync(join(out, file), "latin1")) };
  };

  test("keeps what an earlier run left when this one comes to nothing", async () => {
    const { out, files } = await earlier("kept");
    const before = files();
    const options = { ...byHand, out };
    expect((await train(slope(), line, { ...options, signal: AbortSignal.abort() })).steps).toBe(0);
    const control = new AbortController();
    const callbacks = [({ event }: TrainingEvent) => event === "start" && control.abort()];
    expect((await train(slope(), line, { ...options, callbacks, signal: control.signal })).steps).toBe(0);
    await expect(
      train(slope(), line, { ...options, loss: (y) => y.add(1).mul(1e38).mul(1e38).sum(1) }),
    ).rejects.toThrow("is not finite at step 1");
    // The first step is finite, and throws the weight out of float32.
    const far = { ...options, optimizer: sgd({ learningRate: 3e38 }) };
    await expect(train(slope(), line, far)).rejects.toThrow(
      "train: the parameter 0.weight is not finite after step 1, so the model is not saved. Lower the learning rate",
    );
    expect(files()).toEqual(before);
    await train(slope(), line, { ...options, epochs: 2 });
    expect(files()).not.toEqual(before);
  });

  test("holds no model that is not finite: the last good one stays", async () => {
    const out = join(folder, "late");
    const learningRate = (step: number): number => (step === 7 ? 3e38 : 1e-3);
    const options = { ...byHand, optimizer: sgd({ learningRate }), batchSize: 2 }; // three steps in an epoch
    await expect(train(slope(), line, { ...options, epochs: 3, out })).rejects.toThrow("is not finite");
    const good = slope();
    await train(good, line, { ...options, epochs: 2 });
    expect(await weightOf((await load(join(out, "model.safetensors"))) as never)).toBe(await weightOf(good));
    await expect(train(slope(), line, { ...options, steps: 7 })).rejects.toThrow("is not finite after step 7");
  });

  test("belongs to one run at a time, however it is named", async () => {
    const out = join(folder, "one");
    const first = train(slope(), line, { ...byHand, epochs: 9, out });
    const second = train(slope(), line, { ...byHand, epochs: 9, out: `${folder}/deep/../one/.` });
    // Which of the two comes first is the file system's business.
    const ends = await Promise.allSettled([first.result, second.result]);
    const refused = ends.filter((end) => end.status === "rejected");
    expect(refused).toHaveLength(1);
    expect(String(refused[0]!.reason)).toMatch(
      /one(\/\.)?: must be a folder for this run alone; another run is writing into it\. Name another place, or await that run\.$/,
    );
    expect((await train(slope(), line, { ...byHand, out })).steps).toBe(1);
  });

  test("is looked at before anything is computed, and not made", async () => {
    const out = join(folder, "looked", "at");
    await checkRunFolder(out);
    expect(existsSync(join(folder, "looked"))).toBe(false);
    await expect(checkRunFolder(join(folder, "file", "x"))).rejects.toThrow(
      "a part of its path is no folder (ENOTDIR)",
    );
  });

  test("is not touched when loss and data do not fit, and the network stays without values", async () => {
    const out = join(folder, "untouched");
    const net = network([1], dense(3));
    await expect(train(net, line, { ...byHand, out })).rejects.toThrow("meanSquaredError: needs int32 labels");
    expect([existsSync(out), net.initialized, net.classes]).toEqual([false, false, null]);
  });
});

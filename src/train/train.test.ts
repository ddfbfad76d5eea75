/** Proves training: what it computes against numbers worked out by hand, what it tells and in which order, and extension from outside. */

import { describe, expect, test } from "vitest";
import { fromArrays } from "../data/from-arrays.ts";
import { accuracy } from "../loss/accuracy.ts";
import { crossEntropy } from "../loss/cross-entropy.ts";
import { meanSquaredError } from "../loss/mean-squared-error.ts";
import { constant } from "../network/initializers.ts";
import { layer } from "../network/layer.ts";
import { relu } from "../network/layers/activations.ts";
import { dense } from "../network/layers/dense.ts";
import { network } from "../network/network.ts";
import { adam } from "../optimizer/adam.ts";
import type { Optimizer } from "../optimizer/optimizer.ts";
import { sgd } from "../optimizer/sgd.ts";
import { tensor } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { evaluate, predictClasses } from "./evaluate.ts";
import type { TrainingEvent } from "./events.ts";
import { byHand, eventsOf, line, sides, slope, weightOf } from "./testing.ts";
import { train } from "./train.ts";

/** Gradient descent on w for (wx − t)², in plain numbers. */
function descend(
  batches: [number, number][][],
  reduction: "mean" | "sum" = "mean",
): { w: number; losses: number[]; mean: number } {
  let [w, sum, count] = [0, 0, 0];
  const losses: number[] = [];
  for (const batch of batches) {
    const squares = batch.map(([x, t]) => (w * x - t) ** 2);
    const total = squares.reduce((a, b) => a + b);
    losses.push(total / batch.length);
    [sum, count] = [sum + total, count + batch.length];
    const slopes = batch.reduce((a, [x, t]) => a + 2 * x * (w * x - t), 0);
    w -= 0.1 * (reduction === "mean" ? slopes / batch.length : slopes);
  }
  return { w, losses, mean: sum / count };
}

describe("by hand", () => {
  test("the last, smaller batch is kept, and means weigh by example", async () => {
    const net = slope();
    const events = await eventsOf(train(net, line, { ...byHand, batchSize: 2 }));
    const expected = descend([
      [
        [1, 2],
        [2, 4],
      ],
      [
        [3, 6],
        [-1, -2],
      ],
      [[0.5, 1]],
    ]);
    expect(await weightOf(net)).toBeCloseTo(expected.w, 6);
    const losses = events.flatMap((event) => (event.event === "step" ? [...event.losses] : []));
    expected.losses.forEach((loss, i) => expect(losses[i]).toBeCloseTo(loss, 5));
    expect(events.find((event) => event.event === "epoch")?.training.loss).toBeCloseTo(expected.mean, 5);
  });

  test("one batch takes all; a batch larger than the data does too", async () => {
    const all = [
      [
        [1, 2],
        [2, 4],
        [3, 6],
        [-1, -2],
        [0.5, 1],
      ],
    ] as [number, number][][];
    for (const batchSize of [5, 1000]) {
      const net = slope();
      const result = await train(net, line, { ...byHand, batchSize });
      expect(await weightOf(net)).toBeCloseTo(descend(all).w, 6);
      expect([result.steps, result.epochs]).toEqual([1, 1]);
    }
  });

  test("a summed loss has the summed gradient, and is told as a mean", async () => {
    const net = slope();
    const batches = [
      [
        [1, 2],
        [2, 4],
      ],
    ] as [number, number][][];
    const loss = meanSquaredError({ reduction: "sum" });
    const result = await train(net, line.take(2), { ...byHand, loss, batchSize: 2 });
    expect(await weightOf(net)).toBeCloseTo(descend(batches, "sum").w, 5);
    expect(result.loss).toBeCloseTo(descend(batches).losses[0]!, 5);
  });

  test("steps cut the last pass short, and make as many passes as they need", async () => {
    const net = slope();
    const result = await train(net, line, { ...byHand, batchSize: 2, steps: 4 });
    expect(result.steps).toBe(4);
    const expected = descend([
      [
        [1, 2],
        [2, 4],
      ],
      [
        [3, 6],
        [-1, -2],
      ],
      [[0.5, 1]],
      [
        [1, 2],
        [2, 4],
      ],
    ]);
    expect(await weightOf(net)).toBeCloseTo(expected.w, 5);
    expect((await train(slope(), line, { ...byHand, batchSize: 2, epochs: 1, steps: 100 })).steps).toBe(3);
    // A pass cut short has its event, and is no complete one.
    expect([result.epochs, result.history.map(({ step }) => step)]).toEqual([1, [3, 4]]);
  });

  test("a schedule is asked for every step", async () => {
    const asked: number[] = [];
    const learningRate = (step: number): number => {
      asked.push(step);
      return step === 1 ? 0.1 : 0;
    };
    const net = slope();
    await train(net, line, { ...byHand, optimizer: sgd({ learningRate }), batchSize: 2 });
    expect(await weightOf(net)).toBeCloseTo(
      descend([
        [
          [1, 2],
          [2, 4],
        ],
      ]).w,
      6,
    );
    expect(new Set(asked)).toEqual(new Set([1, 2, 3]));
  });
});

describe("a run", () => {
  test("learns, and says how well", async () => {
    const { train: learned, test: unseen } = sides(300).split(0.8, { stratified: true });
    const net = network([2], dense(8), relu(), dense(2));
    const options = { loss: crossEntropy(), metrics: [accuracy()] };
    const result = await train(net, learned, {
      ...options,
      optimizer: adam({ learningRate: 0.02 }),
      epochs: 20,
      validation: unseen,
      seed: 1,
    });
    expect(result.accuracy).toBeGreaterThan(0.95);
    expect(await evaluate(net, unseen, options)).toEqual({ loss: result.loss, accuracy: result.accuracy });
    const predicted = await predictClasses(net, unseen);
    const right = unseen.targets.filter((target, i) => target === predicted[i]).length;
    expect(right / unseen.length).toBeCloseTo(result.accuracy!, 6);
    expect((await net.classify(unseen.input(0))).label).toBe(unseen.classes![predicted[0]!]);
    expect(result.history.map(({ epoch, step }) => [epoch, step])).toEqual(
      Array.from({ length: 20 }, (_, i) => [i + 1, 8 * (i + 1)]),
    );
  });

  test("tells its events in order, with the facts of the run", async () => {
    const heard: TrainingEvent[] = [];
    const run = train(network([2], dense(2)), sides(10), {
      loss: crossEntropy(),
      optimizer: sgd({ learningRate: 0.1 }),
      epochs: 2,
      batchSize: 4,
      seed: 3,
      validation: sides(5),
      metrics: [accuracy()],
      target: "reference",
      numerics: "portable",
      callbacks: [(event) => heard.push(event)],
    });
    const events = await eventsOf(run);
    const result = await run;
    expect(heard).toEqual(events);
    expect(events.map(({ event }) => event).filter((event, i, all) => event !== all[i - 1])).toEqual([
      "start",
      "step",
      "epoch",
      "step",
      "epoch",
      "end",
    ]);
    expect(events[0]).toMatchObject({
      event: "start",
      layers: "dense(2)",
      inputShape: [2],
      outputShape: [2],
      parameters: 6,
      loss: "crossEntropy",
      optimizer: "sgd(0.1)",
      examples: 10,
      validationExamples: 5,
      epochs: 2,
      steps: 6,
      batchSize: 4,
      seed: 3,
      target: "reference",
      numerics: "portable",
      threads: 1,
    });
    const steps = events.filter((event) => event.event === "step");
    expect(steps.reduce((sum, event) => sum + event.losses.length, 0)).toBe(6);
    expect(steps.reduce((sum, event) => sum + event.examples, 0)).toBe(20);
    expect(steps.at(-1)!.step).toBe(6);
    for (const event of steps) expect(event.metrics.accuracy).toHaveLength(event.losses.length);
    const { event: _, ...facts } = events.at(-1) as TrainingEvent & { event: "end" };
    expect(result).toMatchObject(facts);
    expect(result).toMatchObject({
      steps: 6,
      epochs: 2,
      aborted: false,
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect([result.loss, result.accuracy]).toEqual([
      result.history[1]!.validation!.loss,
      result.history[1]!.validation!.accuracy,
    ]);
  });

  test("continues from the parameters that are there", async () => {
    const net = slope();
    for (let i = 0; i < 2; i++) await train(net, line.take(2), { ...byHand, batchSize: 2 });
    const expected = descend([
      [
        [1, 2],
        [2, 4],
      ],
      [
        [1, 2],
        [2, 4],
      ],
    ]);
    expect(await weightOf(net)).toBeCloseTo(expected.w, 6);
    expect(await net.predict([10])).toEqual([expect.closeTo(10 * expected.w, 4)]);
  });

  test("lets the network be asked while it goes on, also on another target", async () => {
    const net = slope();
    await net.initialize().predict([1]); // the other target is awake
    const control = new AbortController();
    const options = {
      ...byHand,
      optimizer: sgd({ learningRate: 1e-4 }),
      target: "reference",
      signal: control.signal,
    } as const;
    const answers: number[] = [];
    for await (const event of train(net, line, { ...options, epochs: 1e6 })) {
      if (event.event !== "epoch") continue;
      answers.push((await net.predict([1]))[0]!);
      if (answers.length === 3) control.abort();
    }
    expect(new Set(answers).size).toBe(3);
    expect(await net.predict([1])).toEqual([await weightOf(net)]);
  });

  test("leaves classes and normalization with the network", async () => {
    const net = network([2], dense(2));
    const data = sides(8).normalize();
    await train(net, data, { loss: crossEntropy(), optimizer: sgd() });
    expect([net.classes, net.normalization]).toEqual([["−", "+"], data.normalization]);
  });

  test("gives the batch's model values: stored bytes scaled and normalized", async () => {
    const bytes = fromArrays({
      inputs: Uint8Array.of(0, 255, 51),
      targets: [[0], [1], [0.2]],
      inputShape: [1],
      scale: { multiply: 1 / 255, add: 0 },
    });
    for (const data of [bytes, bytes.normalize()]) {
      const net = slope().initialize();
      net.setParameters(new Map([["0.weight", tensor([[1]]) as Tensor]]));
      const options = { loss: meanSquaredError() };
      const x = data.values();
      const expected = [...x].reduce((sum, value, i) => sum + (value - data.targets[i]!) ** 2, 0) / 3;
      expect((await evaluate(net, data, options)).loss).toBeCloseTo(expected, 6);
    }
  });

  test("in float64 runs on the reference", async () => {
    const net = slope().initialize({ dtype: "float64" });
    const result = await train(net, line, { ...byHand, batchSize: 2 });
    expect(result.target).toBe("reference");
    const { w } = descend([
      [
        [1, 2],
        [2, 4],
      ],
      [
        [3, 6],
        [-1, -2],
      ],
      [[0.5, 1]],
    ]);
    expect(await weightOf(net)).toBeCloseTo(w, 14);
  });

  test("of a network without parameters changes nothing and ends", async () => {
    const net = network([2], relu());
    const result = await train(net, sides(4), { loss: crossEntropy(), optimizer: adam() });
    expect([result.steps, net.parameterCount]).toEqual([1, 0]);
  });

  test("is told by the evaluation of any number of examples, whole calls and a rest", async () => {
    const net = network([2], dense(2)).initialize({ seed: 1 });
    const data = sides(2501);
    const options = { loss: crossEntropy(), metrics: [accuracy()] };
    const [whole, first, rest] = await Promise.all([
      evaluate(net, data, options),
      evaluate(net, data.take(777), options),
      evaluate(net, data.skip(777), options),
    ]);
    for (const name of ["loss", "accuracy"]) {
      expect(whole[name]).toBeCloseTo((777 * first[name]! + 1724 * rest[name]!) / 2501, 6);
    }
  });
});

describe("from outside", () => {
  test("a layer, a loss, a metric and an optimizer of one's own", async () => {
    const shift = layer({
      name: "shift",
      shape: (input) => input,
      parameters: (input) => [{ name: "by", shape: input, kind: "bias", initializer: constant(0) }],
      apply: (x, { by }) => x.add(by!) as Tensor,
    });
    const signs: Optimizer = {
      name: "signs",
      options: {},
      state: () => ["count"],
      scalars: () => ({}),
      update: ({ parameter, gradient, state }) => ({
        parameter: parameter.sub(gradient.greater(0).select(0.25, -0.25)),
        state: { count: state.count!.add(1) },
      }),
      print: () => "signs",
    };
    function absolute(output: Tensor, target: Tensor): Tensor {
      return output.sub(target).abs().sum(1);
    }
    function far(output: Tensor, target: Tensor): Tensor {
      return output.sub(target).abs().sum(1).greater(1);
    }
    const net = network([1], shift);
    const data = fromArrays({ inputs: [0, 0], targets: [[1], [1]], inputShape: [1] });
    const run = train(net, data, { loss: absolute, optimizer: signs, metrics: [far], epochs: 4, batchSize: 2 });
    const [start] = await eventsOf(run);
    expect(start).toMatchObject({ loss: "absolute", optimizer: "signs" });
    expect([await net.parameters.get("0.by")!.array(), (await run).far]).toEqual([[1], 0]);
    expect((await run).history.map(({ training }) => training.loss)).toEqual([1, 0.75, 0.5, 0.25]);
  });
});

/** Proves that what cannot work is refused before anything is computed, in one sentence each. */

import { describe, expect, test } from "vitest";
import { fromArrays } from "../data/from-arrays.ts";
import { accuracy } from "../loss/accuracy.ts";
import { crossEntropy } from "../loss/cross-entropy.ts";
import { meanSquaredError } from "../loss/mean-squared-error.ts";
import { defineMetric } from "../loss/metric.ts";
import { dense } from "../network/layers/dense.ts";
import { dropout } from "../network/layers/dropout.ts";
import { flatten } from "../network/layers/flatten.ts";
import { reshape } from "../network/layers/reshape.ts";
import { softmax } from "../network/layers/softmax.ts";
import { type Network, network } from "../network/network.ts";
import { cosine } from "../optimizer/schedules/cosine.ts";
import { warmup } from "../optimizer/schedules/warmup.ts";
import { sgd } from "../optimizer/sgd.ts";
import { evaluate, predictClasses } from "./evaluate.ts";
import type { TrainOptions } from "./options.ts";
import { line, sides } from "./testing.ts";
import { train } from "./train.ts";

describe("refused before anything is computed", () => {
  const labelled = sides(6);
  const options: TrainOptions = { loss: crossEntropy(), optimizer: sgd() };
  const normalized = (): Network => {
    const net = network([2], dense(2)).initialize();
    net.normalization = { multiply: 2, add: 1 };
    return net;
  };
  const refusals: Record<string, () => PromiseLike<unknown>> = {
    "no loss": () => train(network([2], dense(2)), labelled, { optimizer: sgd() } as never),
    "no optimizer": () => train(network([2], dense(2)), labelled, { loss: crossEntropy() } as never),
    "an optimizer's name": () => train(network([2], dense(2)), labelled, { ...options, optimizer: "adam" as never }),
    "an optimizer not called": () => train(network([2], dense(2)), labelled, { ...options, optimizer: sgd as never }),
    "a loss's name": () => train(network([2], dense(2)), labelled, { ...options, loss: "crossEntropy" as never }),
    "a loss not called": () => train(network([2], dense(2)), labelled, { ...options, loss: crossEntropy as never }),
    "a metric's name": () => train(network([2], dense(2)), labelled, { ...options, metrics: ["accuracy" as never] }),
    "a metric not called": () => train(network([2], dense(2)), labelled, { ...options, metrics: [accuracy as never] }),
    "inputs of another shape": () => train(network([3], dense(2)), labelled, options),
    "validation of another shape": () => train(network([2], dense(2)), labelled, { ...options, validation: line }),
    "more classes than outputs": () =>
      train(
        network([2], dense(2)),
        fromArrays({
          inputs: [
            [1, 2],
            [3, 4],
          ],
          targets: [0, 2],
        }) as never,
        options,
      ),
    "one output for labels": () => train(network([2], dense(1)), labelled, options),
    "one output for labels, squared": () =>
      train(network([2], dense(1)), labelled, { ...options, loss: meanSquaredError() }),
    "values for cross entropy": () => train(network([1], dense(2)), line, options),
    "values of another shape": () => train(network([1], dense(2)), line, { ...options, loss: meanSquaredError() }),
    "softmax before cross entropy": () => train(network([2], dense(2), softmax()), labelled, options),
    "softmax behind layers that change no values": () =>
      train(network([2], dense(2), softmax(), reshape([1, 2]), dropout(0.1), flatten()), labelled, options),
    "outputs that are no list": () => train(network([2]), labelled, { ...options, loss: (output) => output }),
    "two metrics of one name": () =>
      train(network([2], dense(2)), labelled, { ...options, metrics: [accuracy(), accuracy()] }),
    "a metric of the name of another fact": () =>
      train(network([2], dense(2)), labelled, {
        ...options,
        metrics: [defineMetric("hash", (output) => output.sum(1))],
      }),
    "validation with another normalization": () =>
      train(network([2], dense(2)), labelled.normalize({ multiply: 2, add: 1 }), { ...options, validation: labelled }),
    "validation with other classes": () =>
      train(network([2], dense(2)), labelled, {
        ...options,
        validation: fromArrays({ inputs: [[1, 2]], targets: [1], inputShape: [2], classes: ["−", "plus"] }),
      }),
    "evaluation without the network's normalization": () => evaluate(normalized(), labelled, options),
    "classes without the network's normalization": () => predictClasses(normalized(), labelled),
    "a schedule shorter than the run": () =>
      train(network([2], dense(2)), labelled, {
        ...options,
        optimizer: sgd({ learningRate: cosine(0.1, { steps: 5 }) }),
        batchSize: 2,
        epochs: 4,
      }),
    "a warm-up longer than the run": () =>
      train(network([2], dense(2)), labelled, {
        ...options,
        optimizer: sgd({ learningRate: warmup(0.1, { steps: 500 }) }),
        epochs: 2,
      }),
    "batch size 0": () => train(network([2], dense(2)), labelled, { ...options, batchSize: 0 }),
    "half an epoch": () => train(network([2], dense(2)), labelled, { ...options, epochs: 0.5 }),
    "no steps": () => train(network([2], dense(2)), labelled, { ...options, steps: 0 }),
    "a seed that is none": () => train(network([2], dense(2)), labelled, { ...options, seed: -1 }),
    "an unknown target": () => train(network([2], dense(2)), labelled, { ...options, target: "abacus" as never }),
    "float64 on wasm": () =>
      train(network([2], dense(2)).initialize({ dtype: "float64" }), labelled, { ...options, target: "wasm" }),
    "evaluation without parameters": () => evaluate(network([2], dense(2)), labelled, options),
    "evaluation of another shape": () => evaluate(network([3], dense(2)).initialize(), labelled, options),
    "classes of one output": () => predictClasses(network([2], dense(1)).initialize() as never, labelled),
  };

  test("in one sentence each", async () => {
    const sentences: string[] = [];
    for (const [name, call] of Object.entries(refusals)) {
      const outcome = await Promise.resolve(call()).then(
        () => "nothing was thrown",
        (error: Error) => `${error.name}: ${error.message}`,
      );
      sentences.push(`${name} | ${outcome}`);
    }
    expect(sentences.join("\n")).toMatchInlineSnapshot(`
      "no loss | TrainingError: train: needs a loss; got none. Give one, as in loss: crossEntropy().
      no optimizer | TrainingError: train: needs an optimizer; got none. Give one, as in optimizer: adam().
      an optimizer's name | TrainingError: train: optimizer must be one that adam() or its like make; got "adam". Write optimizer: adam(), or parseOptimizer(text).
      an optimizer not called | TrainingError: train: optimizer must be one that adam() or its like make; got a function. Write optimizer: adam(), or parseOptimizer(text).
      a loss's name | TrainingError: loss: must be a loss or a function over tensors; got "crossEntropy". Write crossEntropy(), for example.
      a loss not called | TrainingError: crossEntropy: must give a tensor with one number per example; got an object. Call it where it makes a loss or metric: crossEntropy().
      a metric's name | TrainingError: metric: must be a metric or a function over tensors; got "accuracy". Write accuracy(), for example.
      a metric not called | TrainingError: accuracy: must give a tensor with one number per example; got an object. Call it where it makes a loss or metric: accuracy().
      inputs of another shape | ShapeError: train: the network takes inputs [3]; the data has [2]. Begin with network([2], …).
      validation of another shape | ShapeError: validation: the network takes inputs [2]; the data has [1]. Begin with network([1], …).
      more classes than outputs | DataError: train: the data has 3 classes and the network 2 outputs. End the network with dense(3).
      one output for labels | ShapeError: crossEntropy: class labels need outputs [batch, classes] with at least two classes; got [6, 1]. End with dense(classes); in data of one class there is nothing to tell apart.
      one output for labels, squared | ShapeError: meanSquaredError: class labels need outputs [batch, classes] with at least two classes; got [6, 1]. End with dense(classes); in data of one class there is nothing to tell apart.
      values for cross entropy | ShapeError: crossEntropy: needs int32 labels [5] or float32 targets [5, 2], like the outputs; got float32 [5, 1]. Check the number of outputs against the data's targets.
      values of another shape | ShapeError: meanSquaredError: needs int32 labels [5] or float32 targets [5, 2], like the outputs; got float32 [5, 1]. Check the number of outputs against the data's targets.
      softmax before cross entropy | TrainingError: crossEntropy: needs logits and applies softmax itself; got probabilities from softmax at layer 1. Remove that layer; net.classify() adds softmax where probabilities are wanted.
      softmax behind layers that change no values | TrainingError: crossEntropy: needs logits and applies softmax itself; got probabilities from softmax at layer 1. Remove that layer; net.classify() adds softmax where probabilities are wanted.
      outputs that are no list | ShapeError: loss: must give one number per example, [6]; got [6, 2]. Reduce over every axis but the first.
      two metrics of one name | TrainingError: metrics: every metric needs a name of its own; got accuracy twice. Rename the function.
      a metric of the name of another fact | TrainingError: metrics: no metric may have a name that a result needs: event, hash, numerics, target, threads, seconds, steps, epochs, samplesPerSecond, aborted, stoppedEarly, bestEpoch, underflow, history; got hash. Rename the function.
      validation with another normalization | DataError: validation: needs the training data's normalization, value · 2 + 1; got none. Use validation.normalize(train.normalization).
      validation with other classes | DataError: validation: needs the training data's classes; class 1 is + there and plus here. Give both the same list of classes.
      evaluation without the network's normalization | DataError: evaluate: needs the normalization that the network was trained with, value · 2 + 1; got none. Use data.normalize(net.normalization).
      classes without the network's normalization | DataError: predictClasses: needs the normalization that the network was trained with, value · 2 + 1; got none. Use data.normalize(net.normalization).
      a schedule shorter than the run | TrainingError: cosine: steps must be as many as the run has for it, 12; got 5. Leave steps out: it then takes as many as there are.
      a warm-up longer than the run | TrainingError: warmup: must be shorter than the run; got a warm-up of 500 steps in 2. Warm up for fewer, or train longer.
      batch size 0 | TrainingError: train: batchSize must be a positive integer; got 0. Give 1 or more.
      half an epoch | TrainingError: train: epochs must be a positive integer; got 0.5. Give 1 or more.
      no steps | TrainingError: train: steps must be a positive integer; got 0. Give 1 or more.
      a seed that is none | GradusError: seed: must be an integer from 0 to 2⁵³ − 1; got -1. Choose one such as 42.
      an unknown target | TargetError: target: must be one of reference, wasm, x64; got abacus. Choose one of them.
      float64 on wasm | TargetError: wasm: input has dtype float64, which this target does not compute. Use the target reference, or cast to float32.
      evaluation without parameters | TrainingError: network: its parameters have no values yet. Train it, load them, or call net.initialize({ seed: 1 }).
      evaluation of another shape | ShapeError: evaluate: the network takes inputs [3]; the data has [2]. Begin with network([2], …).
      classes of one output | DataError: predictClasses: needs outputs [classes] with at least two classes; got [1]. Use net.predict(x)."
    `);
  });

  test("labels out of range, NaN and empty data stop at the data's gate", () => {
    expect(() => fromArrays({ inputs: [[1], [2]], targets: [0, 5], classes: ["a", "b"] })).toThrow(
      "got 5 at example 1",
    );
    expect(() => fromArrays({ inputs: [[1], [Number.NaN]], targets: [0, 1] })).toThrow(
      "every value must be finite; got NaN",
    );
    expect(() => fromArrays({ inputs: [], targets: [] })).toThrow("needs at least one example");
    const endless: never[] = [];
    endless.push(endless as never);
    expect(() => fromArrays({ inputs: endless, targets: [0] })).toThrow("Look for a list that holds itself.");
  });
});

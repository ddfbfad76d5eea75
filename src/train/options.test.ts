/** Proves that what cannot work is refused before anything is computed, in one sentence each. */

import { describe, expect, test } from "vitest";
import { fromArrays } from "../data/from-arrays.ts";
import { accuracy } from "../loss/accuracy.ts";
import { crossEntropy } from "../loss/cross-entropy.ts";
import { meanSquaredError } from "../loss/mean-squared-error.ts";
import { softmax } from "../network/layers/activations.ts";
import { dense } from "../network/layers/dense.ts";
import { network } from "../network/network.ts";
import { sgd } from "../optimizer/sgd.ts";
import { evaluate, predictClasses } from "./evaluate.ts";
import type { TrainOptions } from "./options.ts";
import { line, sides } from "./testing.ts";
import { train } from "./train.ts";

describe("refused before anything is computed", () => {
  const labelled = sides(6);
  const options: TrainOptions = { loss: crossEntropy(), optimizer: sgd() };
  const refusals: Record<string, () => PromiseLike<unknown>> = {
    "no loss": () => train(network([2], dense(2)), labelled, { optimizer: sgd() } as never),
    "no optimizer": () => train(network([2], dense(2)), labelled, { loss: crossEntropy() } as never),
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
    "outputs that are no list": () => train(network([2]), labelled, { ...options, loss: (output) => output }),
    "two metrics of one name": () =>
      train(network([2], dense(2)), labelled, { ...options, metrics: [accuracy(), accuracy()] }),
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
      inputs of another shape | ShapeError: train: the network takes inputs [3]; the data has [2]. Begin with network([2], …).
      validation of another shape | ShapeError: validation: the network takes inputs [2]; the data has [1]. Begin with network([1], …).
      more classes than outputs | DataError: train: the data has 3 classes and the network 2 outputs. End the network with dense(3).
      one output for labels | ShapeError: crossEntropy: class labels need outputs [batch, classes] with at least two classes; got [6, 1]. End with dense(classes).
      one output for labels, squared | ShapeError: meanSquaredError: class labels need outputs [batch, classes] with at least two classes; got [6, 1]. End with dense(classes).
      values for cross entropy | ShapeError: crossEntropy: needs int32 labels [5] or float32 targets [5, 2], like the outputs; got float32 [5, 1]. Check the number of outputs against the data's targets.
      values of another shape | ShapeError: meanSquaredError: needs int32 labels [5] or float32 targets [5, 2], like the outputs; got float32 [5, 1]. Check the number of outputs against the data's targets.
      softmax before cross entropy | TrainingError: crossEntropy: needs logits and applies softmax itself; got probabilities from softmax at layer 1. Remove that layer; net.classify() adds softmax where probabilities are wanted.
      outputs that are no list | ShapeError: loss: must give one number per example, [6]; got [6, 2]. Reduce over every axis but the first.
      two metrics of one name | TrainingError: metrics: every metric needs a name of its own; got accuracy twice. Rename the function.
      batch size 0 | TrainingError: train: batchSize must be a positive integer; got 0. Give 1 or more.
      half an epoch | TrainingError: train: epochs must be a positive integer; got 0.5. Give 1 or more.
      no steps | TrainingError: train: steps must be a positive integer; got 0. Give 1 or more.
      a seed that is none | GradusError: seed: must be an integer from 0 to 2⁵³ − 1; got -1. Choose one such as 42.
      an unknown target | TargetError: target: must be one of reference, wasm; got abacus. Choose one of them.
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

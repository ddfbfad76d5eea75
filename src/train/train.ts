/** The door to training: checks what is asked, then loads the machinery, which nobody needs who only builds or asks networks. */

import type { Dataset } from "../data/dataset.ts";
import type { Network } from "../network/network.ts";
import { planOf, type TrainOptions } from "./options.ts";
import { targetFor } from "./place.ts";
import { Run } from "./run.ts";

/**
 * Picks a good function out of the network's set: gradient descent on the loss, step by step.
 *
 * Initializes a network that has no parameters yet, and continues from those it has. Same seed, same bits, on every target in
 * one numerics mode. The network holds the parameters of the last finished step at every moment, also when training ends with an
 * error; until then nobody else may give it others. A run folder is written from the first finished step on.
 *
 * @param network  what is changed
 * @param data     what is learned from
 * @param options  loss and optimizer, and what else {@link TrainOptions} says
 * @returns        a run: await it for the result, or read its events
 * @throws {ShapeError | DataError} the network does not fit the data
 * @throws {TrainingError} an option out of range, a network in training, or a loss, gradient or parameter that is not finite
 * @throws {FileError} the run folder cannot be written, or another run is writing into it
 * @example
 * const result = await train(net, digits.train, { loss: crossEntropy(), optimizer: adam(), epochs: 5, seed: 1 });
 */
export function train<In extends readonly number[], Out extends readonly number[]>(
  network: Network<In, Out>,
  data: Dataset,
  options: TrainOptions,
): Run {
  return new Run(async (publish) => {
    const plan = planOf(network as unknown as Network, data, options);
    // Both at once: files are read while others are being compiled.
    const [target, { Training }] = await Promise.all([targetFor(plan.network, options), import("./training.ts")]);
    return new Training(plan, target, options, publish).run();
  });
}

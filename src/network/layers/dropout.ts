/** Random silence in training: of elements, channels or examples. Refuses rates outside [0, 1), and training without random numbers. */

import { type Reader, reader } from "../../base/call.ts";
import { TrainingError } from "../../base/errors.ts";
import {
  checkRate,
  dropout as drop,
  spatialDropout as dropChannels,
  stochasticDepth as dropExamples,
} from "../../functions/dropout.ts";
import { gaussianNoise as addNoise, checkDeviation } from "../../functions/noise.ts";
import type { RandomNumbers } from "../../functions/random.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { type ApplyContext, type Layer, layer, type SameShape, type ShapeRule } from "../layer.ts";

/**
 * Dropout: in training each element becomes 0 with probability `rate`, and the others are multiplied by 1 / (1 − rate), so that
 * the mean stays; otherwise nothing happens. The same seed drops the same elements at the same step.
 *
 * @param rate  the share that is dropped, in [0, 1)
 * @returns     a layer that keeps the shape
 * @throws {GradusError} rate outside [0, 1)
 * @example network([784], dense(500), relu(), dropout(0.5), dense(10))
 * @see Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov, Dropout (2014)
 */
export function dropout<const Rate extends number>(rate: Rate): Layer<SameShape<`dropout(${Rate})`>> {
  checkRate("dropout", rate, "element");
  return randomly("dropout", rate, drop);
}

/**
 * {@link dropout} of whole channels, `[...spatial, channels]`: neighbouring positions of a channel tell much the same, so they go together.
 *
 * @param rate  the share that is dropped, in [0, 1)
 * @returns     a layer that keeps the shape
 * @throws {GradusError} rate outside [0, 1)
 * @example network([28, 28, 1], conv2d(32, 3), relu(), spatialDropout(0.2), flatten(), dense(10))
 * @see Tompson, Goroshin, Jain, LeCun, Bregler, Efficient object localization using convolutional networks (2015)
 */
export function spatialDropout<const Rate extends number>(rate: Rate): Layer<SameShape<`spatialDropout(${Rate})`>> {
  checkRate("spatialDropout", rate, "channel");
  return randomly("spatialDropout", rate, dropChannels);
}

/**
 * {@link dropout} of whole examples: at the end of a residual branch, in training the branch is left out for a share of the examples, and
 * the network is shallower for them.
 *
 * @param rate  the share that is dropped, in [0, 1)
 * @returns     a layer that keeps the shape
 * @throws {GradusError} rate outside [0, 1)
 * @example network([64], dense(64), relu(), stochasticDepth(0.2))
 * @see Huang, Sun, Liu, Sedra, Weinberger, Deep networks with stochastic depth (2016)
 */
export function stochasticDepth<const Rate extends number>(rate: Rate): Layer<SameShape<`stochasticDepth(${Rate})`>> {
  checkRate("stochasticDepth", rate, "example");
  return randomly("stochasticDepth", rate, dropExamples);
}

/**
 * In training a normal random number is added to each element; otherwise nothing happens.
 *
 * @param deviation  their standard deviation
 * @returns          a layer that keeps the shape
 * @throws {GradusError} deviation is negative
 * @example network([16, 16], gaussianNoise(0.1), flatten(), dense(10))
 * @see Bishop, Training with noise is equivalent to Tikhonov regularization (1995)
 */
export function gaussianNoise<const Deviation extends number>(
  deviation: Deviation,
): Layer<SameShape<`gaussianNoise(${Deviation})`>> {
  checkDeviation("gaussianNoise", deviation);
  return randomly("gaussianNoise", deviation, addNoise);
}

/** A layer that does something random in training and nothing otherwise, nor where the amount is 0. */
function randomly<R extends ShapeRule>(
  name: string,
  amount: number,
  change: (x: Tensor, amount: number, random: RandomNumbers) => Tensor,
): Layer<R> {
  return layer({
    name,
    arguments: [amount],
    gives: "unchanged",
    shape: (input) => input,
    apply: (x, _, context) =>
      context.training && amount !== 0 ? change(x, amount, randomFor(name, amount, context)) : x,
  });
}

/** The random numbers of a layer at its place. */
function randomFor(name: string, amount: number, { random, path }: ApplyContext): RandomNumbers {
  if (random) return { ...random.key(`${name}/${path}`), stream: random.stream };
  throw new TrainingError(`${name}(${amount}) at layer ${path}: a training pass needs random numbers; got none.`, {
    operation: name,
    layer: path,
  });
}

export const dropoutReaders: readonly Reader<Layer>[] = [
  reader({ name: "dropout", needs: { rate: "number" }, takes: {}, make: ({ rate }) => dropout(rate) }),
  reader({ name: "spatialDropout", needs: { rate: "number" }, takes: {}, make: ({ rate }) => spatialDropout(rate) }),
  reader({ name: "stochasticDepth", needs: { rate: "number" }, takes: {}, make: ({ rate }) => stochasticDepth(rate) }),
  reader({
    name: "gaussianNoise",
    needs: { deviation: "number" },
    takes: {},
    make: ({ deviation }) => gaussianNoise(deviation),
  }),
];

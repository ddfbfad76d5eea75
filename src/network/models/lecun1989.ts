/**
 * The network that first read zip codes, in 1989: weights are shared over a picture, biases are not. The paper does not describe which
 * eight maps of the first layer a map of the second sees; here the first layer's maps stand in three groups of four, and each four
 * maps of the second see two of the groups, so that all are seen alike.
 */

import { uniform } from "../initializers.ts";
import { tanh } from "../layers/activations.ts";
import { takeChannels, unitBias } from "../layers/channels.ts";
import { conv2d } from "../layers/conv.ts";
import { dense } from "../layers/dense.ts";
import { flatten } from "../layers/flatten.ts";
import { reshape } from "../layers/reshape.ts";
import { type Network, network } from "../network.ts";

/** First weights in ±2.4 / inputs of a unit. */
const within = (inputs: number) => uniform(-2.4 / inputs, 2.4 / inputs);

/**
 * LeCun's network of 1989 for pictures of 16×16 pixels: 12 maps of 8×8, 12 maps of 4×4, 30 units, 10 units; tanh everywhere, for
 * {@link meanSquaredError}. 1,256 units with the input's, 64,660 connections, 9,760 parameters.
 *
 * @example lecun1989().parameterCount  // 9760
 * @see LeCun, Boser, Denker, Henderson, Howard, Hubbard, Jackel, Backpropagation applied to handwritten zip code recognition (1989)
 */
export function lecun1989(): Network<[16, 16], [10]> {
  const [low, middle, high] = [
    [0, 1, 2, 3],
    [4, 5, 6, 7],
    [8, 9, 10, 11],
  ] as const;
  return network(
    [16, 16],
    reshape([16, 16, 1]),
    conv2d(12, 5, { stride: 2, padding: 2, bias: false, initializer: within(25) }),
    unitBias(),
    tanh(),
    takeChannels([...low, ...middle, ...middle, ...high, ...high, ...low]),
    conv2d(12, 5, { stride: 2, padding: 2, groups: 3, bias: false, initializer: within(200) }),
    unitBias(),
    tanh(),
    flatten(),
    dense(30, { initializer: within(192) }),
    tanh(),
    dense(10, { initializer: within(30) }),
    tanh(),
  );
}

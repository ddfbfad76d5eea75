/** The convolutional network of the lecture's demonstration: two convolutions with pools before two fully connected layers. */

import { relu } from "../layers/activations.ts";
import { conv2d } from "../layers/conv.ts";
import { dense } from "../layers/dense.ts";
import { flatten } from "../layers/flatten.ts";
import { maxPool2d } from "../layers/pool.ts";
import { reshape } from "../layers/reshape.ts";
import { type Network, network } from "../network.ts";

/**
 * The lecture's CNN for grey pictures of 28×28 pixels: 25 filters of 3×3, the largest of each 2×2, 50 filters of 3×3, the largest of each
 * 2×2, 100 units, 10 outputs. 137,660 parameters.
 *
 * @returns a network whose outputs are logits
 * @example lectureCnn().parameterCount  // 137660
 * @see Hung-yi Lee, Machine Learning (2017), Convolutional neural network
 */
export function lectureCnn(): Network<[28, 28], [10]> {
  return network(
    [28, 28],
    reshape([28, 28, 1]),
    conv2d(25, 3),
    maxPool2d(2),
    conv2d(50, 3),
    maxPool2d(2),
    flatten(),
    dense(100),
    relu(),
    dense(10),
  );
}

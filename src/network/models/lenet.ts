/** LeNet-5, which read cheques in the nineties: two convolutions with pools, then three fully connected layers. */

import { tanh } from "../layers/activations.ts";
import { conv2d } from "../layers/conv.ts";
import { dense } from "../layers/dense.ts";
import { flatten } from "../layers/flatten.ts";
import { averagePool2d } from "../layers/pool.ts";
import { reshape } from "../layers/reshape.ts";
import { type Network, network } from "../network.ts";

/**
 * LeNet-5 for grey pictures of 28×28 pixels, as it is built today: every filter sees all maps, and pools have no parameters. 61,706
 * parameters for ten classes.
 *
 * @param classes  number of outputs, which are logits
 * @throws {ShapeError} classes is no positive integer
 * @example lenet().parameterCount  // 61706
 * @see LeCun, Bottou, Bengio, Haffner, Gradient-based learning applied to document recognition (1998)
 */
export function lenet<const Classes extends number = 10>(classes?: Classes): Network<[28, 28], [Classes]> {
  const outputs: number = classes ?? 10;
  return network(
    [28, 28],
    reshape([28, 28, 1]),
    conv2d(6, 5, { padding: 2 }),
    tanh(),
    averagePool2d(2),
    conv2d(16, 5),
    tanh(),
    averagePool2d(2),
    flatten(),
    dense(120),
    tanh(),
    dense(84),
    tanh(),
    dense(outputs),
  ) as Network<[28, 28], [Classes]>;
}

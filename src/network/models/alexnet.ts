/** AlexNet, with which deep networks took over the recognition of pictures in 2012. */

import { heNormal } from "../initializers.ts";
import { relu } from "../layers/activations.ts";
import { adaptiveAveragePool2d } from "../layers/adaptive-pool.ts";
import { conv2d } from "../layers/conv.ts";
import { dense } from "../layers/dense.ts";
import { dropout } from "../layers/dropout.ts";
import { flatten } from "../layers/flatten.ts";
import { maxPool2d } from "../layers/pool.ts";
import { type Network, network } from "../network.ts";

/**
 * AlexNet for colour pictures of 224×224 pixels, in its form for one processor: without the two columns and the normalization of
 * responses. 61,100,840 parameters for 1000 classes.
 *
 * @param classes  number of outputs, which are logits
 * @throws {ShapeError} classes is no positive integer
 * @example alexnet().parameterCount  // 61100840
 * @see Krizhevsky, Sutskever, Hinton, ImageNet classification with deep convolutional neural networks (2012)
 * @see Krizhevsky, One weird trick for parallelizing convolutional neural networks (2014)
 */
export function alexnet<const Classes extends number = 1000>(classes?: Classes): Network<[224, 224, 3], [Classes]> {
  const outputs: number = classes ?? 1000;
  const initializer = heNormal();
  return network(
    [224, 224, 3],
    conv2d(64, 11, { stride: 4, padding: 2, initializer }),
    relu(),
    maxPool2d(3, { stride: 2 }),
    conv2d(192, 5, { padding: 2, initializer }),
    relu(),
    maxPool2d(3, { stride: 2 }),
    conv2d(384, 3, { padding: 1, initializer }),
    relu(),
    conv2d(256, 3, { padding: 1, initializer }),
    relu(),
    conv2d(256, 3, { padding: 1, initializer }),
    relu(),
    maxPool2d(3, { stride: 2 }),
    adaptiveAveragePool2d(6),
    flatten(),
    dropout(0.5),
    dense(4096, { initializer }),
    relu(),
    dropout(0.5),
    dense(4096, { initializer }),
    relu(),
    dense(outputs),
  ) as Network<[224, 224, 3], [Classes]>;
}

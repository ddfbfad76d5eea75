/** VGG with 19 layers: nothing but convolutions of 3×3 and pools, as deep as networks without skips got. */

import { heNormal } from "../initializers.ts";
import { relu } from "../layers/activations.ts";
import { adaptiveAveragePool2d } from "../layers/adaptive-pool.ts";
import { conv2d } from "../layers/conv.ts";
import { dense } from "../layers/dense.ts";
import { dropout } from "../layers/dropout.ts";
import { flatten } from "../layers/flatten.ts";
import { maxPool2d } from "../layers/pool.ts";
import { Network } from "../network.ts";

/** Filters and convolutions of each block; a pool follows it. */
const blocks: readonly (readonly [filters: number, convolutions: number])[] = [
  [64, 2],
  [128, 2],
  [256, 4],
  [512, 4],
  [512, 4],
];

/**
 * VGG19 for colour pictures of 224×224 pixels: 16 convolutions and 3 fully connected layers. 143,667,240 parameters for 1000 classes.
 *
 * @param classes  number of outputs, which are logits
 * @throws {ShapeError} classes is no positive integer
 * @example vgg19().parameterCount  // 143667240
 * @see Simonyan, Zisserman, Very deep convolutional networks for large-scale image recognition (2015)
 */
export function vgg19<const Classes extends number = 1000>(classes?: Classes): Network<[224, 224, 3], [Classes]> {
  const initializer = heNormal();
  const convolution = (filters: number) => [conv2d(filters, 3, { padding: 1, initializer }), relu()];
  const hidden = () => [dense(4096, { initializer }), relu(), dropout(0.5)];
  return new Network(
    [224, 224, 3],
    [
      ...blocks.flatMap(([filters, count]) => [
        ...Array.from({ length: count }, () => convolution(filters)).flat(),
        maxPool2d(2),
      ]),
      adaptiveAveragePool2d(7),
      flatten(),
      ...hidden(),
      ...hidden(),
      dense(classes ?? 1000),
    ],
  );
}

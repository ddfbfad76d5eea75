/** The door `gradus/functions`: functions of tensors. Layers of the same names are in `gradus`. */

export { leakyRelu, relu, sigmoid, tanh } from "./activations.ts";
export { type ConvOptions, conv1d, conv2d, conv3d } from "./conv.ts";
export { dropout, type RandomNumbers } from "./dropout.ts";
export { linear } from "./linear.ts";
export { oneHot } from "./one-hot.ts";
export {
  type AveragePoolOptions,
  averagePool1d,
  averagePool2d,
  averagePool3d,
  maxPool1d,
  maxPool2d,
  maxPool3d,
  type PoolOptions,
} from "./pool.ts";
export type { Padding, PerAxis } from "./sliding.ts";
export { logSoftmax, logSumExp, softmax } from "./softmax.ts";

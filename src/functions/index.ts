/** The door `gradus/functions`: functions of tensors. Layers of the same names are in `gradus`. */

export {
  elu,
  type GeluOptions,
  gelu,
  hardSigmoid,
  hardSwish,
  leakyRelu,
  mish,
  prelu,
  relu,
  relu6,
  sigmoid,
  silu,
  softplus,
  tanh,
} from "./activations.ts";
export { adaptiveAveragePool2d, adaptiveMaxPool2d } from "./adaptive-pool.ts";
export { type ConvOptions, conv1d, conv2d, conv3d } from "./conv.ts";
export { type ConvTransposeOptions, convTranspose1d, convTranspose2d, convTranspose3d } from "./conv-transpose.ts";
export { dropout, spatialDropout, stochasticDepth } from "./dropout.ts";
export { linear } from "./linear.ts";
export { maxout } from "./maxout.ts";
export { gaussianNoise } from "./noise.ts";
export { batchNorm, groupNorm, type Moments, moments, type NormalizeOptions, normalize, rmsNorm } from "./normalize.ts";
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
export type { RandomNumbers } from "./random.ts";
export type { Padding, PerAxis } from "./sliding.ts";
export { logSoftmax, logSumExp, softmax } from "./softmax.ts";
export { type UpsampleMode, type UpsampleOptions, upsample2d } from "./upsample.ts";

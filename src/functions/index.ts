/** The door `gradus/functions`: functions of tensors. Layers of the same names are in `gradus`. */

export { leakyRelu, relu, sigmoid, tanh } from "./activations.ts";
export { dropout, type RandomNumbers } from "./dropout.ts";
export { linear } from "./linear.ts";
export { oneHot } from "./one-hot.ts";
export { logSoftmax, logSumExp, softmax } from "./softmax.ts";

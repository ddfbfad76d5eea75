/**
 * What convolutional networks do between their convolutions, forward and backward on 16 MiB: pooling, and batch normalization. They are passes
 * over memory, and are to be measured by it.
 */

import { batchNorm, moments } from "../functions/normalize.ts";
import { averagePool2d, maxPool2d } from "../functions/pool.ts";
import { gradient } from "../graph/gradient.ts";
import type { Node } from "../graph/node.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { inTrace, nodeOf, tensorOf } from "../tensor/trace.ts";
import { input, type ModuleWorkload, moduleWorkload } from "./module.ts";

/** 64 pictures with 32 channels: 16 MiB. */
const pictures = [64, 64, 32, 32] as const;

/** The largest of 2×2 elements, and the gradient where they came from. */
export const maxPool: ModuleWorkload = pass("maxPool-16MiB", ([x]) => maxPool2d(x!, 2));

/** The mean of 2×2 elements, and its gradient. */
export const averagePool: ModuleWorkload = pass("averagePool-16MiB", ([x]) => averagePool2d(x!, 2));

/** Normalization by the statistics of a batch, with scale and shift, and the gradients of all three. */
export const batchNormalization: ModuleWorkload = pass(
  "batchNorm-16MiB",
  ([x, weight, bias]) => {
    const { mean, variance } = moments(x!, [0, 1, 2]);
    return batchNorm(x!, mean, variance, { weight: weight!, bias: bias! });
  },
  [pictures[3]],
  [pictures[3]],
);

/** A function of pictures, and its gradients for a given one of its result. */
function pass(name: string, apply: (inputs: Tensor[]) => unknown, ...others: (readonly number[])[]): ModuleWorkload {
  return moduleWorkload(name, () => {
    const inputs = [pictures, ...others].map((shape) => input(...shape));
    const output = inTrace(() => nodeOf(apply(inputs.map((node) => tensorOf(node))) as Tensor));
    const given = input(...output.shape);
    return { inputs: [...inputs, given], output: [output, ...(gradient(output, given, inputs) as Node[])] };
  });
}

/**
 * A network small enough to follow by hand: three layers of two sigmoid neurons each, every weight a small integer. One pass
 * forward shows the activations, one pass backward the gradients of ½|y − t|² at every layer.
 */

import { dense, grad, type Network, network, sigmoid, type Tensor, tensor } from "gradus";
import { type Figure, figure, isMain } from "./report.ts";

/** Row i of a weight holds the weights into neuron i. */
const layers = [
  {
    weight: [
      [1, -2],
      [-1, 1],
    ],
    bias: [1, 0],
  },
  {
    weight: [
      [2, -1],
      [-2, -1],
    ],
    bias: [0, 0],
  },
  {
    weight: [
      [3, -1],
      [-1, 4],
    ],
    bias: [-2, 2],
  },
];

/** What is known of the passes, to 12 decimals for activations and 9 for gradients; `dz` is also the gradient of the bias. */
export const known: Readonly<Record<"input" | "target", number[]>> &
  Readonly<Record<"activations" | "zeros" | "dz", number[][]>> & { readonly dW: number[][][] } = {
  input: [1, -1],
  activations: [
    [0.982013790038, 0.119202922022],
    [0.863518312678, 0.110737443838],
    [0.617704777755, 0.829123984157],
  ],
  zeros: [
    [0.73105857863, 0.5],
    [0.723545494977, 0.123238105185],
    [0.511847376987, 0.854383900988],
  ],
  target: [1, 0],
  dz: [
    [-0.003565163, -0.000986696],
    [-0.045762892, 0.055160568],
    [-0.090277329, 0.117468133],
  ],
  dW: [
    [
      [-0.003565163, 0.003565163],
      [-0.000986696, 0.000986696],
    ],
    [
      [-0.044939791, -0.00545507],
      [0.054168439, 0.006575301],
    ],
    [
      [-0.077956127, -0.009997081],
      [0.101435884, 0.013008121],
    ],
  ],
};

type Float = "float32" | "float64";

/** The network as a set of functions, and the one of them that the weights above choose. */
function build(dtype: Float): { net: Network<[2], [2]>; parameters: Record<string, Tensor> } {
  const net = network([2], dense(2), sigmoid(), dense(2), sigmoid(), dense(2), sigmoid());
  const parameters: Record<string, Tensor> = {};
  layers.forEach(({ weight, bias }, index) => {
    parameters[`${2 * index}.weight`] = tensor(weight, { dtype });
    parameters[`${2 * index}.bias`] = tensor(bias, { dtype });
  });
  return { net, parameters };
}

/** The output of each layer for one input. */
export async function activations(input: readonly number[], dtype: Float): Promise<number[][]> {
  const { net, parameters } = build(dtype);
  const seen: Tensor[] = [];
  net.apply(new Map(Object.entries(parameters)), tensor([input], { dtype }), {
    training: false,
    random: null,
    observe: ({ layer }, output) => {
      if (layer.name === "sigmoid") seen.push(output.squeeze(0));
    },
  });
  return Promise.all(seen.map((output) => output.array() as Promise<number[]>));
}

/** The gradients of ½|y − t|² for the weights and, being those of the biases, for each z = W·a + b. */
export async function gradients(dtype: Float): Promise<{ dW: number[][][]; dz: number[][] }> {
  const { net, parameters } = build(dtype);
  const x = tensor([known.input], { dtype });
  const target = tensor([known.target], { dtype });
  const loss = (p: Record<string, Tensor>): Tensor =>
    net
      .apply(new Map(Object.entries(p)), x, { training: false, random: null })
      .sub(target)
      .square()
      .sum()
      .mul(0.5);
  const found = grad(loss)(parameters);
  const read = (name: string): Promise<unknown[]> =>
    Promise.all([0, 2, 4].map((layer) => found[`${layer}.${name}`]!.array()));
  return { dW: (await read("weight")) as number[][][], dz: (await read("bias")) as number[][] };
}

/** The largest difference between two nestings of numbers. */
export function largestDifference(a: unknown[], b: unknown[]): number {
  const [x, y] = [a, b].map((nested) => nested.flat(Infinity) as number[]);
  return Math.max(...x!.map((value, i) => Math.abs(value - y![i]!)));
}

export async function main(): Promise<Figure[]> {
  const [a1, a2, y] = await activations(known.input, "float64");
  const { dz } = await gradients("float64");
  console.log(`(1, −1) → (${a1}) → (${a2}) → (${y})`);
  console.log(`For the target (1, 0), ∂l/∂z from the last layer back: (${dz[2]}), (${dz[1]}), (${dz[0]})`);
  const figures: Figure[] = [];
  for (const [dtype, values, slopes] of [
    ["float64", 1e-12, 1e-9],
    ["float32", 1e-6, 1e-6],
  ] as const) {
    const forward = largestDifference(await activations(known.input, dtype), known.activations);
    const { dW } = await gradients(dtype);
    figures.push(figure(`worked network, ${dtype}, values off by`, forward, { atMost: values }));
    figures.push(
      figure(`worked network, ${dtype}, gradients off by`, largestDifference(dW, known.dW), { atMost: slopes }),
    );
  }
  return figures;
}

if (isMain(import.meta.url)) console.table(await main());

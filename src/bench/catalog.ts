/**
 * The workloads by name: a standard list, a list of convolutions and one of passes over memory, and three patterns, `matmul-N`, `mlp-SIZES-bBATCH-OPTIMIZER` and
 * `conv-HxW-IN-OUT-RxC-bBATCH`, where `-sSTRIDE` and `-gGROUPS` may stand before the batch, and behind it `-input` or `-kernel` for that
 * gradient. Refuses sizes that mean nothing.
 */

import { GradusError } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";
import { showValue } from "../base/show.ts";
import type { Network } from "../network/network.ts";
import { type ConvolutionPart, convolution, elementwise, matmul, sum } from "./module.ts";
import { networks } from "./networks.ts";
import { averagePool, batchNormalization, maxPool } from "./passes.ts";
import { type OptimizerName, perceptron, type TrainingSpec, training } from "./training.ts";
import type { Workload } from "./workload.ts";

/** What is measured where nothing else is asked for. */
export const standardNames: readonly string[] = [
  "matmul-1024",
  "matmul-2048",
  "elementwise-16MiB",
  "sum-16MiB",
  "mlp-256-128-10-b32-sgd",
  "mlp-256-128-10-b32-adam",
  "mlp-784-500-500-10-b100-adam",
  "mlp-784-2048-2048-10-b256-adam",
  "cnn28-b64-adam",
  "resnet20-b32-sgdm",
  "resnet152-6n2-b16-sgdm",
];

/** Layers of residual and other networks for images, from the first to the last; each forward and backward. */
const layers: readonly string[] = [
  "conv-28x28-1-32-3x3-b64",
  "conv-14x14-32-64-3x3-b64",
  "conv-32x32-3-16-3x3-b32",
  "conv-64x64-3-64-7x7-s2-b8",
  "conv-32x32-16-16-3x3-b32",
  "conv-16x16-32-32-3x3-b32",
  "conv-8x8-64-64-3x3-b32",
  "conv-8x8-256-256-3x3-b32",
  "conv-32x32-16-32-3x3-s2-b32",
  "conv-16x16-64-256-1x1-b16",
  "conv-16x16-256-64-1x1-b16",
  "conv-16x16-256-512-1x1-s2-b8",
  "conv-14x14-32-64-5x5-b32",
  "conv-16x16-64-64-3x3-g4-b32",
  "conv-32x32-64-64-3x3-g64-b32",
];

/** Lists of workloads that have a name of their own. */
export const lists: Readonly<Record<string, readonly string[]>> = {
  convolutions: layers.flatMap((layer) => [layer, `${layer}-input`, `${layer}-kernel`]),
  passes: ["elementwise-16MiB", "sum-16MiB", "maxPool-16MiB", "averagePool-16MiB", "batchNorm-16MiB"],
};

const fixed: ReadonlyMap<string, Workload> = new Map(
  [elementwise, sum, maxPool, averagePool, batchNormalization].map((workload) => [workload.name, workload]),
);

/** More rows would not fit any memory. */
const mostRows = 16_384;
const mostUnits = 65_536;
const mostChannels = 1024;
const mostKernel = 15;
const mostStride = 8;
/** As many as there are examples. */
const mostBatch = 4000;

/**
 * The workload of a name.
 *
 * @throws {GradusError} no workload has this name, or its sizes are out of range
 */
export function workloadOf(name: string): Workload {
  const known = fixed.get(name);
  if (known) return known;
  const rows = /^matmul-(\d+)$/.exec(name)?.[1];
  if (rows !== undefined) {
    return matmul(sizeIn(name, "rows", rows, 1, mostRows));
  }
  const conv = /^conv-(\d+)x(\d+)-(\d+)-(\d+)-(\d+)x(\d+)(?:-s(\d+))?(?:-g(\d+))?-b(\d+)(?:-(input|kernel))?$/.exec(
    name,
  );
  if (conv) return convolutionOf(name, conv.slice(1));
  const spec = trainingOf(name);
  if (spec) return training(name, spec);
  throw unknown(name);
}

/**
 * What a name like `mlp-256-128-10-b32-adam` or `resnet20-b32-sgdm` trains; null where it is none.
 *
 * @throws {GradusError} its sizes are out of range
 */
export function trainingOf(name: string): TrainingSpec | null {
  const [, title, examples, optimizer] = /^(.+)-b(\d+)-(sgd|sgdm|adam)$/.exec(name) ?? [];
  const network = title === undefined ? null : (networks.get(title) ?? perceptronOf(name, title));
  if (!network) return null;
  const batch = sizeIn(name, "examples in a batch", examples!, 1, mostBatch);
  return { network, batch, optimizer: optimizer as OptimizerName };
}

function perceptronOf(name: string, title: string): (() => Network) | null {
  const [, inputs, ...units] = /^mlp(-\d+){2,}$/.test(title) ? title.split("-") : [];
  if (inputs === undefined) return null;
  const sizes = [sizeIn(name, "inputs", inputs, 1, mostUnits)];
  // One output has nothing to choose between.
  for (const [i, size] of units.entries()) {
    const last = i === units.length - 1;
    sizes.push(sizeIn(name, last ? "outputs" : "units", size, last ? 2 : 1, mostUnits));
  }
  return () => perceptron(sizes);
}

function convolutionOf(name: string, parts: readonly (string | undefined)[]): Workload {
  const size = (part: number, what: string, most: number): number => sizeIn(name, what, parts[part] ?? "1", 1, most);
  const sizes = {
    image: [size(0, "rows", mostChannels), size(1, "columns", mostChannels)],
    inputs: size(2, "input channels", mostChannels),
    outputs: size(3, "output channels", mostChannels),
    kernel: [size(4, "rows in a kernel", mostKernel), size(5, "columns in a kernel", mostKernel)],
    stride: size(6, "positions in a stride", mostStride),
    groups: size(7, "groups", mostChannels),
    batch: size(8, "examples in a batch", mostBatch),
  } as const;
  if (sizes.inputs % sizes.groups === 0 && sizes.outputs % sizes.groups === 0)
    return convolution(name, sizes, (parts[9] ?? "forward") as ConvolutionPart);
  throw new GradusError(
    `bench: ${name} must have groups that divide its channels, ${sizes.inputs} and ${sizes.outputs}; got ${sizes.groups}. Name another size.`,
    { operation: "bench", actual: String(sizes.groups) },
  );
}

function sizeIn(name: string, what: string, text: string, least: number, most: number): number {
  const size = Number(text);
  if (size >= least && size <= most) return size;
  throw new GradusError(`bench: ${name} must have ${least} to ${most} ${what}; got ${text}. Name another size.`, {
    operation: "bench",
    expected: `${least} to ${most}`,
    actual: text,
  });
}

function unknown(name: string): GradusError {
  const near = nearest(name, [...standardNames, ...Object.keys(lists)]);
  const hint =
    near === null ? `There are ${standardNames.join(", ")}, and others named like these.` : `Did you mean ${near}?`;
  return new GradusError(`bench: unknown workload ${showValue(name)}. ${hint}`, { operation: "bench", actual: name });
}

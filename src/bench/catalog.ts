/**
 * The workloads by name: a standard list, and three patterns, `matmul-N`, `conv-HxW-IN-OUT-RxC-bBATCH` and `mlp-SIZES-bBATCH-OPTIMIZER`.
 * Refuses sizes that mean nothing.
 */

import { GradusError } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";
import { showValue } from "../base/show.ts";
import { convolution, elementwise, matmul, sum } from "./module.ts";
import { mlp } from "./training.ts";
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
];

const fixed: ReadonlyMap<string, Workload> = new Map([elementwise, sum].map((workload) => [workload.name, workload]));

/** More rows would not fit any memory. */
const mostRows = 16_384;
const mostUnits = 65_536;
const mostChannels = 1024;
const mostKernel = 15;
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
  const conv = /^conv-(\d+)x(\d+)-(\d+)-(\d+)-(\d+)x(\d+)-b(\d+)$/.exec(name);
  if (conv) return convolutionOf(name, conv.slice(1));
  const match = /^mlp-(\d+(?:-\d+)+)-b(\d+)-(sgd|adam)$/.exec(name);
  if (!match) throw unknown(name);
  const [inputs, ...units] = match[1]!.split("-");
  const sizes = [sizeIn(name, "inputs", inputs!, 1, mostUnits)];
  // One output has nothing to choose between.
  for (const [i, size] of units.entries()) {
    const last = i === units.length - 1;
    sizes.push(sizeIn(name, last ? "outputs" : "units", size, last ? 2 : 1, mostUnits));
  }
  const batch = sizeIn(name, "examples in a batch", match[2]!, 1, mostBatch);
  return mlp(name, { sizes, batch, optimizer: match[3] as "sgd" | "adam" });
}

function convolutionOf(name: string, sizes: readonly string[]): Workload {
  const what = ["rows", "columns", "input channels", "output channels", "rows in a kernel", "columns in a kernel"];
  const [rows, columns, inputs, outputs, height, width, batch] = [...what, "examples in a batch"].map((part, i) =>
    sizeIn(name, part, sizes[i]!, 1, i < 4 ? mostChannels : i < 6 ? mostKernel : mostBatch),
  ) as [number, number, number, number, number, number, number];
  return convolution(name, { batch, image: [rows, columns], kernel: [height, width], inputs, outputs });
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
  const near = nearest(name, standardNames);
  const hint =
    near === null ? `There are ${standardNames.join(", ")}, and others named like these.` : `Did you mean ${near}?`;
  return new GradusError(`bench: unknown workload ${showValue(name)}. ${hint}`, { operation: "bench", actual: name });
}

/** A network as a table for people: layers, shapes, parameter counts. */

import { type Shape, showShape, sizeOf } from "../base/shape.ts";
import type { StateSpec } from "./layer.ts";
import type { Network } from "./network.ts";

/** Layers, output shapes, parameter counts, names of parameters and, after a semicolon, of buffers; plain text, no trailing spaces. */
export function summarize(net: Network): string {
  const rows = net.layers.map(({ layer, path, outputShape, parameters, buffers }): Row => {
    const count = parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    const list = (specs: readonly StateSpec[]): string =>
      specs.map(({ name, shape }) => `${name.slice(path.length + 1)} ${showShape(shape)}`).join(", ");
    const detail = [list(parameters), list(buffers)].filter((part) => part !== "").join("; ");
    return [path, layer.print(), showShape(outputShape), grouped(count), detail];
  });
  const table: Row[] = [
    ["", "layer", "output", "parameters", ""],
    ["", "input", showShape(net.inputShape), "", ""],
    ...rows,
  ];
  return [...layOut(table), "", totals(net.parameterSpecs.map((spec) => spec.shape))].join("\n");
}

type Row = [position: string, layer: string, output: string, parameters: string, detail: string];

function layOut(table: readonly Row[]): string[] {
  const width = [0, 1, 2, 3, 4].map((column) => Math.max(...table.map((row) => row[column]!.length)));
  return table.map(([position, layer, output, parameters, detail]) =>
    [
      position.padStart(width[0]!),
      layer.padEnd(width[1]!),
      output.padEnd(width[2]!),
      parameters.padStart(width[3]!),
      detail,
    ]
      .join("  ")
      .trimEnd(),
  );
}

function totals(shapes: readonly Shape[]): string {
  const count = shapes.reduce((sum, shape) => sum + sizeOf(shape), 0);
  return `${grouped(count)} parameters, ${bytes(4 * count)} in float32`;
}

/** 1234567 as "1,234,567". */
function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

function bytes(count: number): string {
  if (count < 1024) return `${count} bytes`;
  if (count < 1024 * 1024) return `${(count / 1024).toFixed(1)} KiB`;
  return `${(count / 1024 / 1024).toFixed(1)} MiB`;
}

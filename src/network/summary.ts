/** A network as a table for people: layers, shapes, parameter counts. */

import { type Shape, showShape, sizeOf } from "../base/shape.ts";
import type { StateSpec } from "./layer.ts";
import type { PlacedLayer } from "./placed.ts";
import type { Stateful } from "./stateful.ts";

/**
 * Layers, output shapes, parameter counts, names of parameters and, after a semicolon, of buffers; then a total. Layers inside of a
 * layer stand below it, indented. Plain text, no trailing spaces.
 */
export function summarize(net: Stateful, inputs: Shape | Readonly<Record<string, Shape>>): string {
  const named: [string, Shape][] = Array.isArray(inputs) ? [["input", inputs]] : Object.entries(inputs);
  const table: Row[] = [
    ["", "layer", "output", "parameters", ""],
    ...named.map(([name, shape]): Row => ["", name, showShape(shape), "", ""]),
    ...net.layers.flatMap((placed) => rowsOf(placed, 0)),
  ];
  return [...layOut(table), "", totals(net.parameterSpecs.map((spec) => spec.shape))].join("\n");
}

/** A layer's row, and those of the layers inside of it; a list of layers inside of a layer has no row of its own. */
function rowsOf(placed: PlacedLayer, depth: number): Row[] {
  const { layer, path, outputShape, parameters, buffers, parts } = placed;
  const isList = depth > 0 && layer.gives === "parts";
  const inner = parts.flatMap((part) => rowsOf(part, isList ? depth : depth + 1));
  if (isList) return inner;
  const count = parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const list = (specs: readonly StateSpec[]): string =>
    specs.map(({ name, shape }) => `${name.slice(path.length + 1)} ${showShape(shape)}`).join(", ");
  const detail = [list(parameters), list(buffers)].filter((part) => part !== "").join("; ");
  const title = "  ".repeat(depth) + (parts.length > 0 ? layer.title : layer.print());
  const counted = count === 0 && parts.length > 0 ? "" : grouped(count);
  return [[path, title, showShape(outputShape), counted, detail], ...inner];
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

/** A table of numbers in SVG: a shaded square for each, the larger the darker within its row, with the number in it. */

import type { Matrix } from "../picture.ts";
import { significant } from "../terminal/numbers.ts";
import type { Library } from "./library.ts";
import { type Drawing, widthOf } from "./sheet.ts";

interface Cell {
  readonly row: string;
  readonly column: string;
  readonly value: number;
  /** Of the row's largest. */
  readonly part: number;
}

/** Numbers in more squares than these would be too small to be read. */
const mostNumbered = 30;

export function matrixDrawing(matrix: Matrix, { Plot, render }: Library): Drawing {
  const { rows, columns, values, rowLabel, columnLabel } = matrix;
  // Equal names are different places.
  const rowKeys = rows.map((name, index) => `${index}\u0000${name}`);
  const columnKeys = columns.map((name, index) => `${index}\u0000${name}`);
  const nameOf = (key: string): string => key.slice(key.indexOf("\u0000") + 1);
  const cells: Cell[] = values.flatMap((line, row) => {
    const largest = Math.max(...line.map(Math.abs), 0) || 1;
    return line.map((value, column) => ({
      row: rowKeys[row]!,
      column: columnKeys[column]!,
      value,
      part: Math.abs(value) / largest,
    }));
  });
  const left = 36 + Math.max(0, ...rows.map((name) => widthOf(name, 11)));
  const top = 36 + Math.max(0, ...columns.map((name) => (name.length > 4 ? widthOf(name, 11) * 0.7 : 11)));
  const size = Math.max(14, Math.min(46, 560 / columns.length));
  const [width, height] = [left + size * columns.length + 20, top + size * rows.length + 10];
  const place = { x: "column", y: "row" } as const;
  const text = (value: number): string => (Number.isInteger(value) ? String(value) : significant(value, 2));
  const numbers = Plot.text(cells, {
    ...place,
    text: ({ value }: Cell) => (value === 0 ? "" : text(value)),
    fill: ({ part }: Cell) => (part > 0.55 ? "white" : "black"),
  });
  const tilt = columns.some((name) => name.length > 4) ? { tickRotate: -45 } : {};
  const body = render({
    width,
    height,
    marginLeft: left,
    marginTop: top,
    marginBottom: 10,
    style: { fontSize: "11px" },
    x: { domain: columnKeys, axis: "top", label: columnLabel, tickFormat: nameOf, ...tilt },
    y: { domain: rowKeys, label: rowLabel, tickFormat: nameOf },
    color: { type: "linear", domain: [0, 1], scheme: "blues" },
    marks: [
      Plot.cell(cells, { ...place, fill: "part", inset: 0.5 }),
      ...(columns.length <= mostNumbered ? [numbers] : []),
    ],
  });
  return { width, height, body };
}

/**
 * The cells into which a network of dense and relu layers cuts a square: in each, the same units are active, so that the network is one
 * plane there. Counted exactly, by cutting convex polygons along every line where a unit crosses zero; nothing is sampled.
 */

import type { Affine } from "./pieces.ts";

type Corner = readonly [number, number];

/** A unit on a cell: `a · x + b · y + c`. */
interface Plane {
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

export interface Cell {
  readonly corners: readonly Corner[];
  /** The last layer's outputs on it. */
  readonly units: readonly Plane[];
}

/**
 * The cells of a network in the square between two numbers on both axes; the last layer is the output and cuts nothing.
 *
 * @returns the cells, and how many there are after each hidden layer
 */
export function cellsOf(layers: readonly Affine[], from: number, to: number): { cells: Cell[]; counts: number[] } {
  const corners: Corner[] = [
    [from, from],
    [to, from],
    [to, to],
    [from, to],
  ];
  // What counts as on a line: far below the size of cells, far above rounding.
  const near = 1e-14 * Math.max(1, to - from);
  const inputs = [
    { a: 1, b: 0, c: 0 },
    { a: 0, b: 1, c: 0 },
  ];
  let cells: Cell[] = [{ corners, units: inputs }];
  const counts: number[] = [];
  layers.forEach((layer, index) => {
    cells = cells.map((cell) => ({ ...cell, units: throughLayer(cell.units, layer) }));
    if (index === layers.length - 1) return;
    cells = cells.flatMap((cell) => bend(cell, near));
    counts.push(cells.length);
  });
  return { cells, counts };
}

/** The middle of a cell's corners, which lies inside. */
export function middleOf({ corners }: Cell): Corner {
  const sum = (axis: 0 | 1): number => corners.reduce((total, corner) => total + corner[axis], 0);
  return [sum(0) / corners.length, sum(1) / corners.length];
}

function throughLayer(units: readonly Plane[], { weight, bias }: Affine): Plane[] {
  return weight.map((row, i) => {
    let [a, b, c] = [0, 0, bias[i]!];
    for (let j = 0; j < row.length; j++) {
      a += row[j]! * units[j]!.a;
      b += row[j]! * units[j]!.b;
      c += row[j]! * units[j]!.c;
    }
    return { a, b, c };
  });
}

const off: Plane = { a: 0, b: 0, c: 0 };

/** Cuts a cell along the lines on which its units are zero, and sets those below zero to 0. */
function bend({ corners, units }: Cell, near: number): Cell[] {
  let parts = [corners];
  for (const unit of units) parts = parts.flatMap((part) => cut(part, unit, near));
  return parts.map((part) => {
    const [x, y] = middleOf({ corners: part, units });
    return { corners: part, units: units.map((unit) => (unit.a * x + unit.b * y + unit.c > 0 ? unit : off)) };
  });
}

/** The parts of a convex polygon at both sides of a line; the polygon itself where the line does not cross it. */
function cut(corners: readonly Corner[], { a, b, c }: Plane, near: number): (readonly Corner[])[] {
  const length = Math.hypot(a, b);
  if (length === 0) return [corners];
  const heights = corners.map(([x, y]) => (a * x + b * y + c) / length);
  if (!heights.some((height) => height > near) || !heights.some((height) => height < -near)) return [corners];
  const [above, below]: [Corner[], Corner[]] = [[], []];
  corners.forEach((corner, i) => {
    const next = (i + 1) % corners.length;
    const [height, after] = [heights[i]!, heights[next]!];
    if (height >= -near) above.push(corner);
    if (height <= near) below.push(corner);
    if ((height > near && after < -near) || (height < -near && after > near)) {
      const share = height / (height - after);
      const [x, y] = [corner, corners[next]!] as const;
      const crossing: Corner = [x[0] + share * (y[0] - x[0]), x[1] + share * (y[1] - x[1])];
      above.push(crossing);
      below.push(crossing);
    }
  });
  return [above, below];
}

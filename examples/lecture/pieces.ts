/**
 * The straight pieces of a network of dense and relu layers with one input, counted exactly: within a piece every unit is a straight line,
 * so a layer bends it only where one of its units crosses zero. Refuses other layers.
 */

import type { Network, Shape } from "gradus";

/** One dense layer: row i of `weight` holds the weights into unit i. */
export interface Affine {
  readonly weight: readonly (readonly number[])[];
  readonly bias: readonly number[];
}

/** The dense layers of a network that has nothing but dense and relu by turns. */
export async function affineLayers(net: Network<Shape, Shape>): Promise<Affine[]> {
  const names = net.layers.map(({ layer }) => layer.name);
  if (!names.every((name, i) => name === (i % 2 === 0 ? "dense" : "relu"))) {
    throw new RangeError(`affineLayers: needs dense and relu by turns; got ${net}.`);
  }
  const values = await Promise.all([...net.parameters.values()].map((parameter) => parameter.array()));
  return Array.from({ length: values.length / 2 }, (_, i) => ({
    weight: values[2 * i] as number[][],
    bias: values[2 * i + 1] as number[],
  }));
}

/** A unit on a piece: `slope · x + height`. */
interface Line {
  readonly slope: number;
  readonly height: number;
}

interface Piece {
  readonly from: number;
  readonly to: number;
  readonly units: readonly Line[];
}

/** How many straight pieces the network's output has between two inputs; neighbours that continue each other are one. */
export async function countPieces(net: Network<[1], [1]>, from: number, to: number): Promise<number> {
  const layers = await affineLayers(net);
  let pieces: Piece[] = [{ from, to, units: [{ slope: 1, height: 0 }] }];
  layers.forEach((layer, index) => {
    pieces = pieces.map((piece) => ({ ...piece, units: throughLayer(piece.units, layer) }));
    if (index < layers.length - 1) pieces = pieces.flatMap(bend);
  });
  return pieces.filter((piece, i) => i === 0 || isBent(pieces[i - 1]!.units[0]!, piece.units[0]!)).length;
}

function throughLayer(units: readonly Line[], { weight, bias }: Affine): Line[] {
  return weight.map((row, i) => ({
    slope: row.reduce((sum, w, j) => sum + w * units[j]!.slope, 0),
    height: row.reduce((sum, w, j) => sum + w * units[j]!.height, bias[i]!),
  }));
}

/** Cuts a piece where units cross zero, and sets those below zero to 0. */
function bend({ from, to, units }: Piece): Piece[] {
  const zeros = units.map(({ slope, height }) => -height / slope).filter((x) => x > from && x < to);
  const cuts = [...new Set([from, ...zeros, to])].sort((a, b) => a - b);
  return cuts.slice(1).map((end, i) => {
    const middle = (cuts[i]! + end) / 2;
    const on = ({ slope, height }: Line): boolean => slope * middle + height > 0;
    return { from: cuts[i]!, to: end, units: units.map((unit) => (on(unit) ? unit : { slope: 0, height: 0 })) };
  });
}

/** Whether a line goes on in another direction, beyond what rounding makes of the same. */
function isBent(a: Line, b: Line): boolean {
  return Math.abs(a.slope - b.slope) > 1e-9 * Math.max(1, Math.abs(a.slope), Math.abs(b.slope));
}

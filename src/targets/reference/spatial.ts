/** What convolutions, windows and running sums compute, in plain TypeScript: see families.ts. */

import type { Data } from "../../base/dtype.ts";
import { allocate } from "../../base/dtype.ts";
import { type Shape, sizeOf, stridesOf } from "../../base/shape.ts";
import type { Node } from "../../graph/node.ts";
import type { ConvolutionOperation, ScanOperation, WindowOperation } from "../../graph/operation.ts";
import { readPosition, type Sliding } from "../../graph/ops/spatial.ts";
import { numbersOf, type Scalars, scalarOf } from "../../kernel/scalars.ts";
import { otherAxes, pick, positions } from "./positions.ts";
import { accumulateInOrder, contractInOrder, reduceExisting } from "./sums.ts";

/** The coordinates of a row-major position. */
function coordinatesOf(position: number, shape: Shape): number[] {
  const strides = stridesOf(shape);
  return shape.map((n, axis) => Math.floor(position / strides[axis]!) % n);
}

/** The position in the input that each element of a kernel or window reads from an output point; −1 in the padding. */
function readsFrom(
  slidings: readonly Sliding[],
  sizes: Shape,
  strides: readonly number[],
  at: readonly number[],
): Int32Array {
  let list = Int32Array.of(0);
  slidings.forEach((sliding, axis) => {
    const longer = new Int32Array(list.length * sliding.size);
    for (let k = 0; k < sliding.size; k++) {
      const place = readPosition(sliding, sizes[axis]!, at[axis]!, k);
      for (let i = 0; i < list.length; i++) {
        longer[i * sliding.size + k] = place < 0 || list[i]! < 0 ? -1 : list[i]! + place * strides[axis]!;
      }
    }
    list = longer;
  });
  return list;
}

export function convolve(
  op: ConvolutionOperation<unknown>,
  node: Node,
  [x, w]: readonly Data[],
  k: Scalars<number>,
): Data {
  const { axes, groups, channelsFirst } = op.convolution(node);
  const [shapeX, shapeW] = node.inputs.map((input) => input.shape) as [Shape, Shape];
  const stridesX = stridesOf(shapeX);
  const [out, channels, ...box] = shapeW as [number, number, ...number[]];
  const elements = sizeOf(box);
  const terms = channels * elements;
  const slidings = axes.map((axis, i) => ({ ...axis, size: box[i]! }));
  const scalars = node.dtype === "float64" ? k.float64 : k.float32;
  // Term r is one element of the kernel and one channel.
  const elementOf = (r: number): number => (channelsFirst ? r % elements : Math.floor(r / channels));
  const channelOf = (r: number): number => (channelsFirst ? Math.floor(r / elements) : r % channels);
  const element = Int32Array.from({ length: terms }, (_, r) => elementOf(r));
  const channel = Int32Array.from({ length: terms }, (_, r) => channelOf(r));
  const points = node.shape.slice(0, -1);
  const result = allocate(node.dtype, sizeOf(node.shape));
  for (let point = 0; point < sizeOf(points); point++) {
    const [n, ...at] = coordinatesOf(point, points) as [number, ...number[]];
    const reads = readsFrom(slidings, shapeX.slice(1, 1 + axes.length), stridesX.slice(1, 1 + axes.length), at);
    for (let column = 0; column < out; column++) {
      const start = n * stridesX[0]! + Math.floor(column / (out / groups)) * channels;
      const kernel = column * terms;
      result[point * out + column] = contractInOrder(
        scalars,
        (r) => x![start + reads[element[r]!]! + channel[r]!]!,
        (r) => w![kernel + channel[r]! * elements + element[r]!]!,
        terms,
        (r) => reads[element[r]!]! >= 0,
      );
    }
  }
  return result;
}

export function slide(
  op: WindowOperation<unknown>,
  node: Node,
  [x, places]: readonly Data[],
  k: Scalars<number>,
): Data {
  const slidings = op.windows(node);
  const { shape, dtype } = node.inputs[0]!;
  const strides = stridesOf(shape);
  const type = scalarOf(dtype);
  const result = allocate(node.dtype, sizeOf(node.shape));
  for (let i = 0; i < result.length; i++) {
    const reads = readsFrom(slidings, shape, strides, coordinatesOf(i, node.shape));
    const isChosen = (r: number): boolean => !places || places[reads[r]!] === reads.length - 1 - r;
    const element = (r: number): number | null => (reads[r]! < 0 || !isChosen(r) ? null : x![reads[r]!]!);
    result[i] =
      op.gives === "place"
        ? firstMaximum(element, reads.length)
        : reduceExisting((a, b) => op.combine(k, a, b, type), op.identity(type), element, reads.length);
  }
  return result;
}

/** The first NaN, else the first of the largest; 0 where there is nothing. */
function firstMaximum(element: (r: number) => number | null, size: number): number {
  let best: number | null = null;
  let place = 0;
  for (let r = 0; r < size; r++) {
    const value = element(r);
    if (value === null || (best !== null && !(value > best || (Number.isNaN(value) && !Number.isNaN(best))))) continue;
    best = value;
    place = r;
  }
  return place;
}

export function scan(op: ScanOperation<unknown>, node: Node, [x]: readonly Data[], k: Scalars<number>): Data {
  const { shape, dtype } = node;
  const strides = stridesOf(shape);
  const axis = op.axis(node);
  const kept = otherAxes(shape.length, [axis]);
  const { add } = numbersOf(k, scalarOf(dtype));
  const result = allocate(dtype, sizeOf(shape));
  for (const start of positions(pick(shape, kept), pick(strides, kept))) {
    const at = (r: number): number => start + r * strides[axis]!;
    accumulateInOrder(
      add,
      (r) => x![at(r)]!,
      shape[axis]!,
      (r, sum) => {
        result[at(r)] = sum;
      },
    );
  }
  return result;
}

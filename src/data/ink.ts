/**
 * Handwriting that needs no download: digits drawn by a seeded generator, stroke by stroke. At 16×16 they look as in Semeion, each
 * scaled to fill the box, ink 1 and paper 0; at 28×28 as in MNIST, grey, centred by mass. The n-th digit of a seed is
 * the same on every engine and does not depend on how many are drawn.
 */

import { DataError } from "../base/errors.ts";
import { RandomStream } from "../base/rng.ts";
import type { Split } from "./dataset.ts";
import { Dataset } from "./dataset.ts";
import { digitNames } from "./digits.ts";
import { shuffledIndices } from "./draw.ts";
import { write } from "./ink/hand.ts";
import { boundsOf, type Frame, trace } from "./ink/pen.ts";
import { byteScale } from "./scale.ts";

export type InkSize = 16 | 28;

export interface InkOptions<Size extends InkSize = InkSize> {
  /** Digits to learn from. Default 20000. */
  readonly train?: number;
  /** Digits to test with; others than those to learn from. Default 2000. */
  readonly test?: number;
  /** Rows and columns. Default 16. */
  readonly size?: Size;
  /** Whether pixels count from 0 to 1 in 256 steps. Default: only at 28×28. */
  readonly grey?: boolean;
  /** Decides every digit. Default 1. */
  readonly seed?: number;
}

/**
 * Handwritten digits from a generator. Any ten digits in a row, counted from the first, are the ten classes in some order.
 *
 * @param options  how many, how large, which
 * @returns        one set to learn from and one to test with
 * @throws {DataError} size, train or test is out of range
 * @throws {GradusError} the seed is no integer from 0 to 2⁵³ − 1
 * @example const digits = await ink();  // digits.train: 20000 pictures [16, 16], digits.test: 2000
 */
export async function ink<const Size extends InkSize = 16>(
  options: InkOptions<Size> = {},
): Promise<Split<[Size, Size]>> {
  const { train = 20_000, test = 2000, size = 16, grey = size === 28, seed = 1 } = options;
  if (size !== 16 && size !== 28) {
    throw new DataError(`ink: size must be 16 or 28; got ${size}. Choose one of them.`, {
      operation: "ink",
      actual: String(size),
    });
  }
  const draw = size === 16 ? filledBox : centredByMass;
  const set = (purpose: string, count: number): Dataset<[Size, Size]> => {
    checkCount(purpose, count);
    const inputs = new Uint8Array(count * size * size);
    const targets = new Int32Array(count);
    for (let i = 0; i < count; i++) {
      targets[i] = digitAt(seed, purpose, i);
      const coverage = draw(targets[i]!, new RandomStream(seed, `ink/${purpose}`, i));
      const pixels = coverage.map((value) => Math.floor(grey ? value * 255 + 0.5 : value + 0.5));
      inputs.set(pixels, i * size * size);
    }
    const storage = grey ? byteScale : { multiply: 1, add: 0 };
    return new Dataset({
      inputs,
      inputShape: [size, size] as [Size, Size],
      targets,
      targetShape: [],
      classes: digitNames,
      storage,
    });
  };
  return { train: set("train", train), test: set("test", test) };
}

function checkCount(what: string, count: number): void {
  if (Number.isInteger(count) && count >= 1 && count <= 1_000_000) return;
  throw new DataError(
    `ink: ${what} must be an integer from 1 to 1000000; got ${count}. Ask for fewer or more digits.`,
    {
      operation: "ink",
      actual: String(count),
    },
  );
}

/** Which digit comes at place i: each ten in a row are shuffled. */
function digitAt(seed: number, purpose: string, i: number): number {
  return shuffledIndices(10, new RandomStream(seed, `ink/${purpose}/order`, Math.floor(i / 10)))[i % 10]!;
}

/** 16×16 pixels that the digit fills from edge to edge. */
function filledBox(digit: number, random: RandomStream): Float64Array {
  const { curves, radius } = write(digit, random);
  const { left, top, right, bottom } = boundsOf(curves);
  const frame: Frame = {
    left: left - radius,
    top: top - radius,
    width: (right - left + 2 * radius) / 16,
    height: (bottom - top + 2 * radius) / 16,
    rows: 16,
    columns: 16,
  };
  return trace(curves, radius, frame);
}

/** 28×28 pixels: the digit's longer side takes 20 of them, and its centre of mass is the centre. */
function centredByMass(digit: number, random: RandomStream): Float64Array {
  const { curves, radius } = write(digit, random);
  const { left, top, right, bottom } = boundsOf(curves);
  const pixel = (Math.max(right - left, bottom - top) + 2 * radius) / 20;
  const frame: Frame = {
    left: (left + right) / 2 - 14 * pixel,
    top: (top + bottom) / 2 - 14 * pixel,
    width: pixel,
    height: pixel,
    rows: 28,
    columns: 28,
  };
  const drawn = trace(curves, radius, frame);
  let [mass, rows, columns] = [0, 0, 0];
  drawn.forEach((value, i) => {
    mass += value;
    rows += value * (Math.floor(i / 28) - 13.5);
    columns += value * ((i % 28) - 13.5);
  });
  // By whole pixels, as MNIST does.
  return moved(drawn, Math.floor(rows / mass + 0.5), Math.floor(columns / mass + 0.5));
}

/** The 28×28 picture moved up and to the left, paper coming in. */
function moved(picture: Float64Array, rows: number, columns: number): Float64Array {
  return picture.map((_, i) => {
    const [row, column] = [Math.floor(i / 28) + rows, (i % 28) + columns];
    return row >= 0 && row < 28 && column >= 0 && column < 28 ? picture[row * 28 + column]! : 0;
  });
}

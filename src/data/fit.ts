/**
 * A picture made fit for a network: ink becomes 1 and paper 0 whichever was bright, what is drawn is found, and scaled as the
 * digits that networks learn from are. Refuses networks that take no picture, and pictures without anything on them.
 */

import { DataError, ShapeError } from "../base/errors.ts";
import { type Shape, showShape } from "../base/shape.ts";
import type { Example } from "../network/answer.ts";
import type { Image } from "./image.ts";
import { resample } from "./resample.ts";
import { identityScale, type Scale } from "./scale.ts";

/**
 * What a network gets to see of a picture.
 *
 * A picture of exactly the network's size is taken as it is, inverted where its rim is bright. Of any other, the part with ink is
 * cut out and scaled: for 28×28 as MNIST does, the longer side 20 pixels and the centre of mass in the middle; for other sizes so
 * that it fills the box, as in Semeion. Area averages, so thin strokes become grey and none is lost.
 *
 * @param image          brightness from 0 to 1
 * @param inputShape     of the network: `[rows, columns]` or `[rows, columns, 1]`
 * @param normalization  what the network's data went through, `net.normalization`
 * @param file           the picture's name, for messages
 * @throws {ShapeError} the network takes no grey picture
 * @throws {DataError}  nothing is drawn on the picture
 * @example await net.classify(fitImage(await readImage(bytes), net.inputShape, net.normalization))
 */
export function fitImage(
  image: Image,
  inputShape: Shape,
  normalization: Scale | null = null,
  file = "picture",
): Example {
  const [rows, columns] = sizeOfPicture(inputShape);
  checkSides(image, file);
  const ink = inkOf(image);
  const fits = image.rows === rows && image.columns === columns;
  const fitted = fits ? ink.pixels : scaled(cleaned(ink, file), rows, columns);
  const { multiply, add } = normalization ?? identityScale;
  return { data: fitted.map((value) => Math.fround(value * multiply) + add), shape: inputShape };
}

/** A model may come from anywhere: no number in it decides how much memory a picture takes. */
const longestSide = 4096;

function sizeOfPicture(shape: Shape): [rows: number, columns: number] {
  if (shape.length === 2 || (shape.length === 3 && shape[2] === 1)) {
    const [rows, columns] = [shape[0]!, shape[1]!];
    if (rows <= longestSide && columns <= longestSide) return [rows, columns];
    throw new ShapeError(
      `picture: pictures are fitted to sides of at most ${longestSide} pixels; the network takes ${showShape(shape)}. ` +
        "Give it an example made in a program.",
      { operation: "picture", expected: `at most ${longestSide}`, actual: showShape(shape) },
    );
  }
  throw new ShapeError(
    `picture: needs a network with inputs [rows, columns] or [rows, columns, 1]; got ${showShape(shape)}. ` +
      "Begin the network with such a shape and flatten().",
    { operation: "picture", expected: "[rows, columns]", actual: showShape(shape) },
  );
}

/** Longer sides than any camera's; each pixel along a side costs memory. */
const longestPicture = 30_000;

function checkSides({ rows, columns }: Image, file: string): void {
  if (rows <= longestPicture && columns <= longestPicture) return;
  throw new DataError(
    `${file}: a picture may have ${longestPicture} pixels along a side; it has ${rows} rows of ${columns}. Make it smaller.`,
    { operation: "picture", file, actual: `${rows}×${columns}` },
  );
}

/** The picture with ink 1 and paper 0: inverted where the rim is bright. */
function inkOf(image: Image): Image {
  return rimBrightness(image) > 0.5 ? { ...image, pixels: image.pixels.map((value) => 1 - value) } : image;
}

/** The mean over the rim, and that near its corners, in equal parts: digits that fill their box leave the corners free. */
function rimBrightness({ rows, columns, pixels }: Image): number {
  const near = Math.max(2, Math.floor(Math.min(rows, columns) / 8));
  const [rim, corners] = [new Mean(), new Mean()];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const [down, across] = [Math.min(row, rows - 1 - row), Math.min(column, columns - 1 - column)];
      const value = pixels[row * columns + column]!;
      if (down === 0 || across === 0) rim.add(value);
      if (down + across <= near) corners.add(value);
    }
  }
  return (rim.value + corners.value) / 2;
}

class Mean {
  #sum = 0;
  #count = 0;

  add(value: number): void {
    this.#sum += value;
    this.#count++;
  }

  get value(): number {
    return this.#sum / this.#count;
  }
}

/** Less ink than this, measured on the darkest, is shade or grain of the paper. */
const faint = 0.25;

/** Paper at 0 and the darkest ink at 1, also in a photograph of grey pencil on greyish paper. */
function cleaned(ink: Image, file: string): Image {
  const paper = medianOfRim(ink);
  const most = ink.pixels.reduce((largest, value) => Math.max(largest, value), 0) - paper;
  if (!(most > 0.05)) {
    throw new DataError(
      `${file}: nothing is drawn on it; all its pixels are nearly alike. Draw in black on white or white on black.`,
      {
        operation: "picture",
        file,
      },
    );
  }
  const lift = (value: number): number => Math.max(0, ((value - paper) / most - faint) / (1 - faint));
  return { ...ink, pixels: ink.pixels.map(lift) };
}

function medianOfRim({ rows, columns, pixels }: Image): number {
  const rim = pixels.filter((_, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    return row === 0 || column === 0 || row === rows - 1 || column === columns - 1;
  });
  return rim.sort()[Math.floor(rim.length / 2)]!;
}

interface Box {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** The smallest box with all that has at least half the ink. */
function boxOfInk({ rows, columns, pixels }: Image): Box {
  let [top, left, bottom, right] = [rows, columns, -1, -1];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      if (pixels[row * columns + column]! < 0.5) continue;
      [top, bottom] = [Math.min(top, row), Math.max(bottom, row)];
      [left, right] = [Math.min(left, column), Math.max(right, column)];
    }
  }
  return { top, left, height: bottom + 1 - top, width: right + 1 - left };
}

function scaled(ink: Image, rows: number, columns: number): Float32Array {
  const box = boxOfInk(ink);
  if (rows === 28 && columns === 28) return centredByMass(ink, box);
  const { top, left, height, width } = box;
  return resample(ink, { top, left, height: height / rows, width: width / columns, rows, columns });
}

/** As MNIST was made: 20 pixels for the longer side, moved by whole pixels until the centre of mass is the centre. */
function centredByMass(ink: Image, box: Box): Float32Array {
  const pixel = Math.max(box.height, box.width) / 20;
  const around = (row: number, column: number): Float32Array =>
    resample(ink, {
      top: row - 14 * pixel,
      left: column - 14 * pixel,
      height: pixel,
      width: pixel,
      rows: 28,
      columns: 28,
    });
  const [row, column] = [box.top + box.height / 2, box.left + box.width / 2];
  let [mass, down, across] = [0, 0, 0];
  around(row, column).forEach((value, i) => {
    mass += value;
    down += value * (Math.floor(i / 28) - 13.5);
    across += value * ((i % 28) - 13.5);
  });
  const shift = (moment: number): number => Math.floor(moment / mass + 0.5) * pixel;
  return around(row + shift(down), column + shift(across));
}

/**
 * Semeion's handwritten digits: 16×16 pixels of ink (1) or paper (0), scaled to fill the box. One line of text per digit: 256 pixels
 * row by row, then ten columns of which the digit's is 1. Refuses any other line by its number.
 */

import { type Bytes, bytesIn } from "../base/bytes.ts";
import { FileError } from "../base/errors.ts";
import { show } from "../base/show.ts";
import type { Dataset } from "./dataset.ts";
import { digitNames } from "./digits.ts";
import { fromArrays } from "./from-arrays.ts";

const pixels = 256;
const classes = 10;

/**
 * The data set in the text of `semeion.data`. Its rows are sorted in runs: split with a shuffle, as `split` does.
 *
 * @param source  the whole file
 * @param file    its name, for messages
 * @throws {FileError} a line is not what the format says
 */
export function readSemeion(source: Bytes, file = "semeion.data"): Dataset<[16, 16]> {
  const bytes = bytesIn(source, file);
  const lines = new TextDecoder().decode(bytes).trimEnd().split("\n");
  const inputs = new Uint8Array(lines.length * pixels);
  const targets = new Int32Array(lines.length);
  lines.forEach((line, row) => {
    const refuse = (actual: string): never => {
      throw new FileError(
        `${file}, line ${row + 1}: must have 256 pixels of 0 or 1 and ten columns of which one is 1; ${actual}. ` +
          "Fetch the file again.",
        { operation: "semeion", file, line: row + 1, actual },
      );
    };
    const numbers = line.trim().split(/\s+/);
    if (numbers.length !== pixels + classes) refuse(`it has ${line.trim() === "" ? 0 : numbers.length} numbers`);
    const values = Uint8Array.from(numbers, (text, column) => {
      const value = Number(text);
      return value === 0 || value === 1 ? value : refuse(`column ${column + 1} is ${show(text, 20)}`);
    });
    const label = values.indexOf(1, pixels) - pixels;
    if (label < 0 || values.indexOf(1, pixels + label + 1) >= 0) refuse("not exactly one of the ten is 1");
    inputs.set(values.subarray(0, pixels), row * pixels);
    targets[row] = label;
  });
  return fromArrays({ inputs, targets, classes: digitNames, inputShape: [16, 16] });
}

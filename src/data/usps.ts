/**
 * The digits of the US postal service as distributed with "The Elements of Statistical Learning": one line of text per digit, its
 * class and then 16×16 grey values from −1 (paper) to 1 (ink). Read as values from 0 to 1, as all
 * pictures here. Refuses any other line by its number.
 */

import { type Bytes, bytesIn } from "../base/bytes.ts";
import { FileError } from "../base/errors.ts";
import { show } from "../base/show.ts";
import type { Dataset } from "./dataset.ts";
import { digitNames } from "./digits.ts";
import { fromArrays } from "./from-arrays.ts";
import { gunzip, isGzip } from "./gunzip.ts";

const pixels = 256;

/** The official files inflate to 16 MB. */
const longestText = 64_000_000;

/**
 * The data set in the text of `zip.train` or `zip.test`, gzipped or not.
 *
 * @param source  the whole file
 * @param file    its name, for messages
 * @throws {FileError} a line is not what the format says
 */
export async function readUsps(source: Bytes, file = "zip.train"): Promise<Dataset<[16, 16]>> {
  const bytes = bytesIn(source, file);
  const text = isGzip(bytes) ? await inflate(bytes, file) : bytes;
  const lines = new TextDecoder().decode(text).trimEnd().split("\n");
  const inputs = new Float32Array(lines.length * pixels);
  const targets = new Int32Array(lines.length);
  lines.forEach((line, row) => {
    const refuse = (actual: string): never => {
      throw new FileError(
        `${file}, line ${row + 1}: must have a digit and 256 values from -1 to 1; ${actual}. Fetch the file again.`,
        { operation: "usps", file, line: row + 1, actual },
      );
    };
    const numbers = line.trim().split(/\s+/);
    if (numbers.length !== 1 + pixels) refuse(`it has ${line.trim() === "" ? 0 : numbers.length} numbers`);
    const label = Number(numbers[0]);
    if (!digitNames[label]) refuse(`its digit is ${show(numbers[0]!, 20)}`);
    targets[row] = label;
    for (let i = 0; i < pixels; i++) {
      const value = Number(numbers[1 + i]);
      if (!(Math.abs(value) <= 1)) refuse(`column ${i + 2} is ${show(numbers[1 + i]!, 20)}`);
      inputs[row * pixels + i] = (value + 1) / 2;
    }
  });
  return fromArrays({ inputs, targets, classes: digitNames, inputShape: [16, 16] });
}

async function inflate(bytes: Uint8Array, file: string): Promise<Uint8Array> {
  const text = new Uint8Array(longestText);
  const { length, all } = await gunzip(bytes, text, file);
  if (all) return text.subarray(0, length);
  throw new FileError(`${file}: must inflate to at most ${longestText} bytes; it has more. It is no file of USPS.`, {
    operation: "usps",
    file,
  });
}

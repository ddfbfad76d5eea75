/**
 * PGM, the plain grey picture of Netpbm: a header of `P5` (bytes) or `P2` (text), width, height and the value of white, then the
 * pixels row by row. The size that the header declares is compared with the bytes that are there before anything is allocated.
 * Of several pictures in one file the first is read. Refuses the other formats of the family by name.
 */

import { FileError } from "../base/errors.ts";
import type { Image } from "./image.ts";

/** Whether the bytes belong to Netpbm's family, P1 to P7. */
export function isPgm(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1]! >= 0x31 && bytes[1]! <= 0x37;
}

/**
 * The picture in the bytes of a PGM file.
 *
 * @param file  its name, for messages
 * @throws {FileError} another format, a damaged header, too few pixels, a pixel brighter than white
 */
export function readPgm(bytes: Uint8Array, file = "PGM"): Image {
  const format = `P${String.fromCharCode(bytes[1]!)}`;
  if (format !== "P2" && format !== "P5") {
    throw refusal(file, `PGM begins with P2 or P5; it begins with ${format}`, "Convert it to PGM.");
  }
  const reader = new Reader(bytes, file);
  const [columns, rows, white] = [reader.number("width"), reader.number("height"), reader.number("value of white")];
  if (columns < 1 || rows < 1 || white < 1 || white > 65535) {
    const actual = `${columns}×${rows} and ${white}`;
    throw refusal(
      file,
      `PGM needs at least 1×1 pixels and a white from 1 to 65535; it says ${actual}`,
      "Save it again.",
    );
  }
  // In text a pixel takes a digit and a space at least, but for the last space.
  const width = format === "P2" || white > 255 ? 2 : 1;
  const needed = rows * columns * width - (format === "P2" ? 1 : 0);
  const available = bytes.length - reader.position - 1;
  if (available < needed) {
    throw refusal(
      file,
      `a PGM picture of ${columns}×${rows} pixels must have ${format === "P2" ? "at least " : ""}${needed} bytes after its header; ` +
        `it has ${Math.max(0, available)}`,
      "It is cut off; fetch it again.",
    );
  }
  const next = format === "P2" ? () => reader.number("pixel") : reader.binary(width);
  const pixels = Float32Array.from({ length: rows * columns }, (_, i) => {
    const value = next();
    if (value <= white) return value / white;
    throw refusal(file, `no pixel may be brighter than white, ${white}; pixel ${i + 1} is ${value}`, "Save it again.");
  });
  return { rows, columns, pixels };
}

/** Numbers in text, with white space and comments between them; then, perhaps, binary ones. */
class Reader {
  readonly #bytes: Uint8Array;
  readonly #file: string;
  position = 2;

  constructor(bytes: Uint8Array, file: string) {
    this.#bytes = bytes;
    this.#file = file;
  }

  number(what: string): number {
    this.#skipSpace();
    const from = this.position;
    let value = 0;
    for (; isDigit(this.#bytes[this.position]); this.position++) {
      value = value * 10 + this.#bytes[this.position]! - 0x30;
    }
    const length = this.position - from;
    if (length >= 1 && length <= 9) return value;
    const found = String.fromCharCode(...this.#bytes.subarray(from, from + 10)).replace(/[^ -~]/g, "?");
    const actual = found === "" ? "the file ends" : `there is "${found}"`;
    throw refusal(this.#file, `PGM needs a number as ${what}; ${actual}`, "It is damaged; save it again.");
  }

  /** One byte separates the header from binary pixels; those of two bytes have the larger first. */
  binary(width: number): () => number {
    this.position++;
    const bytes = this.#bytes;
    if (width === 1) return () => bytes[this.position++]!;
    return () => bytes[this.position++]! * 256 + bytes[this.position++]!;
  }

  #skipSpace(): void {
    for (; this.position < this.#bytes.length; this.position++) {
      const byte = this.#bytes[this.position]!;
      if (byte === 0x23)
        while (this.position < this.#bytes.length && !isLineEnd(this.#bytes[this.position])) this.position++;
      else if (byte !== 0x20 && !(byte >= 0x09 && byte <= 0x0d)) return;
    }
  }
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

function isLineEnd(byte: number | undefined): boolean {
  return byte === 0x0a || byte === 0x0d;
}

function refusal(file: string, problem: string, hint: string): FileError {
  return new FileError(`${file}: ${problem}. ${hint}`, { operation: "PGM", file, hint });
}

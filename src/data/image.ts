/**
 * Pictures from files: grey, one number per pixel. PGM is read here; PNG, JPEG, WebP and GIF by what the platform offers, loaded
 * when it is needed. Refuses whatever begins like none of them.
 */

import { type Bytes, bytesIn } from "../base/bytes.ts";
import { FileError } from "../base/errors.ts";
import { isPgm, readPgm } from "./pgm.ts";

/** A grey picture, as bright as it was stored. */
export interface Image {
  readonly rows: number;
  readonly columns: number;
  /** Brightness from 0 (black) to 1 (white), `[rows, columns]` in row-major order. */
  readonly pixels: Float32Array;
}

/**
 * The picture in the bytes of a file; colours become grey, what is transparent white.
 *
 * @param source  the whole file: PGM; or PNG, JPEG, WebP, GIF with the package sharp (Node, Deno, Bun)
 * @param file    its name, for messages
 * @throws {FileError} the bytes are no such picture, or damaged
 * @example const { rows, columns } = await readImage(bytes, "seven.pgm");
 */
export async function readImage(source: Bytes, file = "picture"): Promise<Image> {
  const bytes = bytesIn(source, file);
  if (isPgm(bytes)) return readPgm(bytes, file);
  const format = formatOf(bytes);
  if (format !== null) {
    const { decodeImage } = await import("#image");
    return decodeImage(bytes, file, format);
  }
  const found = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ") || "nothing";
  throw new FileError(
    `${file}: must be a picture in PGM, PNG, JPEG, WebP or GIF; it begins with ${found}. Convert it.`,
    { operation: "image", file, actual: found },
  );
}

/** The format that a file's first bytes announce; null for none of those that can be decoded. */
function formatOf(bytes: Uint8Array): string | null {
  const text = (from: number, to: number): string => String.fromCharCode(...bytes.subarray(from, to));
  if (text(0, 4) === "\u0089PNG") return "PNG";
  if (text(0, 3) === "\u00ff\u00d8\u00ff") return "JPEG";
  if (text(0, 4) === "GIF8") return "GIF";
  return text(0, 4) === "RIFF" && text(8, 12) === "WEBP" ? "WebP" : null;
}

/**
 * Pictures in Node, Deno and Bun: decoded by the package sharp, where it is installed. Others import this file as `#image`, which in
 * browsers is ../web/image.ts. Refuses damaged and absurdly large pictures, and says how to get sharp where it is missing.
 */

import { FileError } from "../../base/errors.ts";
import { show } from "../../base/show.ts";
import type { Image } from "../image.ts";

/** Beyond this a picture is no picture of something to be recognized. */
const mostPixels = 50_000_000;

/**
 * A grey picture from the bytes of a file, upright as the camera meant it, on white where it is transparent.
 *
 * @param format  what the file is, for messages: "PNG"
 * @throws {FileError} sharp is missing, or the picture is damaged or too large
 */
export async function decodeImage(bytes: Uint8Array, file: string, format: string): Promise<Image> {
  const sharp = await loadSharp(file, format);
  try {
    const { data, info } = await sharp(bytes, { limitInputPixels: mostPixels })
      .rotate()
      .flatten({ background: "white" })
      .greyscale()
      .raw()
      .toBuffer({ resolveWithObject: true });
    const { height: rows, width: columns, channels } = info;
    const pixels = Float32Array.from({ length: rows * columns }, (_, i) => data[i * channels]! / 255);
    return { rows, columns, pixels };
  } catch (cause) {
    const actual = cause instanceof Error ? show(cause.message.split("\n")[0]!, 200) : "unknown";
    throw new FileError(
      `${file}: must be a whole ${format} picture of at most ${mostPixels / 1e6} million pixels; it could not be decoded (${actual}). ` +
        "Save it again.",
      { operation: "image", file, actual },
      { cause },
    );
  }
}

async function loadSharp(file: string, format: string): Promise<typeof import("sharp")["default"]> {
  try {
    return (await import("sharp")).default;
  } catch (cause) {
    throw new FileError(
      `${file}: ${format} pictures are decoded by the package sharp, which is not installed. ` +
        "Install it (npm install sharp), or convert the picture to PGM.",
      { operation: "image", file, hint: "npm install sharp" },
      { cause },
    );
  }
}

/**
 * Gzip without a library: the decompression that engines bring, with a bound. A small file can inflate to
 * a thousand times its size, so nothing is inflated beyond what the caller expects.
 */

import { inflating } from "#inflating";
import { FileError } from "../base/errors.ts";

export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** Deflate cannot shrink data by more than this factor. */
export const largestGzipRatio = 1032;

/**
 * Inflates as much as `into` takes.
 *
 * @param into  where the bytes go, from its start
 * @param file  its name, for messages
 * @returns     how many bytes came, and whether there are no more
 * @throws {FileError} the data is damaged or cut off within the inflated part
 */
export async function gunzip(
  bytes: Uint8Array,
  into: Uint8Array,
  file: string,
): Promise<{ length: number; all: boolean }> {
  let length = 0;
  try {
    // One byte more than is wanted tells whether there are more.
    for await (const piece of inflating(bytes, into.length + 1)) {
      const room = into.length - length;
      into.set(piece.subarray(0, room), length);
      length += Math.min(room, piece.length);
      if (piece.length > room) return { length, all: false };
    }
    return { length, all: true };
  } catch (error) {
    throw new FileError(
      `${file}: its gzip data must be whole; it is damaged or cut off after ${length} bytes. Fetch the file again.`,
      { operation: "gunzip", file, actual: `${length} bytes`, hint: "Fetch the file again." },
      { cause: error },
    );
  }
}

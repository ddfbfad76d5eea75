/**
 * Gzip without a library: the decompression that Node and browsers share, with a bound. A small file can inflate to
 * a thousand times its size, so nothing is inflated beyond what the caller expects.
 */

import { FileError } from "../base/errors.ts";
import { concat } from "./bytes.ts";

export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** Deflate cannot shrink data by more than this factor. */
export const largestGzipRatio = 1032;

/**
 * Inflates at most `most` bytes.
 *
 * @param file  its name, for messages
 * @returns     the bytes, and whether there are no more
 * @throws {FileError} the data is damaged or cut off within the inflated part
 */
export async function gunzip(
  bytes: Uint8Array,
  most: number,
  file: string,
): Promise<{ bytes: Uint8Array; all: boolean }> {
  const input = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream();
  const reader = input.pipeThrough(new DecompressionStream("gzip")).getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    while (length <= most) {
      const { done, value } = await reader.read();
      if (done) return { bytes: concat(chunks, length), all: true };
      chunks.push(value);
      length += value.length;
    }
  } catch (error) {
    throw new FileError(
      `${file}: its gzip data must be whole; it is damaged or cut off after ${length} bytes. Fetch the file again.`,
      { operation: "gunzip", file, actual: `${length} bytes`, hint: "Fetch the file again." },
      { cause: error },
    );
  }
  await reader.cancel().catch(() => {});
  return { bytes: concat(chunks, length).subarray(0, most), all: false };
}

/**
 * The hash of a state: SHA-256 over everything a network consists of, in order, so that two runs can be compared by one line.
 * The same values give the same hash on every machine; all NaNs count as one. Needs Web Crypto (Node, Deno, Bun, pages served
 * over https or from localhost).
 */

import type { Data, DType } from "./dtype.ts";
import { bytesOf } from "./dtype.ts";
import { GradusError } from "./errors.ts";
import type { Shape } from "./shape.ts";

export interface StateEntry {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
  /** As many elements as the shape has. */
  readonly data: Data;
}

/**
 * SHA-256 over the entries in the given order, as 64 hexadecimal digits.
 *
 * Hashed is, for each entry: the byte length of a header (uint32), the header `["name","dtype",[shape]]` (JSON, UTF-8), the byte
 * length of the data (uint32 low, uint32 high), the data; all little-endian, every NaN as the quiet NaN without payload.
 *
 * @throws {GradusError} where Web Crypto is missing
 */
export async function stateHash(entries: readonly StateEntry[]): Promise<string> {
  const headers = entries.map(({ name, dtype, shape }) =>
    new TextEncoder().encode(JSON.stringify([name, dtype, shape])),
  );
  let size = 0;
  entries.forEach((entry, i) => {
    size += 12 + headers[i]!.length + entry.data.byteLength;
  });
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  let offset = 0;
  entries.forEach(({ dtype, data }, i) => {
    const header = headers[i]!;
    view.setUint32(offset, header.length, true);
    bytes.set(header, offset + 4);
    offset += 4 + header.length;
    view.setUint32(offset, data.byteLength >>> 0, true);
    view.setUint32(offset + 4, Math.floor(data.byteLength / 0x100000000), true);
    writeElements[dtype](view, offset + 8, data);
    offset += 8 + data.length * bytesOf(dtype);
  });
  return sha256("state hash", bytes);
}

/**
 * SHA-256 of some bytes, as 64 hexadecimal digits.
 *
 * @param operation  what needs it, for the message
 * @throws {GradusError} where Web Crypto is missing
 */
export async function sha256(operation: string, bytes: Uint8Array): Promise<string> {
  if (globalThis.crypto?.subtle === undefined) {
    throw new GradusError(
      `${operation}: needs crypto.subtle, which browsers offer only to pages from https or localhost. Serve the page from there.`,
      { operation },
    );
  }
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

type Write = (view: DataView, offset: number, data: Data) => void;

const writeBytes: Write = (view, offset, data) => {
  data.forEach((value, i) => view.setUint8(offset + i, value));
};

/** How the elements of each dtype become bytes. */
const writeElements: Record<DType, Write> = {
  float32: (view, offset, data) => {
    data.forEach((value, i) => {
      if (Number.isNaN(value)) view.setUint32(offset + 4 * i, 0x7fc00000, true);
      else view.setFloat32(offset + 4 * i, value, true);
    });
  },
  float64: (view, offset, data) => {
    data.forEach((value, i) => {
      if (Number.isNaN(value)) view.setBigUint64(offset + 8 * i, 0x7ff8000000000000n, true);
      else view.setFloat64(offset + 8 * i, value, true);
    });
  },
  int32: (view, offset, data) => data.forEach((value, i) => view.setInt32(offset + 4 * i, value, true)),
  uint32: (view, offset, data) => data.forEach((value, i) => view.setUint32(offset + 4 * i, value, true)),
  uint8: writeBytes,
  bool: writeBytes,
};

/**
 * The hash of a state: SHA-256 over everything a network consists of, in order, so that two runs can be compared by one line.
 * The same values give the same hash on every machine; all NaNs count as one. States can be large: they are read piece by piece.
 */

import { startSha256 } from "#sha256";
import { bytesOf, type Data, type DType } from "./dtype.ts";
import { type Shape, sizeOf } from "./shape.ts";

export interface StateEntry {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
  /** As many elements as the shape has, one piece after the other. */
  readonly pieces: Iterable<Data> | AsyncIterable<Data>;
}

/**
 * SHA-256 over the entries in the given order, as 64 hexadecimal digits.
 *
 * Hashed is, for each entry: the byte length of a header (uint32), the header `["name","dtype",[shape]]` (JSON, UTF-8), the byte
 * length of the data (uint32 low, uint32 high), the data; all little-endian, every NaN as the quiet NaN without payload.
 *
 * @throws {GradusError} where the engine has no SHA-256
 */
export async function stateHash(entries: readonly StateEntry[]): Promise<string> {
  const hash = startSha256("state hash");
  for (const { name, dtype, shape, pieces } of entries) {
    const header = new TextEncoder().encode(JSON.stringify([name, dtype, shape]));
    const bytes = sizeOf(shape) * bytesOf(dtype);
    hash.update(uint32s(header.length));
    hash.update(header);
    hash.update(uint32s(bytes >>> 0, Math.floor(bytes / 0x100000000)));
    for await (const piece of pieces) hash.update(littleEndian(dtype, piece));
  }
  return hexadecimal(await hash.digest());
}

/**
 * SHA-256 of some bytes, as 64 hexadecimal digits.
 *
 * @param operation  what needs it, for the message
 * @throws {GradusError} where the engine has no SHA-256
 */
export async function sha256(operation: string, bytes: Uint8Array): Promise<string> {
  const hash = startSha256(operation);
  hash.update(bytes);
  return hexadecimal(await hash.digest());
}

function hexadecimal(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function uint32s(...values: number[]): Uint8Array {
  return littleEndian("uint32", Uint32Array.from(values));
}

/** The elements as bytes, on every machine in the same order. */
function littleEndian(dtype: DType, data: Data): Uint8Array {
  const view = new DataView(new ArrayBuffer(data.length * bytesOf(dtype)));
  const write = writeElement[dtype];
  for (let i = 0; i < data.length; i++) write(view, i, data[i]!);
  return new Uint8Array(view.buffer);
}

type Write = (view: DataView, index: number, value: number) => void;

const writeByte: Write = (view, index, value) => view.setUint8(index, value);

const writeElement: Record<DType, Write> = {
  float32: (view, index, value) => {
    if (Number.isNaN(value)) view.setUint32(4 * index, 0x7fc00000, true);
    else view.setFloat32(4 * index, value, true);
  },
  float64: (view, index, value) => {
    if (Number.isNaN(value)) view.setBigUint64(8 * index, 0x7ff8000000000000n, true);
    else view.setFloat64(8 * index, value, true);
  },
  int32: (view, index, value) => view.setInt32(4 * index, value, true),
  uint32: (view, index, value) => view.setUint32(4 * index, value, true),
  uint8: writeByte,
  bool: writeByte,
};

/**
 * The number types of safetensors and what becomes of them here. Half precision widens to float32, small and 64-bit
 * integers become int32 where they fit; eight-bit floats are unknown.
 */

import { allocate, type Data, type DType, viewOf } from "../base/dtype.ts";

export interface FileDType {
  readonly bytes: number;
  /** What it becomes. */
  readonly dtype: DType;
  /** Its values from little-endian bytes, null where one does not fit. Never a view: bytes may lie anywhere. */
  readonly decode: (bytes: Uint8Array) => Data | null;
}

/** The same type in the file. */
export const nameInFile: Readonly<Record<DType, string>> = {
  float32: "F32",
  float64: "F64",
  int32: "I32",
  uint32: "U32",
  uint8: "U8",
  bool: "BOOL",
};

function same(dtype: DType, bytes: number): FileDType {
  return { bytes, dtype, decode: (source) => viewOf(dtype, source.slice().buffer, 0, source.length / bytes) };
}

function widened(
  bytes: number,
  dtype: "float32" | "int32",
  read: (view: DataView, offset: number) => number,
): FileDType {
  const decode = (source: Uint8Array): Data => {
    const view = new DataView(source.buffer, source.byteOffset, source.byteLength);
    const values = allocate(dtype, source.length / bytes);
    for (let i = 0; i < values.length; i++) values[i] = read(view, i * bytes);
    return values;
  };
  return { bytes, dtype, decode };
}

export const fileDTypes: Readonly<Record<string, FileDType>> = {
  F64: same("float64", 8),
  F32: same("float32", 4),
  F16: widened(2, "float32", (view, offset) => halfToNumber(view.getUint16(offset, true))),
  BF16: widened(2, "float32", (view, offset) => {
    word.setUint32(0, view.getUint16(offset, true) << 16);
    return word.getFloat32(0);
  }),
  I64: { bytes: 8, dtype: "int32", decode: decodeInt64 },
  I32: same("int32", 4),
  I16: widened(2, "int32", (view, offset) => view.getInt16(offset, true)),
  I8: widened(1, "int32", (view, offset) => view.getInt8(offset)),
  U32: same("uint32", 4),
  U16: widened(2, "int32", (view, offset) => view.getUint16(offset, true)),
  U8: same("uint8", 1),
  BOOL: { bytes: 1, dtype: "bool", decode: (bytes) => (bytes.some((byte) => byte > 1) ? null : bytes.slice()) },
};

const word = new DataView(new ArrayBuffer(4));

/** IEEE 754 binary16: sign, five bits of exponent, ten of fraction. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return (sign * fraction) / 0x1000000;
  return sign * (1024 + fraction) * (exponent >= 25 ? 1 << (exponent - 25) : 1 / (1 << (25 - exponent)));
}

function decodeInt64(bytes: Uint8Array): Int32Array | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = new Int32Array(bytes.length / 8);
  for (let i = 0; i < values.length; i++) {
    values[i] = view.getInt32(8 * i, true);
    // It fits where the upper half only repeats the sign.
    if (view.getInt32(8 * i + 4, true) !== values[i]! >> 31) return null;
  }
  return values;
}

/**
 * Element types and the typed arrays that carry them. `bool` is stored as one byte, 0 or 1. Nothing promotes silently: two
 * tensors meet only with the same dtype.
 */

export type DType = "float32" | "float64" | "int32" | "uint32" | "uint8" | "bool";

/** The typed array that carries each dtype on the JavaScript side. */
export interface DataOf {
  float32: Float32Array;
  float64: Float64Array;
  int32: Int32Array;
  uint32: Uint32Array;
  uint8: Uint8Array;
  bool: Uint8Array;
}

export type Data<D extends DType = DType> = DataOf[D];

interface DTypeFacts {
  readonly bytes: number;
  readonly kind: "float" | "integer" | "bool";
  readonly array: new (length: number) => Data;
  readonly view: (buffer: ArrayBufferLike, byteOffset: number, length: number) => Data;
}

const facts: Record<DType, DTypeFacts> = {
  float32: { bytes: 4, kind: "float", array: Float32Array, view: (b, o, n) => new Float32Array(b, o, n) },
  float64: { bytes: 8, kind: "float", array: Float64Array, view: (b, o, n) => new Float64Array(b, o, n) },
  int32: { bytes: 4, kind: "integer", array: Int32Array, view: (b, o, n) => new Int32Array(b, o, n) },
  uint32: { bytes: 4, kind: "integer", array: Uint32Array, view: (b, o, n) => new Uint32Array(b, o, n) },
  uint8: { bytes: 1, kind: "integer", array: Uint8Array, view: (b, o, n) => new Uint8Array(b, o, n) },
  bool: { bytes: 1, kind: "bool", array: Uint8Array, view: (b, o, n) => new Uint8Array(b, o, n) },
};

/** All dtypes, in the order in which documentation lists them. */
export const dtypes: readonly DType[] = Object.keys(facts) as DType[];

export function bytesOf(dtype: DType): number {
  return facts[dtype].bytes;
}

export function isFloat(dtype: DType): boolean {
  return facts[dtype].kind === "float";
}

export function isInteger(dtype: DType): boolean {
  return facts[dtype].kind === "integer";
}

/** A zeroed array for `length` elements. */
export function allocate<D extends DType>(dtype: D, length: number): Data<D> {
  return new facts[dtype].array(length) as Data<D>;
}

/** The bytes at `byteOffset` seen as `length` elements of `dtype`; no copy. */
export function viewOf<D extends DType>(
  dtype: D,
  buffer: ArrayBufferLike,
  byteOffset: number,
  length: number,
): Data<D> {
  return facts[dtype].view(buffer, byteOffset, length) as Data<D>;
}

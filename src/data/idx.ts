/**
 * IDX, the format of MNIST: a type, a shape, then numbers, big-endian. Reads bytes, int32 and float32 of any rank, gzipped or not.
 * The size that the header declares is compared with the bytes that are there before anything is
 * allocated, and no more is inflated than it declares.
 */

import { type Bytes, bytesIn, lastingBytes } from "../base/bytes.ts";
import type { Data } from "../base/dtype.ts";
import { DataError, FileError } from "../base/errors.ts";
import { type Shape, showShape, sizeOf } from "../base/shape.ts";
import type { Dataset } from "./dataset.ts";
import { fromArrays } from "./from-arrays.ts";
import { gunzip, isGzip, largestGzipRatio } from "./gunzip.ts";
import { byteScale } from "./scale.ts";

export interface IdxArray {
  readonly dtype: "uint8" | "int32" | "float32";
  readonly shape: Shape;
  /** Row-major; bytes are a view of what was parsed. */
  readonly data: Data<"uint8" | "int32" | "float32">;
}

interface IdxType {
  readonly name: string;
  readonly bytes: number;
  readonly read?: (bytes: Uint8Array, length: number) => IdxArray["data"];
  readonly dtype?: IdxArray["dtype"];
}

/** By the third byte of the file. */
const types: Readonly<Record<number, IdxType>> = {
  0x08: { name: "uint8", bytes: 1, dtype: "uint8", read: (bytes) => bytes },
  0x09: { name: "int8", bytes: 1 },
  0x0b: { name: "int16", bytes: 2 },
  0x0c: { name: "int32", bytes: 4, dtype: "int32", read: readInt32 },
  0x0d: { name: "float32", bytes: 4, dtype: "float32", read: readFloat32 },
  0x0e: { name: "float64", bytes: 8 },
};

/** The longest header: four bytes and 255 dimensions. */
const longestHeader = 4 + 4 * 255;

/**
 * An array from the bytes of an IDX file, gzipped or not.
 *
 * @param source  the whole file
 * @param file    its name, for messages
 * @throws {FileError} the bytes are no such file, or more or fewer than its header declares
 * @example const images = await readIdx(imageBytes, "train-images-idx3-ubyte.gz");  // images.shape: [60000, 28, 28]
 */
export async function readIdx(source: Bytes, file = "IDX"): Promise<IdxArray> {
  const bytes = bytesIn(source, file);
  if (!isGzip(bytes)) return parseIdx(bytes, bytes.length, file);
  const head = new Uint8Array(longestHeader);
  const { length: headLength } = await gunzip(bytes, head, file);
  const { size } = readHeader(head.subarray(0, headLength), file);
  // What no gzip data of this length can hold is not inflated.
  const inflated = roomFor(Math.min(size, bytes.length * largestGzipRatio), file);
  const { length, all } = await gunzip(bytes, inflated, file);
  return parseIdx(inflated.subarray(0, length), all ? length : Infinity, file);
}

function roomFor(bytes: number, file: string): Uint8Array {
  try {
    return lastingBytes(bytes);
  } catch (cause) {
    throw new FileError(
      `${file}: inflated it can have ${bytes} bytes, as its header says, and no memory holds so many. ` +
        "Fetch the file again, or divide the set.",
      { operation: "IDX", file, actual: String(bytes) },
      { cause },
    );
  }
}

/** `available` bytes are there, of which `bytes` are as many as the header can ask for. */
function parseIdx(bytes: Uint8Array, available: number, file: string): IdxArray {
  const { type, shape, start, size } = readHeader(bytes, file);
  if (available !== size) {
    const found = available === Infinity ? "more" : `${available} bytes`;
    const problem = available < size ? "It is cut off; fetch it again." : "Something was appended; fetch it again.";
    throw new FileError(
      `${file}: an IDX file of ${type.name} ${showShape(shape)} must have ${size} bytes; it has ${found}. ${problem}`,
      { operation: "IDX", file, expected: String(size), actual: found },
    );
  }
  return { dtype: type.dtype, shape, data: type.read(bytes.subarray(start, size), sizeOf(shape)) };
}

interface Header {
  readonly type: Required<IdxType>;
  readonly shape: Shape;
  /** Where the numbers begin. */
  readonly start: number;
  /** The bytes of the whole file, as declared. */
  readonly size: number;
}

function readHeader(bytes: Uint8Array, file: string): Header {
  const start = 4 + 4 * (bytes[3] ?? 0);
  if (bytes.length < 4 || bytes[0] !== 0 || bytes[1] !== 0 || bytes.length < start) {
    const found = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ") || "nothing";
    throw new FileError(
      `${file}: an IDX file begins with 00 00, a type, a rank and as many dimensions; ` +
        `it begins with ${found} and has ${bytes.length} bytes. It is no IDX file, or cut off.`,
      { operation: "IDX", file, actual: found },
    );
  }
  const type = readableType(bytes[2]!, file);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const shape = Array.from({ length: bytes[3]! }, (_, axis) => view.getUint32(4 + 4 * axis));
  return { type, shape, start, size: start + sizeOf(shape) * type.bytes };
}

function readableType(code: number, file: string): Required<IdxType> {
  const type = types[code];
  if (type?.read) return type as Required<IdxType>;
  const found = type?.name ?? `unknown (${code.toString(16)})`;
  throw new FileError(
    `${file}: IDX types that can be read are uint8, int32 and float32; it is ${found}. Convert the file.`,
    { operation: "IDX", file, expected: "uint8, int32 or float32", actual: found },
  );
}

function readInt32(bytes: Uint8Array, length: number): Int32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return Int32Array.from({ length }, (_, i) => view.getInt32(4 * i));
}

function readFloat32(bytes: Uint8Array, length: number): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return Float32Array.from({ length }, (_, i) => view.getFloat32(4 * i));
}

export interface IdxPairOptions {
  /** Class names by label. Default: the numbers. */
  readonly classes?: readonly string[];
  /** Names of the two files, for messages. */
  readonly files?: readonly [inputs: string, labels: string];
}

/**
 * A data set from the two files that belong together: inputs of any shape, and one label each. Bytes count from 0 to 1.
 *
 * @param inputs  the bytes of the first file, `[length, ...inputShape]`, gzipped or not
 * @param labels  the bytes of the second file, `[length]`
 * @throws {FileError} a file is damaged
 * @throws {DataError} the files do not belong together
 * @example const test = await readIdxPair(imageBytes, labelBytes);  // in a browser, from fetch
 */
export async function readIdxPair(inputs: Bytes, labels: Bytes, options: IdxPairOptions = {}): Promise<Dataset> {
  const { classes, files = ["inputs", "labels"] } = options;
  const [x, y] = await Promise.all([readIdx(inputs, files[0]), readIdx(labels, files[1])]);
  if (y.shape.length !== 1 || y.dtype === "float32") {
    throw new DataError(
      `${files[1]}: labels must be a list of integers; got ${y.dtype} ${showShape(y.shape)}. Name inputs first, then labels.`,
      { operation: "IDX", file: files[1], actual: `${y.dtype} ${showShape(y.shape)}` },
    );
  }
  if (x.shape[0] !== y.shape[0]) {
    throw new DataError(
      `${files[0]}: needs one label per input; got ${showShape(x.shape)} and ${y.shape[0]} labels in ${files[1]}. ` +
        "Take both files from the same set.",
      { operation: "IDX", file: files[0], inputs: x.shape[0], targets: y.shape[0] },
    );
  }
  const rest = { targets: y.data, inputShape: x.shape.slice(1), ...(classes ? { classes } : {}) };
  return fromArrays({ inputs: x.data, ...rest, ...(x.dtype === "uint8" ? { scale: byteScale } : {}) });
}

/**
 * Safetensors, the format in which models are saved: a JSON header that names every tensor, then their bytes. Spoken
 * as Hugging Face's specification has it, so other programs read what is written here. Reading is strict: the header
 * and every offset are checked against the bytes that are there before anything is allocated, and a number
 * type that has no exact counterpart is refused.
 */

import { type Bytes, bytesIn } from "../base/bytes.ts";
import { allocate, bytesOf, type Data, type DType } from "../base/dtype.ts";
import { FileError } from "../base/errors.ts";
import { type Shape, showShape, sizeOf } from "../base/shape.ts";
import { show, showValue } from "../base/show.ts";
import { fileDTypes, nameInFile } from "./safetensors-dtypes.ts";

/** A tensor's values in row-major order. */
export interface TensorData {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly data: Data;
}

export interface Safetensors {
  /** By name, in the order of the header. */
  readonly tensors: ReadonlyMap<string, TensorData>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** The specification's limit; also what keeps a hostile header small. */
const longestHeader = 100_000_000;

/** No tensor has more axes. */
const mostAxes = 64;

interface HeaderEntry {
  readonly dtype: string;
  readonly shape: Shape;
  readonly data_offsets: readonly [begin: number, end: number];
}

/**
 * Tensors as the bytes of a `.safetensors` file.
 *
 * @param tensors   by name, in any order; data of as many elements as the shape has
 * @param metadata  any texts by name
 * @throws {FileError} dtype, data and shape of a tensor do not agree, or metadata is no text
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, TensorData> | Readonly<Record<string, TensorData>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const entries: [string, TensorData][] = tensors instanceof Map ? [...tensors] : Object.entries(tensors);
  for (const [name, tensor] of entries) checkTensor(name, tensor);
  checkMetadata(metadata);
  const header: [string, unknown][] = Object.keys(metadata).length > 0 ? [["__metadata__", metadata]] : [];
  // The widest first: then every tensor begins at a multiple of its element size.
  const placed = entries.toSorted(([, a], [, b]) => bytesOf(b.dtype) - bytesOf(a.dtype));
  const offsets = new Map<string, number>();
  let size = 0;
  for (const [name, { data }] of placed) {
    offsets.set(name, size);
    size += data.byteLength;
  }
  for (const [name, { dtype, shape, data }] of entries) {
    const begin = offsets.get(name)!;
    header.push([name, { dtype: nameInFile[dtype], shape, data_offsets: [begin, begin + data.byteLength] }]);
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const headerLength = Math.ceil(json.length / 8) * 8;
  const file = new Uint8Array(8 + headerLength + size);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerLength), true);
  file.fill(0x20, 8, 8 + headerLength);
  file.set(json, 8);
  for (const [name, { data }] of placed) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 8 + headerLength + offsets.get(name)!);
  }
  return file;
}

function checkTensor(name: string, tensor: TensorData): void {
  const refuse = (problem: string): never => {
    throw new FileError(`safetensors: tensor ${show(name)} cannot be written: ${problem}. Correct the tensor.`, {
      operation: "safetensors",
      tensor: name,
      actual: problem,
    });
  };
  if (name === "__metadata__") refuse("the name is reserved");
  if (!isObject(tensor)) refuse(`it must be { dtype, shape, data }, got ${showValue(tensor)}`);
  const { dtype, shape, data } = tensor;
  if (!Object.hasOwn(nameInFile, dtype)) {
    refuse(`its dtype must be one of ${Object.keys(nameInFile).join(", ")}, got ${showValue(dtype)}`);
  }
  if (!isCounts(shape)) refuse(`its shape must be a list of integers from 0, got ${showValue(shape)}`);
  if (!ArrayBuffer.isView(data)) refuse(`its data must be a typed array, got ${showValue(data)}`);
  if (data.length !== sizeOf(shape)) {
    refuse(`shape ${showShape(shape)} needs ${sizeOf(shape)} values, got ${data.length}`);
  }
  const array = allocate(dtype, 0).constructor;
  if (data.constructor !== array) refuse(`${dtype} needs a ${array.name}, got a ${data.constructor.name}`);
}

function checkMetadata(metadata: Readonly<Record<string, string>>): void {
  const found = Object.entries(metadata).find(([, text]) => typeof text !== "string");
  if (!found) return;
  const [name, value] = found;
  throw new FileError(
    `safetensors: metadata consists of texts; ${show(name)} is ${showValue(value)}. Write it as JSON.stringify has it.`,
    { operation: "safetensors", metadata: name, actual: showValue(value) },
  );
}

/**
 * The tensors in the bytes of a `.safetensors` file; copies. Numbers of half precision become float32, those of 8, 16
 * and 64 bits int32, where that is exact.
 *
 * @param source  the whole file
 * @param file    its name, for messages
 * @throws {FileError} the bytes are no such file, are cut off, or hold numbers that have no exact counterpart
 */
export function decodeSafetensors(source: Bytes, file = "safetensors"): Safetensors {
  const bytes = bytesIn(source, file);
  const refuse: Refuse = (rule, actual, hint = "Fetch or save the file again.") => {
    throw new FileError(`${file}: ${rule}; ${actual}. ${hint}`, { operation: "safetensors", file, actual, hint });
  };
  const headerLength = readHeaderLength(bytes, refuse);
  const { entries, metadata } = readHeader(bytes.subarray(8, 8 + headerLength), refuse);
  // A plain array even where Node's Buffer came in, whose slice() does not copy.
  const body = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength).subarray(8 + headerLength);
  checkOffsets(entries, body.length, refuse);
  const tensors = new Map<string, TensorData>();
  for (const [
    name,
    {
      dtype,
      shape,
      data_offsets: [begin, end],
    },
  ] of entries) {
    const { dtype: decoded, decode } = fileDTypes[dtype]!;
    const data = decode(body.subarray(begin, end));
    if (data === null) {
      refuse(`tensor ${show(name)} of ${dtype} must fit ${decoded}`, "it has other values", "Convert it before.");
    }
    tensors.set(name, { dtype: decoded, shape, data });
  }
  return { tensors, metadata };
}

type Refuse = (rule: string, actual: string, hint?: string) => never;

function readHeaderLength(bytes: Uint8Array, refuse: Refuse): number {
  if (bytes.length < 8) {
    return refuse(
      "a safetensors file begins with 8 bytes that give the header's length",
      `it has ${bytes.length} bytes`,
    );
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  const most = Math.min(longestHeader, bytes.length - 8);
  if (length <= BigInt(most)) return Number(length);
  return refuse(
    `the header of a safetensors file must end within the file and ${longestHeader} bytes`,
    `${length} bytes are announced, the file has ${bytes.length}`,
    "It is cut off or no safetensors file; fetch or save it again.",
  );
}

interface Header {
  readonly entries: readonly (readonly [name: string, entry: HeaderEntry])[];
  readonly metadata: Record<string, string>;
}

function readHeader(json: Uint8Array, refuse: Refuse): Header {
  const content = parseObject(json);
  if (content === null) {
    return refuse("the header of a safetensors file must be a JSON object", "it is not", "It is no safetensors file.");
  }
  const { __metadata__: metadata = {}, ...tensors } = content;
  if (!isObject(metadata) || Object.values(metadata).some((text) => typeof text !== "string")) {
    return refuse("the header's __metadata__ must consist of texts", "it has something else");
  }
  const entries = Object.entries(tensors).map(([name, entry]): [string, HeaderEntry] => {
    const problem = problemOf(entry);
    if (problem !== null)
      refuse(`the header must give tensor ${show(name)} a dtype, a shape and offsets that agree`, problem);
    return [name, entry as HeaderEntry];
  });
  return { entries, metadata: metadata as Record<string, string> };
}

function parseObject(json: Uint8Array): Record<string, unknown> | null {
  try {
    const content: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(json));
    return isObject(content) ? content : null;
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What is wrong with a tensor's entry, null where nothing is. */
function problemOf(entry: unknown): string | null {
  if (!isObject(entry)) return "its entry is no object";
  const { dtype, shape, data_offsets: offsets } = entry;
  // Only a text is looked up: making a text of anything else may not end.
  const type = typeof dtype === "string" && Object.hasOwn(fileDTypes, dtype) ? fileDTypes[dtype] : undefined;
  if (!type) return `its dtype is ${showValue(dtype)}, known are ${Object.keys(fileDTypes).join(", ")}`;
  if (!isCounts(shape) || !Number.isSafeInteger(sizeOf(shape) * type.bytes)) return `its shape is ${showValue(shape)}`;
  if (shape.length > mostAxes) return `its shape has ${shape.length} axes, at most ${mostAxes} are read`;
  if (!isCounts(offsets) || offsets.length !== 2) return `its offsets are ${showValue(offsets)}`;
  const bytes = sizeOf(shape) * type.bytes;
  const [begin, end] = offsets as [number, number];
  if (end - begin === bytes) return null;
  return `${dtype} ${showShape(shape)} takes ${bytes} bytes, its offsets ${showShape(offsets)} span ${end - begin}`;
}

function isCounts(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((count) => Number.isSafeInteger(count) && count >= 0);
}

/** The tensors must cover the bytes after the header one after the other: nothing hidden, nothing shared, nothing missing. */
function checkOffsets(entries: Header["entries"], size: number, refuse: Refuse): void {
  const inOrder = entries.toSorted(
    ([, a], [, b]) => a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1],
  );
  let position = 0;
  for (const [
    name,
    {
      data_offsets: [begin, end],
    },
  ] of inOrder) {
    if (begin !== position) {
      refuse(
        "tensors must follow one another without gap or overlap",
        `${show(name)} begins at ${begin} instead of ${position}`,
      );
    }
    position = end;
  }
  if (position === size) return;
  refuse(
    "the tensors must fill the file to its end",
    `they take ${position} bytes, ${size} are there`,
    position > size
      ? "The file is cut off; fetch or save it again."
      : "Something was appended; fetch or save it again.",
  );
}

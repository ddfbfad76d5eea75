/**
 * Proves the round trip, the layout that other programs expect (the fixed bytes below were read by safetensors 0.8 for Python), and
 * that every kind of damage is refused in a sentence before anything is allocated.
 */

import fc from "fast-check";
import { expect, test } from "vitest";
import { allocate, type DType, dtypes } from "../base/dtype.ts";
import { FileError } from "../base/errors.ts";
import { decodeSafetensors, encodeSafetensors, type TensorData } from "./safetensors.ts";

/** A file with any header over any bytes. */
function fileOf(header: unknown, body: readonly number[] = []): Uint8Array {
  const json = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const file = new Uint8Array(8 + json.length + body.length);
  new DataView(file.buffer).setBigUint64(0, BigInt(json.length), true);
  file.set(json, 8);
  file.set(body, 8 + json.length);
  return file;
}

/** The one tensor of a file made by hand. */
function only(dtype: string, shape: readonly number[], body: readonly number[]): TensorData {
  return decodeSafetensors(fileOf({ x: { dtype, shape, data_offsets: [0, body.length] } }, body)).tensors.get("x")!;
}

test("all dtypes come back as they went in, in the same order", () => {
  const anyTensor = fc
    .tuple(fc.constantFrom(...dtypes), fc.array(fc.nat(4), { maxLength: 3 }), fc.integer())
    .map(([dtype, shape, seed]): TensorData => {
      const data = allocate(
        dtype,
        shape.reduce((size, dimension) => size * dimension, 1),
      );
      for (let i = 0; i < data.length; i++) data[i] = dtype === "bool" ? (seed + i) & 1 : seed * i;
      return { dtype, shape, data };
    });
  const anyTensors = fc.dictionary(
    fc.string().filter((name) => name !== "__metadata__"),
    anyTensor,
    { maxKeys: 6 },
  );
  const anyTexts = fc.dictionary(fc.string(), fc.string({ unit: "grapheme" }), { maxKeys: 3 });
  fc.assert(
    fc.property(anyTensors, anyTexts, (tensors, metadata) => {
      const decoded = decodeSafetensors(encodeSafetensors(tensors, metadata));
      expect(Object.fromEntries(decoded.tensors)).toEqual({ ...tensors });
      expect({ ...decoded.metadata }).toEqual({ ...metadata });
    }),
    { seed: 1, numRuns: 200 },
  );
  const names = ["2.weight", "0.weight", "0.bias"];
  const tensors = new Map(
    names.map((name): [string, TensorData] => [name, { dtype: "uint8", shape: [], data: Uint8Array.of(7) }]),
  );
  expect([...decodeSafetensors(encodeSafetensors(tensors)).tensors.keys()]).toEqual(names);
});

test("every tensor begins at a multiple of its element size", () => {
  const file = encodeSafetensors({
    byte: { dtype: "uint8", shape: [3], data: Uint8Array.of(1, 2, 3) },
    float: { dtype: "float32", shape: [1], data: Float32Array.of(0.5) },
    double: { dtype: "float64", shape: [1], data: Float64Array.of(0.25) },
  });
  const headerLength = new DataView(file.buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + headerLength))) as Record<string, unknown>;
  expect(headerLength % 8).toBe(0);
  expect(header).toEqual({
    byte: { dtype: "U8", shape: [3], data_offsets: [12, 15] },
    float: { dtype: "F32", shape: [1], data_offsets: [8, 12] },
    double: { dtype: "F64", shape: [1], data_offsets: [0, 8] },
  });
});

test("the bytes are those of the format", () => {
  const tensors = { w: { dtype: "float32", shape: [2], data: Float32Array.of(1, -2) } } as const;
  const text = '{"__metadata__":{"a":"b"},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}';
  const header = text.padEnd(Math.ceil(text.length / 8) * 8, " ");
  expect(encodeSafetensors(tensors, { a: "b" })).toEqual(fileOf(header, [0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]));
});

test("other number types become what holds them exactly", () => {
  const half = only("F16", [8], [0, 0x3c, 0, 0xc0, 0x55, 0x35, 1, 0, 0, 0x80, 0xff, 0x7b, 0, 0xfc, 1, 0x7e]);
  expect(half.data).toEqual(Float32Array.of(1, -2, 0.333251953125, 2 ** -24, -0, 65504, -Infinity, NaN));
  expect(only("BF16", [2], [0x80, 0x3f, 0x49, 0xc0]).data).toEqual(Float32Array.of(1, -3.140625));
  expect(only("I8", [2], [1, 255]).data).toEqual(Int32Array.of(1, -1));
  expect(only("I16", [1], [0, 128]).data).toEqual(Int32Array.of(-32768));
  expect(only("U16", [1], [255, 255]).data).toEqual(Int32Array.of(65535));
  const long = [5, 0, 0, 0, 0, 0, 0, 0, 254, 255, 255, 255, 255, 255, 255, 255];
  expect(only("I64", [2], long)).toEqual({ dtype: "int32", shape: [2], data: Int32Array.of(5, -2) });
  expect(() => only("I64", [1], [0, 0, 0, 128, 0, 0, 0, 0])).toThrow(
    "safetensors: tensor x of I64 must fit int32; it has other values. Convert it before.",
  );
  expect(() => only("BOOL", [1], [2])).toThrow("tensor x of BOOL must fit bool");
});

const tensor = (dtype: string, shape: readonly unknown[], ...data_offsets: number[]): object => ({
  dtype,
  shape,
  data_offsets,
});
const damaged: readonly [what: string, file: Uint8Array, message: string][] = [
  [
    "nothing",
    new Uint8Array(0),
    "m: a safetensors file begins with 8 bytes that give the header's length; it has 0 bytes.",
  ],
  [
    "a header beyond the file",
    Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 127, 123, 125),
    "m: the header of a safetensors file must end within the file and 100000000 bytes; 9223372036854775807 bytes are announced, " +
      "the file has 10. It is cut off or no safetensors file; fetch or save it again.",
  ],
  [
    "no JSON",
    fileOf("hello"),
    "m: the header of a safetensors file must be a JSON object; it is not. It is no safetensors file.",
  ],
  ["bytes that are no text", fileOf("{}\xff").fill(0xff, 10, 11), "must be a JSON object"],
  ["a list", fileOf("[]"), "must be a JSON object"],
  [
    "metadata that is no text",
    fileOf({ __metadata__: { a: 1 } }),
    "m: the header's __metadata__ must consist of texts;",
  ],
  [
    "no entry",
    fileOf({ x: 1 }),
    "m: the header must give tensor x a dtype, a shape and offsets that agree; its entry is no object.",
  ],
  ["an unknown dtype", fileOf({ x: tensor("F8_E4M3", [1], 0, 1) }, [0]), 'its dtype is "F8_E4M3", known are F64, F32,'],
  ["a dtype from the prototype", fileOf({ x: tensor("constructor", [1], 0, 1) }, [0]), 'its dtype is "constructor"'],
  ["a negative dimension", fileOf({ x: tensor("U8", [-1], 0, 1) }, [0]), "its shape is [-1]"],
  [
    "an absurd shape",
    fileOf({ x: tensor("U8", [2 ** 40, 2 ** 40], 0, 1) }, [0]),
    "its shape is [1099511627776, 1099511627776]",
  ],
  ["a shape of texts", fileOf({ x: tensor("U8", ["1"], 0, 1) }, [0]), 'its shape is ["1"]'],
  [
    "offsets backwards",
    fileOf({ x: tensor("U8", [1], 1, 0) }, [0]),
    "U8 [1] takes 1 bytes, its offsets [1, 0] span -1",
  ],
  ["one offset", fileOf({ x: tensor("U8", [1], 0) }, [0]), "its offsets are [0]"],
  [
    "a size that disagrees",
    fileOf({ x: tensor("F32", [2], 0, 4) }, [0, 0, 0, 0]),
    "F32 [2] takes 8 bytes, its offsets [0, 4] span 4",
  ],
  [
    "an overlap",
    fileOf({ x: tensor("U8", [2], 0, 2), y: tensor("U8", [2], 1, 3) }, [0, 0, 0]),
    "m: tensors must follow one another without gap or overlap; y begins at 1 instead of 2.",
  ],
  ["a gap", fileOf({ x: tensor("U8", [1], 1, 2) }, [0, 0]), "x begins at 1 instead of 0"],
  [
    "a file cut off",
    fileOf({ x: tensor("F32", [1_000_000_000], 0, 4_000_000_000) }, [0, 0]),
    "m: the tensors must fill the file to its end; they take 4000000000 bytes, 2 are there. The file is cut off; fetch or save it again.",
  ],
  [
    "bytes at the end",
    fileOf({ x: tensor("U8", [1], 0, 1) }, [0, 0]),
    "Something was appended; fetch or save it again.",
  ],
];

test.each(damaged)("refuses %s", (_, file, message) => {
  const attempt = (): unknown => decodeSafetensors(file, "m");
  expect(attempt).toThrow(FileError);
  expect(attempt).toThrow(message);
});

/** A header in which `part` stands for what would take too long to build as a value. */
const nested = `${"[".repeat(1_000_000)}${"]".repeat(1_000_000)}`;
const long = "x".repeat(5_000_000);
const hostile: readonly [what: string, header: string, message: string][] = [
  [
    "a dtype nested a million deep",
    `{"x":{"dtype":${nested},"shape":[1],"data_offsets":[0,1]}}`,
    "its dtype is a list",
  ],
  [
    "a shape nested a million deep",
    `{"x":{"dtype":"U8","shape":${nested},"data_offsets":[0,1]}}`,
    "its shape is a list",
  ],
  [
    "offsets nested a million deep",
    `{"x":{"dtype":"U8","shape":[1],"data_offsets":${nested}}}`,
    "its offsets are a list",
  ],
  ["metadata nested a million deep", `{"__metadata__":{"a":${nested}}}`, "must consist of texts"],
  ["a dtype of 5 MB", `{"x":{"dtype":"${long}","shape":[1],"data_offsets":[0,1]}}`, 'its dtype is "xxx'],
  ["a shape of 5 MB", `{"x":{"dtype":"U8","shape":[${"1,".repeat(2_500_000)}1],"data_offsets":[0,1]}}`, "2500001 axes"],
  ["a name of 5 MB", `{"${long}":1}`, "the header must give tensor xxx"],
  ["a name with an escape sequence", '{"a\\u001b[2J\\nb":1}', "the header must give tensor a\ufffd[2J\ufffdb a dtype"],
  ["an overlap of names of 5 MB", `{"${long}":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}`, "xxx… begins at 1"],
];

test.each(hostile)("refuses %s in one short sentence", (_, header, message) => {
  try {
    decodeSafetensors(fileOf(header, [0]), "m");
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(FileError);
    expect((error as Error).message).toContain(message);
    expect((error as Error).message.length).toBeLessThan(400);
    expect((error as Error).message).not.toMatch(/\p{Cc}/u);
  }
});

test("reads what fetch gives, and refuses a file's name", () => {
  const bytes = encodeSafetensors({ w: { dtype: "uint8", shape: [1], data: Uint8Array.of(7) } });
  expect(decodeSafetensors(bytes.slice().buffer).tensors.get("w")!.data).toEqual(Uint8Array.of(7));
  expect(() => decodeSafetensors("model.safetensors" as never)).toThrow(
    'safetensors: needs the bytes of a file, a Uint8Array or an ArrayBuffer; got "model.safetensors". ' +
      "Read or fetch the file, and give what came: not its name, not its text.",
  );
  expect(() => decodeSafetensors(undefined as never)).toThrow("got undefined.");
});

test("reads Node's buffers, wherever they lie, into memory of its own", () => {
  const bytes = encodeSafetensors({ w: { dtype: "int32", shape: [2], data: Int32Array.of(1, 2) } });
  const buffer = Buffer.concat([Buffer.of(0), bytes]).subarray(1);
  const { data } = decodeSafetensors(buffer).tensors.get("w")!;
  buffer.fill(0);
  expect(data).toEqual(Int32Array.of(1, 2));
});

test("every cut of a good file is refused", () => {
  const good = encodeSafetensors({ w: { dtype: "int32", shape: [3], data: Int32Array.of(1, 2, 3) } }, { k: "v" });
  for (let length = 0; length < good.length; length++) {
    expect(() => decodeSafetensors(good.subarray(0, length))).toThrow(FileError);
  }
});

test("refuses to write tensors that contradict themselves", () => {
  const write = (dtype: DType, name = "w"): unknown =>
    encodeSafetensors({ [name]: { dtype, shape: [2], data: Float32Array.of(1) } });
  expect(() => write("float32")).toThrow(
    "safetensors: tensor w cannot be written: shape [2] needs 2 values, got 1. Correct the tensor.",
  );
  expect(() => encodeSafetensors({ w: { dtype: "int32", shape: [1], data: Float32Array.of(1) } })).toThrow(
    "int32 needs a Int32Array, got a Float32Array",
  );
  expect(() => write("float32", "__metadata__")).toThrow("the name is reserved");
  expect(() => write("float16" as never)).toThrow(
    'safetensors: tensor w cannot be written: its dtype must be one of float32, float64, int32, uint32, uint8, bool, got "float16". ' +
      "Correct the tensor.",
  );
  expect(() => encodeSafetensors({ w: undefined as never })).toThrow(
    "it must be { dtype, shape, data }, got undefined",
  );
  expect(() => encodeSafetensors({ w: { dtype: "int32", shape: [1], data: [1] as never } })).toThrow("got [1]");
  expect(() => encodeSafetensors({}, { epoch: 3 as never })).toThrow(
    "safetensors: metadata consists of texts; epoch is 3. Write it as JSON.stringify has it.",
  );
});

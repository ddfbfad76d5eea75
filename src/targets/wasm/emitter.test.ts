// Proves that emitted kernels do what the kernel language says, apart from any compiler: every scalar instruction on special values,
// index arithmetic, and variables whose old value is still wanted after a change.

import { expect, test } from "vitest";
import type { Data, DType } from "../../base/dtype.ts";
import { bytesOf, viewOf } from "../../base/dtype.ts";
import { KernelBuilder } from "../../kernel/builder.ts";
import type { Address, Index, IndexOperator, Vector } from "../../kernel/language.ts";
import { numberScalars } from "../../kernel/numbers.ts";
import type { Scalars, ScalarType } from "../../kernel/scalars.ts";
import type { Numerics } from "../target.ts";
import { modes, requireSameBits, wasmIn } from "../testing.ts";
import { emitKernel } from "./emitter.ts";
import { encodeModule } from "./encoder.ts";

const lanes = 4;

/** Runs a kernel on one buffer per array, each at the start of a page; the last is the result. */
function run(
  write: (k: KernelBuilder) => void,
  inputs: readonly Data[],
  result: Data,
  numerics: Numerics = "portable",
): Data {
  const k = new KernelBuilder(lanes, [inputs.length]);
  write(k);
  const kernel = k.finish("test", inputs.length + 1, 1);
  const code = encodeModule([{ ...emitKernel(kernel, numerics), name: "kernel", exported: true }]);
  const memory = new WebAssembly.Memory({ initial: inputs.length + 2 });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(code), { env: { memory } });
  const page = 65536;
  const viewAt = (data: Data, i: number): Data =>
    viewOf(
      data instanceof Float32Array
        ? "float32"
        : data instanceof Int32Array
          ? "int32"
          : data instanceof Uint32Array
            ? "uint32"
            : "uint8",
      memory.buffer,
      i * page,
      data.length,
    );
  inputs.forEach((data, i) => viewAt(data, i).set(data));
  const addresses = [...inputs, result].map((_, i) => i * page);
  (exports.kernel as (...args: number[]) => void)(...addresses, 0, 1, 0);
  return viewAt(result, inputs.length).slice() as Data;
}

const at = (buffer: number, offset: number, ...terms: { index: Index; scale: number }[]): Address => ({
  buffer,
  offset,
  terms,
});

const special: Record<Exclude<ScalarType, "float64">, readonly number[]> = {
  float32: [
    0,
    -0,
    0.5,
    1.5,
    2.5,
    -0.5,
    -1.5,
    1,
    -1,
    0.1,
    8388609,
    1e10,
    3e9,
    -3e9,
    3.4e38,
    1e-30,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.NaN,
    255.99,
  ],
  int32: [0, 1, -1, 7, 65537, 16777217, 2147483647, -2147483648],
  uint32: [0, 1, 7, 65537, 16777217, 2147483647, 2147483648, 4294967295],
  bool: [0, 1],
};
const arrayOf = (type: ScalarType, values: readonly number[]): Data =>
  type === "float32"
    ? Float32Array.from(values)
    : type === "int32"
      ? Int32Array.from(values)
      : type === "uint32"
        ? Uint32Array.from(values)
        : Uint8Array.from(values);

/** Types of the arguments after the first, and of the result, where they are not the operands'. */
const comparisons = ["equal", "less", "lessEqual"];
const results: Record<string, ScalarType> = {
  toInt32: "int32",
  toUint32: "uint32",
  toFloat32: "float32",
  asFloat32: "float32",
  bits: "int32",
};
const counts: Record<string, number> = {
  fma: 3,
  select: 3,
  neg: 1,
  abs: 1,
  sqrt: 1,
  floor: 1,
  nearest: 1,
  not: 1,
  toInt32: 1,
  toUint32: 1,
  toFloat32: 1,
  asFloat32: 1,
  bits: 1,
};

type Call = (...args: unknown[]) => unknown;
const spoken = (["float32", "int32", "uint32", "bool"] as const).flatMap((type) =>
  Object.keys(numberScalars("fused")[type]).flatMap((name) => (name === "constant" ? [] : [{ type, name }])),
);

test.for(modes.flatMap((numerics) => spoken.map((scalar) => ({ numerics, ...scalar }))))(
  "$name of $type, $numerics",
  async ({ numerics, type, name }, { skip }) => {
    if (!(await wasmIn(numerics))) skip(`the WebAssembly of this engine cannot run numerics ${numerics}`);
    const numbers = numberScalars(numerics)[type] as unknown as Record<string, Call>;
    const resultType = comparisons.includes(name) ? "bool" : (results[name] ?? type);
    const isShift = name.startsWith("shift");
    const types: (keyof typeof special)[] = isShift ? [type] : Array.from({ length: counts[name] ?? 2 }, () => type);
    if (name === "select") types[0] = "bool";
    const rows = types.reduce<number[][]>(
      (list, each) => list.flatMap((row) => special[each].map((value) => [...row, value])),
      [[]],
    );
    while (rows.length % lanes !== 0) rows.push(rows[0]!);
    for (const count of isShift ? [0, 1, 31] : [undefined]) {
      const inputs = types.map((each, i) =>
        arrayOf(
          each,
          rows.map((row) => row[i]!),
        ),
      );
      const immediate = count === undefined ? [] : [count];
      const expected = arrayOf(
        resultType,
        rows.map((_, i) => numbers[name]!(...inputs.map((data) => data[i]!), ...immediate) as number),
      );
      const actual = run(
        (k) => {
          const scalars = k.scalars[type as keyof Scalars<Vector>] as unknown as Record<string, Call>;
          k.loop(0, rows.length, lanes, (index) => {
            const address = (buffer: number, memory: DType): Address =>
              at(buffer, 0, { index, scale: bytesOf(memory) });
            const args = types.map((each, i) => k.load(address(i, each), each));
            k.store(address(types.length, resultType), resultType, scalars[name]!(...args, ...immediate) as Vector);
          });
        },
        inputs,
        arrayOf(resultType, expected as never),
        numerics,
      );
      requireSameBits([actual], [expected], name);
    }
  },
);

const operators: Record<IndexOperator, (a: number, b: number) => number> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => Math.trunc(a / b) + 0,
  min: Math.min,
  max: Math.max,
  and: (a, b) => a & b,
  shiftRight: (a, b) => a >> b,
};

test("index arithmetic, with loop counters and with constants", () => {
  const pairs: [number, number][] = [
    [0, 0],
    [1, 1],
    [2, 1],
    [-7, 2],
    [5, 3],
    [100, 4],
    [-1, 1],
  ];
  for (const [name, compute] of Object.entries(operators) as [IndexOperator, (a: number, b: number) => number][]) {
    const usable = pairs.filter(([, b]) => name !== "div" || b !== 0);
    const inputs = [Int32Array.from(usable.map(([a]) => a)), Int32Array.from(usable.map(([, b]) => b))];
    const result = run(
      (k) => {
        k.loop(0, usable.length, 1, (index) => {
          const [a, b] = [0, 1].map((buffer) => k.loadIndex(at(buffer, 0, { index, scale: 4 }), "int32")) as [
            Index,
            Index,
          ];
          k.storeIndex(at(2, 0, { index, scale: 8 }), "int32", k.compute(name, a, b));
          k.storeIndex(at(2, 4, { index, scale: 8 }), "int32", k.compute(name, a, 2));
        });
      },
      inputs,
      new Int32Array(2 * usable.length),
    );
    expect([...result], name).toEqual(usable.flatMap(([a, b]) => [compute(a, b), compute(a, 2)]));
  }
});

test("the old value of a variable outlives its change", () => {
  const input = Float32Array.from({ length: 8 }, (_, i) => i + 1);
  const result = run(
    (k) => {
      const [a, b] = [k.load(at(0, 0), "float32"), k.load(at(0, 16), "float32")];
      const variable = k.variable(a);
      const old = k.scalars.float32.neg(k.get(variable));
      k.set(variable, k.scalars.float32.add(k.get(variable), b));
      const sum = k.get(variable);
      k.set(variable, b);
      k.store(at(1, 0), "float32", old);
      k.store(at(1, 16), "float32", sum);
      k.store(at(1, 32), "float32", k.get(variable));
    },
    [input],
    new Float32Array(12),
  );
  expect([...result]).toEqual([-1, -2, -3, -4, 6, 8, 10, 12, 5, 6, 7, 8]);
});

test("a load waits neither across a store to its buffer nor into a loop that may not run", () => {
  const result = run(
    (k) => {
      const one = k.constant("float32", 1);
      k.store(at(1, 0), "float32", one);
      const before = k.load(at(1, 0), "float32");
      k.store(at(1, 0), "float32", k.load(at(0, 0), "float32"));
      k.loop(0, k.begin, 1, () => k.store(at(1, 0), "float32", one)); // begin is 0
      k.when(k.begin, k.begin, () => k.store(at(1, 0), "float32", one));
      k.store(at(1, 16), "float32", before);
    },
    [Float32Array.of(2, 3, 4, 5)],
    new Float32Array(8),
  );
  expect([...result]).toEqual([2, 3, 4, 5, 1, 1, 1, 1]);
});

test("partial, strided and descending vectors touch their own elements only", () => {
  for (const memory of ["float32", "uint8"] as const) {
    for (const stride of [-3, -1, 0, 1, 2]) {
      for (let active = 1; active <= lanes; active++) {
        const source = arrayOf(
          memory === "uint8" ? "bool" : memory,
          Array.from({ length: 24 }, (_, i) => i + 1),
        );
        const first = stride < 0 ? 20 : 1;
        const size = bytesOf(memory);
        const result = run(
          (k) =>
            k.store(
              at(1, first * size),
              memory,
              k.load(at(0, first * size), memory, stride, active),
              stride || 1,
              active,
            ),
          [source],
          arrayOf(memory === "uint8" ? "bool" : memory, new Array(24).fill(0)),
        );
        const expected = new Array<number>(24).fill(0);
        for (let lane = 0; lane < active; lane++)
          expected[first + lane * (stride || 1)] = source[first + lane * stride]!;
        expect([...result], `${memory} stride ${stride} active ${active}`).toEqual(expected);
      }
    }
  }
});

test("a gather and a descending vector reach below their address, where the buffer begins with the memory", () => {
  const source = Float32Array.from({ length: 8 }, (_, i) => i + 1);
  const gathered = run(
    (k) => k.store(at(2, 0), "float32", k.gather(at(0, 16), "float32", k.load(at(1, 0), "int32"), 1)),
    [source, Int32Array.of(-4, 3, 0, -1)],
    new Float32Array(4),
  );
  expect([...gathered]).toEqual([1, 8, 5, 4]);
  const reversed = run(
    (k) =>
      k.loop(3, 8, 4, (index) => {
        const value = k.load(at(0, 0, { index, scale: 4 }), "float32", -1);
        k.store(at(1, 0, { index, scale: 4 }), "float32", k.scalars.float32.neg(value), -1);
      }),
    [source],
    new Float32Array(8),
  );
  expect([...reversed]).toEqual([-1, -2, -3, -4, -5, -6, -7, -8]);
});

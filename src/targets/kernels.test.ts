/**
 * Proves that every CPU target does what the kernel language says, apart from any compiler: every scalar instruction on special values,
 * constants among the operands, partial and strided vectors of every element type, index arithmetic, more values than registers, and
 * variables whose old value is still wanted after a change.
 */

import { expect, test } from "vitest";
import type { Data, DType } from "../base/dtype.ts";
import { bytesOf } from "../base/dtype.ts";
import { KernelBuilder } from "../kernel/builder.ts";
import type { Address, Index, IndexOperator, Vector } from "../kernel/language.ts";
import { numberScalars } from "../kernel/numbers.ts";
import type { Scalars, ScalarType } from "../kernel/scalars.ts";
import { type CpuTarget, isCpuTarget } from "./target.ts";
import { modes, requireSameBits, targetsIn, titleOf } from "./testing.ts";

const dtypeOf = (data: Data): DType =>
  data instanceof Float32Array
    ? "float32"
    : data instanceof Int32Array
      ? "int32"
      : data instanceof Uint32Array
        ? "uint32"
        : "uint8";

/** Runs a kernel on one buffer per array; the last is the result. */
async function run(
  target: CpuTarget,
  write: (k: KernelBuilder) => void,
  inputs: readonly Data[],
  result: Data,
): Promise<Data> {
  const k = new KernelBuilder(target.machine.lanes, [inputs.length]);
  write(k);
  const kernel = k.finish("test", inputs.length + 1, 1);
  const all = [...inputs, result];
  const places = all.map((data, i) => ({ slot: i + 1, offset: 0, bytes: data.byteLength }));
  const call = { kernel, places, waits: true };
  const executable = await target.load({
    ...{ arena: 0, slots: all.length + 1, log: [], guard: null },
    ...{ before: [call], after: [] },
  });
  const buffers = all.map((data) => target.allocate(data.byteLength));
  for (const [i, data] of all.entries()) await target.write(buffers[i]!, data);
  await executable.run({ inputs: buffers.slice(0, -1), states: [], outputs: buffers.slice(-1) }, 1);
  const found = await target.read(buffers.at(-1)!, dtypeOf(result), result.length);
  executable.release();
  for (const buffer of buffers) buffer.release();
  return found;
}

/** A test on every CPU target that can run here. */
async function everywhere(
  skip: (reason: string) => unknown,
  check: (target: CpuTarget) => Promise<void>,
  numerics = modes[0]!,
): Promise<void> {
  const { others } = await targetsIn(numerics, skip);
  for (const target of others) {
    if (!isCpuTarget(target)) continue;
    try {
      await check(target);
    } catch (cause) {
      throw new Error(`${titleOf(target)}: ${(cause as Error).message}`, { cause });
    }
  }
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

/** Rows come in whole vectors of every target. */
const mostLanes = 16;

type Call = (...args: unknown[]) => unknown;
const spoken = (["float32", "int32", "uint32", "bool"] as const).flatMap((type) =>
  Object.keys(numberScalars("fused")[type]).flatMap((name) => (name === "constant" ? [] : [{ type, name }])),
);

test.for(modes.flatMap((numerics) => spoken.map((scalar) => ({ numerics, ...scalar }))))(
  "$name of $type, $numerics",
  async ({ numerics, type, name }, { skip }) => {
    const numbers = numberScalars(numerics)[type] as unknown as Record<string, Call>;
    const resultType = comparisons.includes(name) ? "bool" : (results[name] ?? type);
    const isShift = name.startsWith("shift");
    const types: (keyof typeof special)[] = isShift ? [type] : Array.from({ length: counts[name] ?? 2 }, () => type);
    if (name === "select") types[0] = "bool";
    const rows = types.reduce<number[][]>(
      (list, each) => list.flatMap((row) => special[each].map((value) => [...row, value])),
      [[]],
    );
    while (rows.length % mostLanes !== 0) rows.push(rows[0]!);
    const inputs = types.map((each, i) =>
      arrayOf(
        each,
        rows.map((row) => row[i]!),
      ),
    );
    for (const count of isShift ? [0, 1, 31] : [undefined]) {
      const immediate = count === undefined ? [] : [count];
      const expected = arrayOf(
        resultType,
        rows.map((_, i) => numbers[name]!(...inputs.map((data) => data[i]!), ...immediate) as number),
      );
      const write = (k: KernelBuilder): void => {
        const scalars = k.scalars[type as keyof Scalars<Vector>] as unknown as Record<string, Call>;
        k.loop(0, rows.length, k.lanes, (index) => {
          const address = (buffer: number, memory: DType): Address => at(buffer, 0, { index, scale: bytesOf(memory) });
          const args = types.map((each, i) => k.load(address(i, each), each));
          k.store(address(types.length, resultType), resultType, scalars[name]!(...args, ...immediate) as Vector);
        });
      };
      await everywhere(
        skip,
        async (target) => {
          const actual = await run(target, write, inputs, arrayOf(resultType, new Array(rows.length).fill(0)));
          requireSameBits([actual], [expected], name);
        },
        numerics,
      );
    }
  },
);

test("maxima and minima with a constant, on either side", async ({ skip }) => {
  const input = arrayOf("float32", [...special.float32, ...new Array<number>(12).fill(7)]);
  const { float32 } = numberScalars("portable");
  for (const name of ["max", "min"] as const) {
    for (const constant of special.float32) {
      for (const constantFirst of [true, false]) {
        const write = (k: KernelBuilder): void =>
          k.loop(0, input.length, k.lanes, (index) => {
            const x = k.load(at(0, 0, { index, scale: 4 }), "float32");
            const c = k.constant("float32", constant);
            const scalar = k.scalars.float32[name];
            k.store(at(1, 0, { index, scale: 4 }), "float32", constantFirst ? scalar(c, x) : scalar(x, c));
          });
        const expected = Float32Array.from(input, (x) => float32[name](x, Math.fround(constant)));
        await everywhere(skip, async (target) => {
          const actual = await run(target, write, [input], new Float32Array(input.length));
          requireSameBits([actual], [expected], `${name} with ${constant}`);
        });
      }
    }
  }
});

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

test("index arithmetic, with loop counters and with constants", async ({ skip }) => {
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
    await everywhere(skip, async (target) => {
      const result = await run(
        target,
        (k) => {
          k.loop(0, usable.length, 1, (index) => {
            const [a, b] = [0, 1].map((buffer) => k.loadIndex(at(buffer, 0, { index, scale: 4 }), "int32")) as [
              Index,
              Index,
            ];
            // Shifts are by constants.
            const varying = name === "shiftRight" ? k.compute("add", a, 0) : k.compute(name, a, b);
            k.storeIndex(at(2, 0, { index, scale: 8 }), "int32", varying);
            k.storeIndex(at(2, 4, { index, scale: 8 }), "int32", k.compute(name, a, 2));
          });
        },
        inputs,
        new Int32Array(2 * usable.length),
      );
      const expected = usable.flatMap(([a, b]) => [name === "shiftRight" ? a : compute(a, b), compute(a, 2)]);
      expect([...result], name).toEqual(expected);
    });
  }
});

test("the old value of a variable outlives its change", async ({ skip }) => {
  await everywhere(skip, async (target) => {
    const { lanes } = target.machine;
    const vector = 4 * lanes;
    const input = Float32Array.from({ length: 2 * lanes }, (_, i) => i + 1);
    const result = await run(
      target,
      (k) => {
        const [a, b] = [k.load(at(0, 0), "float32"), k.load(at(0, vector), "float32")];
        const variable = k.variable(a);
        const old = k.scalars.float32.neg(k.get(variable));
        k.set(variable, k.scalars.float32.add(k.get(variable), b));
        const sum = k.get(variable);
        k.set(variable, b);
        k.store(at(1, 0), "float32", old);
        k.store(at(1, vector), "float32", sum);
        k.store(at(1, 2 * vector), "float32", k.get(variable));
      },
      [input],
      new Float32Array(3 * lanes),
    );
    const [a, b] = [input.subarray(0, lanes), input.subarray(lanes)];
    expect([...result]).toEqual([...a.map((x) => -x), ...a.map((x, i) => x + b[i]!), ...b]);
  });
});

test("a load waits neither across a store to its buffer nor into a loop that may not run", async ({ skip }) => {
  await everywhere(skip, async (target) => {
    const { lanes } = target.machine;
    const input = Float32Array.from({ length: lanes }, (_, i) => i + 2);
    const result = await run(
      target,
      (k) => {
        const one = k.constant("float32", 1);
        k.store(at(1, 0), "float32", one);
        const before = k.load(at(1, 0), "float32");
        k.store(at(1, 0), "float32", k.load(at(0, 0), "float32"));
        k.loop(0, k.begin, 1, () => k.store(at(1, 0), "float32", one)); // begin is 0
        k.when(k.begin, k.begin, () => k.store(at(1, 0), "float32", one));
        k.store(at(1, 4 * lanes), "float32", before);
      },
      [input],
      new Float32Array(2 * lanes),
    );
    expect([...result]).toEqual([...input, ...new Array<number>(lanes).fill(1)]);
  });
});

const memories = ["float32", "int32", "uint8", "bool"] as const;
const elements = (memory: DType, count: number, value: (i: number) => number): Data =>
  memory === "float32" || memory === "int32"
    ? arrayOf(
        memory,
        Array.from({ length: count }, (_, i) => value(i)),
      )
    : Uint8Array.from({ length: count }, (_, i) => (memory === "bool" ? (value(i) % 3) & 1 : value(i)));

test.for(memories)(
  "partial, strided and descending vectors of %s touch their own elements only",
  async (memory, { skip }) => {
    await everywhere(skip, async (target) => {
      const { lanes } = target.machine;
      const size = bytesOf(memory);
      for (const stride of [-3, -1, 0, 1, 2]) {
        for (let active = 1; active <= lanes; active++) {
          const to = stride || 1;
          // The buffers end where the elements do: what reaches further meets a forbidden page.
          const length = 1 + (active - 1) * Math.abs(to);
          const source = elements(memory, length, (i) => i + 1);
          const first = stride < 0 ? length - 1 : 0;
          const result = await run(
            target,
            (k) =>
              k.store(at(1, first * size), memory, k.load(at(0, first * size), memory, stride, active), to, active),
            [source],
            elements(memory, length, () => 0),
          );
          const expected = new Array<number>(length).fill(0);
          for (let lane = 0; lane < active; lane++) expected[first + lane * to] = source[first + lane * stride]!;
          expect([...result], `stride ${stride} active ${active}`).toEqual(expected);
        }
      }
    });
  },
);

test.for(memories)("lanes behind the active ones of %s are zero", async (memory, { skip }) => {
  await everywhere(skip, async (target) => {
    const { lanes } = target.machine;
    const source = elements(memory, 2 * lanes, (i) => i + 1);
    const indices = Int32Array.from({ length: lanes }, (_, lane) => (7 * lane) % lanes);
    for (const [what, load] of [
      ...[-1, 0, 1, 2].map(
        (stride) =>
          [
            `stride ${stride}`,
            (k: KernelBuilder, active: number) =>
              k.load(at(0, stride < 0 ? bytesOf(memory) * (lanes - 1) : 0), memory, stride, active),
          ] as const,
      ),
      [
        "gather",
        (k: KernelBuilder, active: number) => k.gather(at(0, 0), memory, k.load(at(1, 0), "int32"), 1, active),
      ] as const,
      [
        "gather at a scale",
        (k: KernelBuilder, active: number) => k.gather(at(0, 0), memory, k.load(at(1, 0), "int32"), 2, active),
      ] as const,
    ]) {
      for (let active = 1; active <= lanes; active++) {
        const result = await run(
          target,
          (k) => k.store(at(2, 0), memory, load(k, active)),
          [source, indices],
          elements(memory, lanes, () => 0),
        );
        const place = (lane: number): number =>
          what.startsWith("stride")
            ? (what === "stride -1" ? lanes - 1 : 0) + lane * Number(what.slice(7))
            : indices[lane]! * (what === "gather" ? 1 : 2);
        const expected = Array.from({ length: lanes }, (_, lane) => (lane < active ? source[place(lane)]! : 0));
        expect([...result], `${what} active ${active}`).toEqual(expected);
      }
    }
  });
});

test("lanes are exchanged, interchanged, kept, numbered, read one by one, and filled with an index", async ({
  skip,
}) => {
  await everywhere(skip, async (target) => {
    const { lanes } = target.machine;
    const vector = 4 * lanes;
    const source = Int32Array.from({ length: lanes }, (_, i) => 100 * i - 300);
    const other = source.map((x) => x + 7);
    const distances = [1, 2, 4, 8].filter((distance) => distance < lanes);
    const result = await run(
      target,
      (k) => {
        const x = k.load(at(0, 0), "int32");
        let offset = 0;
        const put = (value: Vector): void => {
          k.store(at(1, offset), "int32", value);
          offset += vector;
        };
        const y = k.load(at(0, vector), "int32");
        for (const distance of distances) {
          put(k.exchange(x, distance));
          put(k.interchange(x, y, distance, false));
          put(k.interchange(x, y, distance, true));
        }
        for (let active = 1; active <= lanes; active++) put(k.keep(x, active, -7));
        for (let lane = 0; lane < lanes; lane++) put(k.splat(k.lane(x, lane)));
        put(k.laneNumbers());
      },
      [Int32Array.of(...source, ...other)],
      new Int32Array((3 * distances.length + 2 * lanes + 1) * lanes),
    );
    const rows = [
      ...distances.flatMap((d) => [
        source.map((_, lane) => source[lane ^ d]!),
        source.map((x, lane) => ((lane & d) === 0 ? x : other[lane ^ d]!)),
        source.map((_, lane) => ((lane & d) === 0 ? source[lane ^ d]! : other[lane]!)),
      ]),
      ...Array.from(source, (_, i) => source.map((x, lane) => (lane <= i ? x : -7))),
      ...Array.from(source, (x) => source.map(() => x)),
      source.map((_, lane) => lane),
    ];
    expect([...result]).toEqual(rows.flatMap((row) => [...row]));
  });
});

test("more values at once than there are registers, inside a loop and from outside of it", async ({ skip }) => {
  const [outside, inside, rounds] = [40, 40, 3];
  await everywhere(skip, async (target) => {
    const { lanes } = target.machine;
    const source = Int32Array.from({ length: outside + inside * rounds }, (_, i) => Math.imul(i + 1, 2654435761));
    const result = await run(
      target,
      (k) => {
        // Indices and vectors, all of which are wanted to the last.
        const early = Array.from({ length: outside }, (_, i) => k.loadIndex(at(0, 4 * i), "int32"));
        const vectors = Array.from({ length: outside }, (_, i) => k.load(at(0, 4 * i), "int32", 0));
        const total = k.variable(k.constant("int32", 0));
        k.loop(0, inside * rounds, inside, (index) => {
          const inner = Array.from({ length: inside }, (_, i) =>
            k.load(at(0, 4 * (outside + i), { index, scale: 4 }), "int32", 0),
          );
          inner.forEach((value, i) => {
            const term = k.scalars.int32.mul(value, vectors[(7 * i) % outside]!);
            const both = k.scalars.int32.add(term, inner[(11 * i) % inside]!);
            k.set(total, k.scalars.int32.add(k.get(total), both));
          });
          early.forEach((value) => {
            k.set(total, k.scalars.int32.xor(k.get(total), k.splat(value)));
          });
        });
        for (const vector of vectors) k.set(total, k.scalars.int32.sub(k.get(total), vector));
        k.store(at(1, 0), "int32", k.get(total));
      },
      [source],
      new Int32Array(lanes),
    );
    let total = 0;
    for (let round = 0; round < rounds; round++) {
      const inner = source.subarray(outside + round * inside, outside + (round + 1) * inside);
      inner.forEach((value, i) => {
        total = (total + Math.imul(value, source[(7 * i) % outside]!) + inner[(11 * i) % inside]!) | 0;
      });
      for (let i = 0; i < outside; i++) total ^= source[i]!;
    }
    for (let i = 0; i < outside; i++) total = (total - source[i]!) | 0;
    expect([...result]).toEqual(new Array<number>(lanes).fill(total));
  });
});

// Proves that memory and code of the target belong to whom they were given: buffers made elsewhere are refused before anything runs, and
// what is released twice is given back once.

import { expect, test, vi } from "vitest";
import { lastingBytes } from "../../base/bytes.ts";
import { build } from "../../graph/build.ts";
import type { Target } from "../target.ts";
import { moduleOf, wasmIn, x64In } from "../testing.ts";
import { loadNative } from "./native.ts";
import { x64Target } from "./target.ts";

const [one, two, wasm] = await Promise.all([x64In("portable", 1), x64In("portable", 2), wasmIn("portable")]);
const x = build.input("x", [4], "float32");
const values = Float32Array.of(1, 2, 3, 4);

/** Of `x · factor`. */
async function product(target: Target, factor: number) {
  const output = build.mul(x, build.constant(factor, [4], "float32"));
  const executable = await target.compile(moduleOf({ inputs: [x], outputs: [output] }));
  const run = async (from: Target = target): Promise<unknown> => {
    const [input, result] = [from.allocate(16), target.allocate(16)];
    await from.write(input, values);
    await executable.run({ inputs: [input], states: [], outputs: [result] }, 1);
    return [...(await target.read(result, "float32", 4))];
  };
  return { run, release: () => executable.release() };
}

test.skipIf(!one || !two || !wasm)("a buffer of another target is refused, by name", async () => {
  for (const [to, from, name] of [
    [one!, two!, "x64"],
    [one!, wasm!, "x64"],
    [wasm!, one!, "wasm"],
  ] as const) {
    const sentence = `a buffer of another target was given to ${name}`;
    await expect((await product(to, 2)).run(from)).rejects.toThrow(sentence);
    const buffer = from.allocate(16);
    await expect(to.write(buffer, values)).rejects.toThrow(sentence);
    await expect(to.read(buffer, "float32", 4)).rejects.toThrow(sentence);
  }
});

test.skipIf(!one)("a program released twice leaves the code of those after it alone", async () => {
  const first = await product(one!, 2);
  first.release();
  const others = await Promise.all([3, 4, 5].map((factor) => product(one!, factor)));
  first.release();
  for (const [i, { run }] of others.entries()) expect(await run()).toEqual([...values].map((value) => value * (i + 3)));
});

test.skipIf(!one)("memory that nobody can take away is read where it lies; everything else is copied", async () => {
  const target = await x64Target({ numerics: "portable", threads: 1, check: false });
  const indices = build.input("indices", [4], "int32");
  const output = build.add(indices, build.constant(1, [4], "int32"));
  const executable = await target.compile(moduleOf({ inputs: [indices], outputs: [output] }));
  const bytes = lastingBytes(64);
  const lasting = new Int32Array(bytes.buffer, 4, 4);
  lasting.set([1, 2, 3, 4]);
  const [input, result] = [target.borrow!(lasting)!, target.allocate(16)];
  for (const first of [1, 10]) {
    lasting[0] = first;
    await executable.run({ inputs: [input], states: [], outputs: [result] }, 1);
    expect([...(await target.read(result, "int32", 4))]).toEqual([first + 1, 3, 4, 5]);
  }
  expect([...(await target.read(input, "int32", 2, 2))]).toEqual([3, 4]);
  input.release();
  // What can be transferred away, floats with subnormals, and where a page beyond the end is to be guarded.
  expect(target.borrow!(Int32Array.of(1))).toBe(null);
  expect(target.borrow!(new Float32Array(bytes.buffer))).toBe(null);
  expect(one!.borrow!(lasting)).toBe(null);
});

test.skipIf(!one)("memory is zero, whoever had it before, and half of it new", async () => {
  // In the tests' targets every buffer has pages of its own, where this cannot go wrong.
  const target = await x64Target({ threads: 1, check: false });
  const elements = 1000;
  const written = Float32Array.from({ length: elements }, () => 7);
  const first = [0, 1, 2].map(() => target.allocate(4 * elements));
  for (const buffer of first) await target.write(buffer, written);
  for (const buffer of first) buffer.release();
  for (const length of [elements / 2, 5 * elements, elements]) {
    const buffer = target.allocate(4 * length);
    const read = await target.read(buffer, "float32", length);
    expect(read.every((value) => value === 0)).toBe(true);
  }
});

test.skipIf(!one)(
  "memory that is too small for what comes next goes back to the system, and is zero when it is used again",
  async () => {
    const target = await x64Target({ numerics: "portable", threads: 1, check: false });
    const discard = vi.spyOn(await loadNative(), "discard");
    const mib = 2 ** 20;
    const [small, large] = [target.allocate(64), target.allocate(40 * mib)];
    await target.write(large, new Uint8Array(40 * mib).fill(1));
    large.release();
    const larger = target.allocate(80 * mib);
    expect(discard.mock.calls.map(([, bytes]) => bytes)).toEqual([40 * mib]);
    const again = target.allocate(40 * mib);
    expect((await target.read(again, "uint8", 40 * mib)).every((byte) => byte === 0)).toBe(true);
    expect(discard).toHaveBeenCalledTimes(1);
    for (const buffer of [small, larger, again]) buffer.release();
  },
);

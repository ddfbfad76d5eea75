import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import type { StateEntry } from "./hash.ts";
import { stateHash } from "./hash.ts";

const weight: StateEntry = { name: "0.weight", dtype: "float32", shape: [2], pieces: [Float32Array.of(1, -2)] };
const steps: StateEntry = { name: "steps", dtype: "uint32", shape: [], pieces: [Uint32Array.of(7)] };

test("hashes the documented bytes", async () => {
  const header = Buffer.from('["0.weight","float32",[2]]');
  const bytes = Buffer.concat([
    Buffer.from([header.length, 0, 0, 0]),
    header,
    Buffer.from([8, 0, 0, 0, 0, 0, 0, 0]),
    Buffer.from([0x00, 0x00, 0x80, 0x3f, 0x00, 0x00, 0x00, 0xc0]),
  ]);
  expect(await stateHash([weight])).toBe(createHash("sha256").update(bytes).digest("hex"));
});

test("how the data come in pieces does not count", async () => {
  const pieces = [Float32Array.of(1), new Float32Array(0), Float32Array.of(-2)];
  async function* later(): AsyncGenerator<Float32Array> {
    yield* pieces;
  }
  const whole = await stateHash([weight, steps]);
  expect(await stateHash([{ ...weight, pieces }, steps])).toBe(whole);
  expect(await stateHash([{ ...weight, pieces: later() }, steps])).toBe(whole);
});

test("every part of the state counts, and the order", async () => {
  const variants: StateEntry[][] = [
    [weight, steps],
    [steps, weight],
    [weight],
    [{ ...weight, name: "0.weights" }, steps],
    [{ ...weight, shape: [2, 1] }, steps],
    [{ ...weight, pieces: [Float32Array.of(1, 2)] }, steps],
    [{ ...weight, pieces: [Float32Array.of(0, -2)] }, steps],
    [{ ...weight, pieces: [Float32Array.of(-0, -2)] }, steps],
    [weight, { ...steps, dtype: "int32", pieces: [Int32Array.of(7)] }],
  ];
  const hashes = await Promise.all(variants.map((entries) => stateHash(entries)));
  expect(new Set(hashes).size).toBe(variants.length);
});

test("all NaNs are one, in both float types", async () => {
  const hashOf = (dtype: "float32" | "float64", data: Float32Array | Float64Array): Promise<string> =>
    stateHash([{ name: "x", dtype, shape: [1], pieces: [data] }]);
  const odd32 = new Float32Array(Uint32Array.of(0xffc12345).buffer);
  expect(await hashOf("float32", odd32)).toBe(await hashOf("float32", Float32Array.of(NaN)));
  const odd64 = new Float64Array(BigUint64Array.of(0xfff8000000012345n).buffer);
  expect(await hashOf("float64", odd64)).toBe(await hashOf("float64", Float64Array.of(NaN)));
});

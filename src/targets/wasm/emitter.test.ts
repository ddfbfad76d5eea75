// Proves that emitted kernels may reach below an address where the memory itself begins. What kernels compute `kernels.test.ts` proves, for
// every target.

import { expect, test } from "vitest";
import type { Data } from "../../base/dtype.ts";
import { viewOf } from "../../base/dtype.ts";
import { KernelBuilder } from "../../kernel/builder.ts";
import type { Address, Index } from "../../kernel/language.ts";
import { emitKernel } from "./emitter.ts";
import { encodeModule } from "./encoder.ts";

const lanes = 4;

/** Runs a kernel on one buffer per array, each at the start of a page; the last is the result. */
function run(write: (k: KernelBuilder) => void, inputs: readonly Data[], result: Data): Data {
  const k = new KernelBuilder(lanes, [inputs.length]);
  write(k);
  const kernel = k.finish("test", inputs.length + 1, 1);
  const code = encodeModule([{ ...emitKernel(kernel, "portable"), name: "kernel", exported: true }]);
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

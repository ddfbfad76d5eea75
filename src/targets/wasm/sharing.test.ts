// Proves that threads which claim the parts of a kernel run each part once, in whatever order they come, and that a barrier sets the
// counters back.

import { expect, test } from "vitest";
import { KernelBuilder } from "../../kernel/builder.ts";
import { emitKernel } from "./emitter.ts";
import { encodeModule, mostPages } from "./encoder.ts";
import { barrierFunction, countersAt, sharedKernel, stateBytes } from "./sharing.ts";

/** Where the state lies, and the numbers that the kernel counts up, one a part. */
const [state, numbers] = [0, 65536];

/** Adds 1 to the number of each part. */
function counting(parts: number) {
  const k = new KernelBuilder(4, [0]);
  k.loop(k.begin, k.end, 1, (part) => {
    const at = { buffer: 0, offset: 0, terms: [{ index: part, scale: 4 }] };
    const one = k.constant("int32", 1);
    k.store(at, "int32", k.scalars.int32.add(k.load(at, "int32", 1, 1), one), 1, 1);
  });
  return k.finish("count", 1, parts);
}

test.for([
  [2, 2],
  [3, 2],
  [7, 100],
  [4, 3],
  [16, 1001],
])("%i threads, %i parts", ([threads, parts]) => {
  const kernel = counting(parts!);
  const sharing = { threads: threads!, looks: 1 };
  const functions = [emitKernel(kernel, "portable"), sharedKernel(kernel, 0, sharing), barrierFunction(sharing, 2)];
  const bytes = encodeModule(
    functions.map((one, i) => ({ ...one, name: `f${i}`, exported: true })),
    true,
  );
  const memory = new WebAssembly.Memory({ initial: 2, maximum: mostPages, shared: true });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
  const [, run, barrier] = ["f0", "f1", "f2"].map((name) => exports[name] as (...args: number[]) => void);
  const counters = state + countersAt(threads!, 1);
  expect(counters + 64 * threads!).toBe(state + stateBytes(threads!, 2));

  const counts = (): number[] => [...new Int32Array(memory.buffer, numbers, parts! + 1)];
  for (const thread of [1, 0]) run!(numbers, counters, thread);
  expect(counts()).toEqual([...new Array<number>(parts!).fill(1), 0]);
  for (let thread = 0; thread < threads!; thread++) run!(numbers, counters, thread);
  expect(counts()[0]).toBe(1);
  barrier!(state, 1);
  run!(numbers, counters, threads! - 1);
  expect(counts()).toEqual([...new Array<number>(parts!).fill(2), 0]);
});

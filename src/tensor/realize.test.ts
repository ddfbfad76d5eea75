/**
 * Proves the promises of lazy tensors: nothing is computed before somebody reads, reading one computes all that are alive and cuts the
 * graph, loops neither grow nor compile again, and memory comes back.
 */

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { pause } from "../base/pause.ts";
import { build } from "../graph/build.ts";
import { topological } from "../graph/node.ts";
import { target } from "../targets/registry.ts";
import { normal, ones, tensor, zeros } from "./create.ts";
import { grad } from "./grad.ts";
import { keptPrograms, statistics } from "./programs.ts";
import { storageOf } from "./storage.ts";
import { nodeOf, realize, type Tensor } from "./tensor.ts";
import { inTrace, tensorOf } from "./trace.ts";

const isRealized = (x: Tensor): boolean => storageOf(nodeOf(x)) !== undefined;
const sizeOfGraph = (x: Tensor): number => topological([nodeOf(x)]).length;

async function compilationsDuring(work: () => Promise<unknown>): Promise<number> {
  const before = statistics.compilations;
  await work();
  return statistics.compilations - before;
}

describe("reading", () => {
  test("computes every live tensor that hangs together with the one read, and nothing else", async () => {
    const x = tensor([1, 2]);
    const y = x.mul(2);
    const sibling = y.add(1);
    const apart = tensor([5]).neg();
    expect([y, sibling, apart].map(isRealized)).toEqual([false, false, false]);
    expect(await y.array()).toEqual([2, 4]);
    expect([y, sibling, apart].map(isRealized)).toEqual([true, true, false]);
    expect(await sibling.array()).toEqual([3, 5]);
    expect(await apart.array()).toEqual([-5]);
  });

  test("what was computed is not computed again", async () => {
    const y = tensor([1, 2]).exp();
    await y.data();
    expect(await compilationsDuring(() => y.data())).toBe(0);
    expect(sizeOfGraph(y.add(1).mul(y))).toBe(5); // y, 1, broadcast, add, mul
  });

  test("gives a copy each time", async () => {
    for (const x of [tensor([1, 2]), tensor([1, 2]).add(0), zeros([2]).add(1)]) {
      const first = await x.data();
      const before = [...first];
      first.fill(7);
      expect([...(await x.data())]).toEqual(before);
    }
  });

  test("realize computes without reading, several at once", async () => {
    const [a, b] = [tensor([1]).add(1), tensor([2]).add(2)];
    await realize(a, b);
    expect([a, b].map(isRealized)).toEqual([true, true]);
    await realize();
  });

  test("reads at the same time agree", async () => {
    const x = tensor([1, 2, 3]);
    const y = x.exp();
    const readings = await Promise.all([y.data(), y.sum().data(), y.data(), x.data(), y.mul(2).sum().data()]);
    expect(readings[2]).toEqual(readings[0]);
    expect(readings[4]![0]).toBeCloseTo(2 * readings[1]![0]!, 4);
  });

  test("an error in one does not hinder the next", async () => {
    await expect(
      zeros([2 ** 33])
        .add(1)
        .data(),
    ).rejects.toThrow("more memory could not be had");
    expect(await tensor([1]).add(1).array()).toEqual([2]);
  });

  test("float64 runs on the reference, with digits that float32 does not have", async () => {
    const x = tensor([1 / 3], { dtype: "float64" });
    expect(await x.mul(3).sub(1).add(1e-12).array()).toEqual([(1 / 3) * 3 - 1 + 1e-12]);
    expect(await x.cast("float32").add(1).array()).toEqual([Math.fround(4 / 3)]);
  });
});

describe("a loop", () => {
  test("w = w.sub(g.mul(rate)) neither grows nor compiles again when the number changes", async () => {
    let w: Tensor = tensor([1, 2, 3]);
    const target = tensor([0, 1, 0]);
    const step = async (rate: number): Promise<void> => {
      const g = grad((v: Tensor) => v.sub(target).square().sum())(w);
      w = w.sub(g.mul(rate));
      await w.data();
    };
    await step(0.1);
    const size = sizeOfGraph(w);
    const compilations = await compilationsDuring(async () => {
      for (let i = 2; i < 60; i++) await step(0.1 / i);
    });
    expect(compilations).toBe(0);
    expect([size, sizeOfGraph(w)]).toEqual([1, 1]);
  });

  test("reading something else of it does not let it grow either", async () => {
    let w: Tensor = tensor([1, 2]);
    const sizes: number[] = [];
    for (let i = 1; i <= 20; i++) {
      const loss = w.square().sum();
      w = w.sub(w.mul(0.01 * i));
      await loss.item();
      sizes.push(sizeOfGraph(w));
    }
    expect(Math.max(...sizes)).toBe(Math.max(...sizes.slice(0, 2)));
  });

  test("other shapes compile their own program, which is found again", async () => {
    const square = (n: number): Promise<unknown> => ones([n]).add(1).square().sum().data();
    await square(31);
    expect(await compilationsDuring(() => square(32))).toBe(1);
    expect(await compilationsDuring(() => square(31))).toBe(0);
  });

  test("programs that are kept do not pile up", async () => {
    for (let n = 1; n < 100; n++) await ones([n]).add(n).data();
    expect(keptPrograms(await target())).toBeLessThanOrEqual(64);
  });

  test("memory comes back: 600 turns that make and drop 64 KiB each", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    let w: Tensor = normal([64, 64], { seed: 1 });
    const memory: number[] = [];
    for (let i = 0; i < 600; i++) {
      w = w.sub(w.matmul(w).mul(1e-4)).mul(0.999);
      await w.data();
      if (i % 100 !== 99) continue;
      collect();
      await pause();
      memory.push(process.memoryUsage().heapUsed + process.memoryUsage().external);
    }
    expect(Math.max(...memory) - memory[0]!).toBeLessThan(5 * 2 ** 20);
  });
});

describe("tensors of a trace", () => {
  test("cannot be read, and say so", async () => {
    const leaked: Tensor[] = [];
    inTrace(() => {
      const x = tensorOf(build.input("x", [2], "float32"));
      leaked.push(x, x.add(1));
    });
    await expect(leaked[0]!.data()).rejects.toThrowErrorMatchingInlineSnapshot(
      `[GradusError: data: the tensor belongs to a function that grad or compile records, and has no values of its own. Return it from the function and read the result.]`,
    );
    await expect(realize(leaked[1]!)).rejects.toThrowErrorMatchingInlineSnapshot(
      `[GradusError: realize: the tensor belongs to a function that grad or compile records, and has no values of its own. Return it from the function and read the result.]`,
    );
  });

  test("do not disturb reading others", async () => {
    const x: Tensor = tensor([1]);
    let leaked: Tensor | undefined;
    inTrace(() => {
      leaked = x.add(tensorOf(build.input("y", [1], "float32")));
    });
    const user = leaked!.mul(2); // waits for ever
    expect(await x.add(1).array()).toEqual([2]);
    await expect(user.data()).rejects.toThrow("belongs to a function");
  });
});

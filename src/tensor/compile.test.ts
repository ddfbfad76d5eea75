/** Proves compiled functions: recorded once per structure of their arguments, equal to the same function uncompiled, and what they refuse. */

import { describe, expect, test } from "vitest";
import { compile } from "./compile.ts";
import { ones, tensor } from "./create.ts";
import { grad } from "./grad.ts";
import type { Tensor } from "./tensor.ts";

/** A compiled function that counts how often it was recorded. */
function counted<A extends Tensor[]>(
  f: (...args: A) => Tensor,
): { run: (...args: A) => Promise<Tensor>; count: () => number } {
  let recorded = 0;
  const run = compile((...args: A) => {
    recorded++;
    return f(...args);
  });
  return { run, count: () => recorded };
}

describe("compile", () => {
  test("records once per shape and dtype of the arguments", async () => {
    const { run, count } = counted((x: Tensor) => x.square().sum());
    expect(await (await run(tensor([1, 2]))).item()).toBe(5);
    expect(await (await run(tensor([3, 4]))).item()).toBe(25);
    expect(count()).toBe(1);
    expect(await (await run(tensor([1, 2, 3]))).item()).toBe(14);
    expect(await (await run(tensor([1, 2], { dtype: "float64" }))).item()).toBe(5);
    expect(count()).toBe(3);
    await run(tensor([0, 0]));
    expect(count()).toBe(3);
  });

  test("calls at the same time record once", async () => {
    const { run, count } = counted((x: Tensor) => x.add(1));
    const results = await Promise.all([1, 2, 3].map((value) => run(tensor([value]))));
    expect(await Promise.all(results.map((result) => result.item()))).toEqual([2, 3, 4]);
    expect(count()).toBe(1);
  });

  test("gives the bits of the same function uncompiled", async () => {
    const f = (x: Tensor, w: Tensor): Tensor => x.matmul(w).tanh().exp().sum(1).log();
    const x = tensor([
      [0.1, -0.7, 1.3],
      [2.2, 0.4, -0.9],
    ]);
    const w = tensor([
      [0.3, 1.1],
      [-0.2, 0.8],
      [0.5, -1.4],
    ]);
    expect(await (await compile(f)(x, w)).data()).toEqual(await f(x, w).data());
  });

  test("takes and gives arrays and records; the same tensor in two places is one", async () => {
    const f = compile(({ a, list }: { a: Tensor; list: Tensor[] }) => {
      const sum = list.reduce((total, x) => total.add(x), a);
      return { sum, again: [sum, a.mul(2)], untouched: a };
    });
    const { sum, again, untouched } = await f({ a: tensor([1]), list: [tensor([2]), tensor([3])] });
    expect([await sum.item(), await again[0]!.item(), await again[1]!.item(), await untouched.item()]).toEqual([
      6, 6, 2, 1,
    ]);
  });

  test("takes what has not been computed yet, and gradients inside", async () => {
    const step = compile((w: Tensor, rate: Tensor) => w.sub(grad((v: Tensor) => v.square().sum())(w).mul(rate)));
    let w: Tensor = tensor([1, -2]).mul(1);
    for (let i = 0; i < 3; i++) w = await step(w, tensor(0.25));
    expect(await w.array()).toEqual([0.125, -0.25]);
  });

  test("tensors from outside keep the values of the recording; numbers are constants", async () => {
    let factor = 2;
    const offset = tensor([10]);
    const f = compile((x: Tensor) => x.mul(factor).add(offset));
    expect(await (await f(tensor([1]))).item()).toBe(12);
    factor = 100;
    expect(await (await f(tensor([1]))).item()).toBe(12);
  });

  test("results are tensors like others", async () => {
    const y = await compile((x: Tensor) => x.add(1))(ones([2]));
    expect(await y.mul(3).array()).toEqual([6, 6]);
    expect(await grad((v: Tensor) => v.square().sum())(y).array()).toEqual([4, 4]);
  });
});

describe("refusals", () => {
  test("results that are no tensors", async () => {
    await expect(compile((() => 1) as never)()).rejects.toThrowErrorMatchingInlineSnapshot(
      `[GradusError: compile: the function must return tensors at once, in arrays and records if there are several; got number. Read values outside of it.]`,
    );
    await expect(compile((async () => tensor(1)) as never)()).rejects.toThrowErrorMatchingInlineSnapshot(
      `[GradusError: compile: the function must return tensors at once, in arrays and records if there are several; got a promise. Read values outside of it.]`,
    );
    await expect(compile((() => ({ a: tensor(1), b: null })) as never)()).rejects.toThrowErrorMatchingInlineSnapshot(
      `[GradusError: compile: the function must return tensors at once, in arrays and records if there are several; got object. Read values outside of it.]`,
    );
  });

  test("reading inside", async () => {
    const f = compile((x: Tensor) => {
      reading = x.data();
      reading.catch(() => {});
      return x;
    });
    let reading: Promise<unknown> | undefined;
    await f(tensor([1]));
    await expect(reading).rejects.toThrow("data: the tensor belongs to a function that grad or compile records");
  });

  test("calling a compiled function inside: at once, so that no promise is left behind", async () => {
    const inner = compile((x: Tensor) => x.square());
    const inside = (x: Tensor): Tensor => inner(x) as never;
    const sentence = "compile: a compiled function runs; it cannot be recorded by grad or by another compile.";
    await expect(compile(inside)(tensor([1]))).rejects.toThrow(sentence);
    expect(() => grad(inside)(tensor(1))).toThrow(sentence);
  });

  test("an error while recording comes back, and the next call records again", async () => {
    let broken = true;
    const f = compile((x: Tensor) => {
      if (broken) throw new Error("not yet");
      return x.add(1);
    });
    await expect(f(tensor([1]))).rejects.toThrow("not yet");
    broken = false;
    expect(await (await f(tensor([1]))).item()).toBe(2);
  });

  test("a tensor that leaked out of another function's recording", async () => {
    let leaked: Tensor | undefined;
    await compile((x: Tensor) => {
      leaked = x;
      return x;
    })(tensor([1]));
    await expect(compile((x: Tensor) => x.add(leaked!))(tensor([1]))).rejects.toThrow("compile: the tensor belongs to");
  });
});

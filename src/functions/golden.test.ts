/**
 * Proves convolutions, pools and activations, forward and backward, against PyTorch: float64 on the reference to 1e-12, float32 on
 * wasm to 1e-5, relative to each value. Where terms near 1 cancel, as in `1 − y²`, they leave up to a unit in the last place of 1.
 */

import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { sizeOf } from "../base/shape.ts";
import { tensor } from "../tensor/create.ts";
import { grad } from "../tensor/grad.ts";
import type { Tensor } from "../tensor/tensor.ts";
import * as functions from "./index.ts";

interface Case {
  readonly function: string;
  readonly x: number[];
  readonly options: object;
  readonly y: number[];
  readonly dx: number[];
}

interface Golden {
  readonly convs: readonly (Case & { weight: number[]; dweight: number[] })[];
  readonly pools: readonly (Case & { size: number | number[]; modulus: number })[];
  readonly activations: Readonly<Record<string, { x: number[] | number[][]; y: number[]; dx: number[] }>>;
}

const golden = JSON.parse(readFileSync(new URL("golden/functions.json", import.meta.url), "utf8")) as Golden;

type Float = "float32" | "float64";
type Loose = (...args: unknown[]) => Tensor;

/** The same numbers as in golden/functions.py. */
function numbers(shape: readonly number[], modulus: number, offset: number, dtype: Float): Tensor {
  const values = Array.from(
    { length: sizeOf(shape) },
    (_, i) => (((7 * i + offset) % modulus) - Math.floor(modulus / 2)) / 8,
  );
  return tensor(values, { shape, dtype });
}

interface Closeness {
  /** Relative to each value. */
  readonly tolerance: number;
  /** Whether terms near 1 cancel. */
  readonly cancels?: boolean;
}

/** What float32 does not hold as a normal number counts as 0. */
async function close(
  what: string,
  actual: Tensor,
  expected: readonly number[],
  { tolerance, cancels = false }: Closeness,
): Promise<void> {
  const values = await actual.data();
  const [unit, least] = actual.dtype === "float32" ? [2 ** -23, 2 ** -126] : [2 ** -52, 0];
  const floor = cancels ? unit : least;
  expect(values.length, what).toBe(expected.length);
  expected.forEach((value, i) => {
    expect(Math.abs(values[i]! - value), `${what}[${i}]: ${values[i]} for ${value}`).toBeLessThanOrEqual(
      tolerance * Math.abs(value) + floor,
    );
  });
}

/** What an activation of the golden file is called with. */
const activations: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  relu: (x) => functions.relu(x),
  leakyRelu: (x) => functions.leakyRelu(x, 0.125),
  sigmoid: (x) => functions.sigmoid(x),
  tanh: (x) => functions.tanh(x),
  erf: (x) => x.erf(),
  sin: (x) => x.sin(),
  cos: (x) => x.cos(),
  exp: (x) => x.exp(),
  square: (x) => x.square(),
  abs: (x) => x.abs(),
  log: (x) => x.log(),
  sqrt: (x) => x.sqrt(),
  reciprocal: (x) => x.reciprocal(),
  pow: (x) => x.pow(2.5),
  product: (x) => x.product(),
  cumulativeSum: (x) => x.cumulativeSum(0),
  softmax: (x) => functions.softmax(x),
  logSoftmax: (x) => functions.logSoftmax(x),
  logSumExp: (x) => functions.logSumExp(x),
};
const weighted = new Set(["cumulativeSum", "softmax", "logSoftmax", "logSumExp"]);

describe.each([
  ["reference", "float64", 1e-12],
  ["wasm", "float32", 1e-5],
] as const)("on %s in %s", (target, dtype, tolerance) => {
  beforeEach(() => void vi.stubEnv("GRADUS_TARGET", target));
  afterEach(() => void vi.unstubAllEnvs());

  test.each(golden.convs)("$function $x $weight $options", async (given) => {
    const conv = functions[given.function as "conv2d"] as Loose;
    const apply = ({ x, w }: { x: Tensor; w: Tensor }): Tensor => conv(x, w, given.options);
    const operands = { x: numbers(given.x, 19, 3, dtype), w: numbers(given.weight, 13, 5, dtype) };
    const y = apply(operands);
    await close("y", y, given.y, { tolerance });
    const g = numbers(y.shape, 11, 2, dtype);
    const { x, w } = grad((both: typeof operands) => apply(both).mul(g).sum())(operands);
    await close("dx", x, given.dx, { tolerance });
    await close("dweight", w, given.dweight, { tolerance });
  });

  test.each(golden.pools)("$function $x $size $options mod $modulus", async (given) => {
    const pool = functions[given.function as "maxPool2d"] as Loose;
    const x = numbers(given.x, given.modulus, 3, dtype);
    const y = pool(x, given.size, given.options);
    await close("y", y, given.y, { tolerance });
    const g = numbers(y.shape, 11, 2, dtype);
    const dx = grad((x: Tensor) => pool(x, given.size, given.options).mul(g).sum())(x);
    await close("dx", dx, given.dx, { tolerance, cancels: true });
  });

  test.each(Object.entries(golden.activations))("%s", async (name, given) => {
    const f = activations[name]!;
    const x: Tensor = tensor(given.x, { dtype });
    const y = f(x);
    await close("y", y, given.y, { tolerance, cancels: name === "logSoftmax" });
    const g = weighted.has(name) ? numbers(y.shape, 11, 2, dtype) : 1;
    await close("dx", grad((x: Tensor) => f(x).mul(g).sum())(x), given.dx, { tolerance, cancels: true });
  });
});

/**
 * Proves layers, forward and backward, against PyTorch: float64 on the reference to 1e-12, float32 on wasm to 1e-5, relative to each value.
 * Where terms near 1 cancel, as in `1 − y²`, they leave some units in the last place of the largest value.
 */

import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { sizeOf } from "../base/shape.ts";
import { tensor } from "../tensor/create.ts";
import { grad } from "../tensor/grad.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Network } from "./network.ts";

interface Case {
  readonly layers: string;
  readonly input: readonly number[];
  readonly modulus: number;
  readonly y: readonly number[];
  /** Absent where inputs are indices. */
  readonly dx?: readonly number[];
  readonly parameters: Readonly<Record<string, { shape: readonly number[]; gradient: readonly number[] }>>;
}

const { cases } = JSON.parse(readFileSync(new URL("golden/layers.json", import.meta.url), "utf8")) as {
  readonly cases: readonly Case[];
};

/** The same numbers as in golden/layers.py. */
function numbers(shape: readonly number[], modulus: number, offset: number): number[] {
  return Array.from({ length: sizeOf(shape) }, (_, i) => (((7 * i + offset) % modulus) - Math.floor(modulus / 2)) / 8);
}

async function close(what: string, actual: Tensor, expected: readonly number[], tolerance: number): Promise<void> {
  const values = await actual.data();
  const unit = actual.dtype === "float32" ? 2 ** -23 : 2 ** -52;
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  expect(values.length, what).toBe(expected.length);
  expected.forEach((value, i) => {
    expect(Math.abs(values[i]! - value), `${what}[${i}]: ${values[i]} for ${value}`).toBeLessThanOrEqual(
      tolerance * Math.abs(value) + 4 * unit * largest,
    );
  });
}

describe.each([
  ["reference", "float64", 1e-12],
  ["wasm", "float32", 1e-5],
] as const)("on %s in %s", (target, dtype, tolerance) => {
  beforeEach(() => void vi.stubEnv("GRADUS_TARGET", target));
  afterEach(() => void vi.unstubAllEnvs());

  test.each(cases)("$layers of $input mod $modulus", async (given) => {
    const net = Network.from(given.input.slice(1), given.layers);
    const names = Object.keys(given.parameters);
    expect(net.parameterSpecs.map(({ name, shape }) => [name, shape])).toEqual(
      names.map((name) => [`0.${name}`, given.parameters[name]!.shape]),
    );
    const make = (shape: readonly number[], modulus: number, offset: number): Tensor =>
      tensor(numbers(shape, modulus, offset), { shape, dtype });
    const x = make(given.input, given.modulus, 3);
    const operands: Record<string, Tensor> = { x: given.dx ? x : x.mul(8).abs() };
    names.forEach((name, i) => {
      operands[name] = make(given.parameters[name]!.shape, 13 + 2 * i, 5 + i);
    });
    const apply = ({ x, ...parameters }: Record<string, Tensor>): Tensor => {
      const named = Object.entries(parameters).map(([name, value]) => [`0.${name}`, value] as const);
      return net.apply(new Map(named), x!, { training: false, random: null });
    };
    const y = apply(operands);
    await close("y", y, given.y, tolerance);
    const g = make(y.shape, 11, 2);
    const gradients = grad((all: typeof operands) => apply(all).mul(g).sum())(operands);
    if (given.dx) await close("dx", gradients.x!, given.dx, tolerance);
    for (const name of names) await close(name, gradients[name]!, given.parameters[name]!.gradient, tolerance);
  });
});

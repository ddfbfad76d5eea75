/** Proves that what a run holds in a target's memory is given back in every ending, also where memory comes to its end. */

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { crossEntropy } from "../loss/cross-entropy.ts";
import { dense } from "../network/layers/dense.ts";
import { network } from "../network/network.ts";
import { sgd } from "../optimizer/sgd.ts";
import { target as loadTarget } from "../targets/registry.ts";
import type { Target } from "../targets/target.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { evaluate } from "./evaluate.ts";
import { line, sides } from "./testing.ts";
import { train } from "./train.ts";

let wasm: Target;
/** Bytes and programs that were had and not given back. */
let held = { bytes: 0, programs: 0 };
/** The allocation that fails, counted from 1. */
let failing = Number.POSITIVE_INFINITY;

beforeEach(async () => {
  wasm = await loadTarget("wasm");
  held = { bytes: 0, programs: 0 };
  failing = Number.POSITIVE_INFINITY;
  const allocate = wasm.allocate.bind(wasm);
  const compile = wasm.compile.bind(wasm);
  vi.spyOn(wasm, "allocate").mockImplementation((bytes) => {
    if (--failing < 0) throw new Error("no memory");
    const buffer = allocate(bytes);
    held.bytes += bytes;
    const release = buffer.release.bind(buffer);
    buffer.release = () => {
      held.bytes -= bytes;
      release();
    };
    return buffer;
  });
  vi.spyOn(wasm, "compile").mockImplementation(async (module) => {
    const program = await compile(module);
    held.programs++;
    const release = program.release.bind(program);
    program.release = () => {
      held.programs--;
      release();
    };
    return program;
  });
});

afterEach(() => vi.restoreAllMocks());

const data = sides(40);
/** 2·2 weights and 2 biases: they stay with the network. */
const parameters = 4 * 6;
const options = { loss: crossEntropy(), optimizer: sgd(), batchSize: 16, target: "wasm" } as const;
const make = () => network([2], dense(2));

test("by a run that ends well, one that is aborted, and an evaluation", async () => {
  const net = make();
  await train(net, data, { ...options, validation: data });
  expect(held).toEqual({ bytes: parameters, programs: 0 });
  await evaluate(net, data, options);
  expect(held).toEqual({ bytes: parameters, programs: 0 });
  await train(make(), data, { ...options, signal: AbortSignal.abort() });
  expect(held).toEqual({ bytes: 2 * parameters, programs: 0 });
});

test("by a run and an evaluation that fail while they are prepared", async () => {
  const wrong = (output: Tensor): Tensor => output;
  const late = (output: Tensor): Tensor => (output.shape[0] === 16 ? output.sum(1) : output); // validation: 40 at once
  for (let i = 0; i < 20; i++) {
    await expect(train(make(), data, { ...options, loss: wrong })).rejects.toThrow("one number per example");
    const validation = { ...options, validation: data, loss: late };
    await expect(train(make(), data, validation)).rejects.toThrow("one number per example");
    await expect(evaluate(make().initialize(), data, { ...options, loss: wrong })).rejects.toThrow("one number");
    await expect(train(network([1], dense(2)), line, options)).rejects.toThrow("crossEntropy");
  }
  expect(held).toEqual({ bytes: 0, programs: 0 });
});

test("by a run that fails on its way", async () => {
  const stop = (): never => {
    throw new Error("mine");
  };
  const callbacks = [({ event }: { event: string }) => event === "step" && stop()];
  await expect(train(make(), data, { ...options, validation: data, callbacks })).rejects.toThrow("mine");
  const diverging = (output: Tensor): Tensor => output.square().sum(1).mul(1e38).mul(1e38);
  await expect(train(make(), data, { ...options, loss: diverging })).rejects.toThrow("is not finite");
  expect(held).toEqual({ bytes: 2 * parameters, programs: 0 });
});

test("wherever memory comes to its end", async () => {
  const attempt = async (work: () => PromiseLike<unknown>): Promise<number> => {
    for (let allowed = 0; ; allowed++) {
      held = { bytes: 0, programs: 0 };
      failing = allowed;
      const outcome = await Promise.resolve(work()).catch((error: Error) => error.message);
      if (outcome !== "no memory") return allowed;
      expect(held.programs).toBe(0);
      expect([0, parameters]).toContain(held.bytes);
    }
  };
  expect(await attempt(() => train(make(), data, { ...options, validation: data }))).toBeGreaterThan(10);
  expect(await attempt(() => evaluate(make().initialize(), data, options))).toBeGreaterThan(4);
});

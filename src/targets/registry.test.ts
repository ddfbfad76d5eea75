// Proves that there is one target of each kind, mode and number of threads, and that a number that cannot be is refused in a sentence.

import { afterEach, expect, test, vi } from "vitest";
import { target } from "./registry.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

test("options come before the environment, and both before the default", async () => {
  const usual = await target("wasm");
  expect(usual.threads).toBeGreaterThanOrEqual(1);
  expect(await target("wasm", { threads: usual.threads, numerics: usual.numerics })).toBe(usual);
  const three = await target("wasm", { threads: 3 });
  expect(three.threads).toBe(3);
  vi.stubEnv("GRADUS_THREADS", "3");
  expect(await target("wasm")).toBe(three);
  expect((await target("wasm", { threads: 2 })).threads).toBe(2);
});

test("the reference has one thread, however many are asked for", async () => {
  const reference = await target("reference", { threads: 5 });
  expect(reference.threads).toBe(1);
  expect(await target("reference", { numerics: reference.numerics })).toBe(reference);
});

test.each([0, 65, 1.5, Number.NaN])("%d threads are refused", async (threads) => {
  await expect(target("wasm", { threads })).rejects.toThrow(
    `threads: must be a whole number from 1 to 64; got ${threads}. Ask for as many as the machine has processors, or leave it out.`,
  );
});

test("so is a variable that is no number", async () => {
  vi.stubEnv("GRADUS_THREADS", "many");
  await expect(target("reference")).rejects.toThrow("threads: must be a whole number from 1 to 64; got many.");
});

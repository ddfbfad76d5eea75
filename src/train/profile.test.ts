// Proves that a profile changes nothing but the clock, that it counts what it watched, and that a target without kernels is refused
// before the network is touched.

import { expect, test } from "vitest";
import { crossEntropy } from "../loss/cross-entropy.ts";
import { dense } from "../network/layers/dense.ts";
import { network } from "../network/network.ts";
import { adam } from "../optimizer/adam.ts";
import { eventsOf, sides } from "./testing.ts";
import { train } from "./train.ts";

const options = { loss: crossEntropy(), optimizer: adam(), epochs: 6, batchSize: 32, seed: 3, target: "wasm" } as const;

test("the same hash and the same losses, and an event before the end", async () => {
  const data = sides(1000);
  const plain = await train(network([2], dense(8), dense(2)), data, options);
  const run = train(network([2], dense(8), dense(2)), data, { ...options, profile: true });
  const events = await eventsOf(run);
  const { hash, history } = await run;
  expect(hash).toBe(plain.hash);
  expect(history.map(({ training }) => training.loss)).toEqual(plain.history.map(({ training }) => training.loss));

  const profile = events.at(-2)!;
  expect(events.at(-1)).toMatchObject({ event: "end", hash });
  if (profile.event !== "profile") throw new Error("no profile");
  // At most all steps but the first chunk, which is one step, and the smaller batches at the ends of epochs.
  expect(profile.steps).toBeGreaterThan(0);
  expect(profile.steps).toBeLessThanOrEqual(6 * 31 - 1);
  expect(profile.kernels.length).toBeGreaterThan(3);
  for (const { name, calls, flops, bytes } of profile.kernels) {
    expect(name).toMatch(/\S/);
    expect(calls % profile.steps).toBe(0);
    expect(Number.isInteger(flops / calls) && bytes > 0).toBe(true);
  }
  const measured = profile.kernels.reduce((sum, { seconds }) => sum + seconds, 0);
  expect(measured).toBeGreaterThan(0);
  expect(measured).toBeLessThanOrEqual(profile.seconds);
});

test("a run too short to be watched says so", async () => {
  const events = await eventsOf(train(network([2], dense(2)), sides(40), { ...options, steps: 1, profile: true }));
  expect(events.at(-2)).toEqual({ event: "profile", steps: 0, seconds: 0, kernels: [] });
});

test("without profile there is no such event", async () => {
  const events = await eventsOf(train(network([2], dense(2)), sides(40), { ...options, steps: 3 }));
  expect(events.some(({ event }) => event === "profile")).toBe(false);
});

test("the reference has no kernels to time", async () => {
  const net = network([2], dense(2));
  const asked = { ...options, target: "reference", profile: true } as const;
  await expect(train(net, sides(40), asked)).rejects.toThrow(
    "profile: the target must run kernels; reference has none. Train on another target, or without profile.",
  );
  expect(net.initialized).toBe(false);
});

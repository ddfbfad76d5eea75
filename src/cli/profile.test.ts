// Proves that `gradus train --profile` ends with a table that fits its terminal, tells machines the same before the end, and changes no hash.

import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { gradus } from "./testing.ts";

beforeAll(() => {
  vi.stubEnv("GRADUS_TARGET", "wasm");
  vi.stubEnv("GRADUS_NUMERICS", "");
});
afterAll(() => void vi.unstubAllEnvs());

const short = ["train", "--take", "300", "--epochs", "2", "--seed", "2"];

test("people read a table", async () => {
  const { code, lines } = await gradus([...short, "--profile"]);
  expect(code).toBe(0);
  const from = lines.findIndex((line) => /^Profile of \d+ steps?$/.test(line));
  expect(lines[from + 1]).toMatch(/^ {2}kernel +calls +µs per step +share +GFLOP\/s +GB\/s$/);
  const last = lines.findIndex((line) => line.startsWith("  together"));
  expect(lines[last]).toMatch(/100\.0 %/);
  expect(last - from).toBeGreaterThan(5);
  for (const line of lines.slice(from, last + 1)) expect(line.length).toBeLessThanOrEqual(80);
});

test("machines read one object before the end, and the hash is that of any run", async () => {
  const plain = await gradus([...short, "--json"]);
  const { lines } = await gradus([...short, "--json", "--profile"]);
  const events = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(events.map(({ event }) => event).slice(-2)).toEqual(["profile", "end"]);
  const [profile, end] = events.slice(-2) as [{ kernels: object[] }, { hash: string }];
  expect(Object.keys(profile.kernels[0]!)).toEqual(["name", "calls", "seconds", "flops", "bytes"]);
  expect(end.hash).toBe((JSON.parse(plain.lines.at(-1)!) as { hash: string }).hash);
});

test("too few steps, and a target without kernels, are said in a sentence", async () => {
  const { output } = await gradus([...short, "--steps", "1", "--profile"]);
  expect(output).toContain("Nothing to profile: the run was over with its first chunk of steps. Take more steps.");
  const { code, complaint } = await gradus([...short, "--json", "--profile", "--target", "reference"]);
  expect(code).toBe(1);
  expect(complaint).toBe(
    "gradus: profile: the target must run kernels; reference has none. Train on another target, or without profile.",
  );
});

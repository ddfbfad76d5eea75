// Proves that `gradus bench` prints a line per workload, for people and for machines, and refuses in one sentence before it measures.

import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { gradus } from "./testing.ts";

beforeAll(() => {
  for (const name of ["GRADUS_TARGET", "GRADUS_NUMERICS", "GRADUS_THREADS"]) vi.stubEnv(name, "");
});
afterAll(() => void vi.unstubAllEnvs());

const small = ["matmul-32", "mlp-12-6-10-b64-adam"];

test("people read a table with the measured limits below", async () => {
  const { code, complaint, lines } = await gradus(["bench", ...small, "--quick", "--target", "wasm"]);
  expect([code, complaint]).toEqual([0, ""]);
  expect(lines[0]).toMatch(/^wasm, (fused|portable), \d+ threads?$/);
  expect(lines[1]).toMatch(/^ {2}workload +ms +GFLOP\/s +roofline$/);
  expect(lines[2]).toMatch(/^ {2}matmul-32 +[\d.e-]+ +[\d.]+ +[\d.]+ %$/);
  expect(lines[3]).toMatch(/^ {2}mlp-12-6-10-b64-adam +[\d.e-]+ +[\d.]+ +[\d.]+ % {2}after \d+ steps$/);
  expect(lines.at(-1)).toMatch(/^Measured limits: [\d.]+ GFLOP\/s of multiply-adds, [\d.]+ GB\/s of copying 16 MiB\.$/);
});

test("machines read an object per workload", async () => {
  const { lines } = await gradus(["bench", ...small, "--quick", "--json", "--target", "wasm", "--threads", "1"]);
  const rows = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(rows.map(({ event, workload, target, threads }) => [event, workload, target, threads])).toEqual([
    ["bench", "matmul-32", "wasm", 1],
    ["bench", "mlp-12-6-10-b64-adam", "wasm", 1],
  ]);
  for (const { milliseconds, gflops, share } of rows) {
    for (const figure of [milliseconds, gflops, share]) expect(figure).toBeGreaterThan(0);
  }
});

test.for([
  [["matmul-32", "matmal-1024"], 'gradus: bench: unknown workload "matmal-1024". Did you mean matmul-1024?'],
  [["--target", "reference"], "gradus: bench: the target must run kernels; reference has none. Choose another target."],
  [
    ["--target", "wasm", "--threads", "999"],
    "gradus: threads: must be a whole number from 1 to 64; got 999. Ask for as many as the machine has processors, or leave it out.",
  ],
  [["--threads", "0"], 'gradus: --threads: needs a positive integer; got "0".'],
] as const)("%j is refused", async ([argv, sentence]) => {
  const { code, complaint, output } = await gradus(["bench", ...argv]);
  expect([code, output]).toEqual([1, ""]);
  expect(complaint).toMatch(sentence);
});

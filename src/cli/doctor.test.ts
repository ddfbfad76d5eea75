/** Proves that the doctor runs the whole list on a target, counts what differs, and says so with its exit code. */

import { expect, test, vi } from "vitest";
import { conformanceCases } from "../conformance/cases.ts";
import { runConformance } from "../conformance/run.ts";
import { target } from "../targets/registry.ts";
import type { Target } from "../targets/target.ts";
import { gradus } from "./testing.ts";

test("wasm passes, and the table counts every case", async () => {
  const ran = await gradus(["doctor", "--target", "wasm", "--numerics", "portable", "--json"]);
  expect(ran.code).toBe(0);
  const lines = ran.lines.map((line) => JSON.parse(line) as { event: string; cases: number });
  const cases = conformanceCases().filter(({ float64 }) => !float64).length;
  expect(lines.filter(({ event }) => event === "conformance").reduce((sum, line) => sum + line.cases, 0)).toBe(cases);
  expect(lines.at(-1)).toMatchObject({ event: "speed", target: "wasm", numerics: "portable" });
});

test("the reference alone proves nothing, and is not called agreement", async () => {
  const ran = await gradus(["doctor", "--target", "reference", "--numerics", "portable"]);
  expect(ran.code).toBe(1);
  expect(ran.lines.at(-1)).toContain("Nothing was compared with the reference.");
});

test("a target that computes one element wrongly is found", async () => {
  const wasm = await target("wasm", { numerics: "portable" });
  const broken: Target = {
    ...{ name: wasm.name, numerics: wasm.numerics, threads: 1 },
    allocate: (bytes) => wasm.allocate(bytes),
    write: (buffer, data) => wasm.write(buffer, data),
    compile: (module) => wasm.compile(module),
    read: async (buffer, dtype, length) => {
      const data = await wasm.read(buffer, dtype, length);
      if (length === 91) data[90]! += 1;
      return data;
    },
  };
  const reports = await runConformance(broken);
  const found = reports.flatMap(({ failures }) => failures);
  expect(found.length).toBeGreaterThan(10);
  expect(found[0]!.problem).toMatch(/^element 90 of 91 is .* instead of /);
});

test("a target that this system cannot have is told, and is no failure unless it was asked for", async () => {
  const here = Object.getOwnPropertyDescriptor(process, "platform")!;
  Object.defineProperty(process, "platform", { ...here, value: "plan9" });
  vi.resetModules();
  try {
    const { gradus: fresh } = await import("./testing.ts");
    const ran = await fresh(["doctor", "--numerics", "portable"]);
    const reason = `x64: runs on Linux with an x64 processor; this is plan9 ${process.arch}. Use the target wasm.`;
    expect([ran.code, ran.lines.filter((line) => line.startsWith("x64"))]).toEqual([0, [reason]]);
    expect((await fresh(["doctor", "--target", "x64"])).complaint).toBe(`gradus: ${reason}`);
  } finally {
    Object.defineProperty(process, "platform", here);
    vi.resetModules();
  }
});

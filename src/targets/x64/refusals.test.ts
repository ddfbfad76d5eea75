// Proves that the target says in a sentence why it cannot run here, or cannot do what it was asked for, and that wasm runs where it was no
// more than the default.

import { afterEach, expect, test, vi } from "vitest";
import { x64In } from "../testing.ts";
import { chooseExtension, x64Target } from "./target.ts";

const here = Object.getOwnPropertyDescriptor(process, "platform")!;
const hasX64 = (await x64In("portable")) !== null;

afterEach(() => {
  vi.unstubAllEnvs();
  vi.doUnmock("koffi");
  vi.restoreAllMocks();
  Object.defineProperty(process, "platform", here);
  vi.resetModules();
});

/** The registry as a process finds it that has asked for no target yet. */
async function freshTarget(): Promise<typeof import("../registry.ts").target> {
  vi.resetModules();
  return (await import("../registry.ts")).target;
}

test("another system: asked for by name it says why, by default wasm runs without a word", async () => {
  Object.defineProperty(process, "platform", { ...here, value: "darwin" });
  const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  const target = await freshTarget();
  expect((await target()).name).toBe("wasm");
  vi.stubEnv("GRADUS_TARGET", "x64");
  await expect(target()).rejects.toThrow(
    `x64: runs on Linux with an x64 processor; this is darwin ${process.arch}. Use the target wasm.`,
  );
  expect(warn).not.toHaveBeenCalled();
});

test.skipIf(!hasX64)(
  "without koffi: asked for by name it says what to install, by default wasm runs and says so once",
  async () => {
    vi.doMock("koffi", () => {
      throw new Error("there is none");
    });
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const target = await freshTarget();
    expect((await target()).name).toBe("wasm");
    expect((await target(undefined, { numerics: "portable" })).name).toBe("wasm");
    expect(warn.mock.calls.map(([message]) => message)).toEqual([
      "x64: the optional package koffi is not installed or does not load here. Install it (npm install koffi), or use the target wasm. " +
        "The target wasm is used.",
    ]);
    vi.stubEnv("GRADUS_TARGET", "x64");
    await expect(target()).rejects.toThrow("Install it (npm install koffi), or use the target wasm.");
  },
);

test("the widest vectors of the processor, or those asked for", () => {
  expect(chooseExtension("avx512").name).toBe("avx512");
  expect(chooseExtension("avx2").name).toBe("avx2");
  expect(chooseExtension("avx512", "avx2").name).toBe("avx2");
  expect(() => chooseExtension(null)).toThrow(
    "x64: this processor has neither AVX-512 nor AVX2 with FMA. Use the target wasm.",
  );
  expect(() => chooseExtension("avx2", "avx512")).toThrow(
    "x64: this processor has no AVX-512, which was asked for. Leave it away, or ask for avx2.",
  );
  expect(() => chooseExtension("avx512", "sse")).toThrow(
    "x64: vectors must be avx512 or avx2; got sse. Leave it away for what the processor has.",
  );
});

test.skipIf(!hasX64)("GRADUS_VECTORS chooses them", async () => {
  vi.stubEnv("GRADUS_VECTORS", "avx2");
  expect((await x64Target({ threads: 1 })).machine).toMatchObject({ lanes: 8, vectorRegisters: 16 });
  vi.stubEnv("GRADUS_VECTORS", "neon");
  await expect(x64Target({ threads: 1 })).rejects.toThrow("x64: vectors must be avx512 or avx2; got neon.");
});

test("no thread at all is refused", async () => {
  vi.stubEnv("GRADUS_TARGET", "x64");
  vi.stubEnv("GRADUS_THREADS", "0");
  await expect((await freshTarget())()).rejects.toThrow(/^threads: must be .+ from 1 to 64; got 0\. /);
});

test.skipIf(!hasX64).each([false, true])("memory that cannot be had, guard pages %s", async (check) => {
  const target = await x64Target({ threads: 1, check });
  const kept = target.allocate(5 * 2 ** 20);
  expect(() => target.allocate(2 ** 45)).toThrow(
    "x64: 33554432 MiB more memory could not be had; 5 MiB are in use. " +
      "Use a smaller batch, a smaller network or less resident data.",
  );
  kept.release();
});

/**
 * Proves in processes of their own that standard output may end at any moment, and standard input and files may never end: one
 * line, an exit code, and what was learned is kept.
 */

import { spawn } from "node:child_process";
import { createReadStream, existsSync, mkdtempSync, openSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeSafetensors } from "../files/safetensors.ts";
import { readAll } from "./terminal.ts";

/** `npm test` builds it. */
const program = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "gradus-output-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Ended {
  readonly code: unknown;
  readonly complaint: string;
}

/** Runs the command line; `out` is a file for standard output, or after how many bytes its reader has seen enough. */
async function run(argv: readonly string[], out: string | number, input = "/dev/null"): Promise<Ended> {
  const child = spawn(process.execPath, [program, ...argv], {
    stdio: ["pipe", typeof out === "string" ? openSync(out, "w") : "pipe", "pipe"],
  });
  child.stdin!.on("error", () => {});
  createReadStream(input).pipe(child.stdin!);
  let seen = 0;
  child.stdout?.on("data", (bytes: Buffer) => {
    seen += bytes.length;
    if (seen >= (out as number)) child.stdout!.destroy();
  });
  let complaint = "";
  child.stderr!.setEncoding("utf8").on("data", (text: string) => {
    complaint += text;
  });
  const code = await new Promise((resolve) => child.on("exit", (status) => setTimeout(resolve, 50, status)));
  return { code, complaint };
}

/** A run that takes far longer than any test. */
const longRun = ["train", "--take", "100", "--epochs", "100000"];

describe.skipIf(!existsSync(program) || !existsSync("/dev/full"))("the command line", () => {
  test("says in one line that standard output is full", async () => {
    const full = "gradus: standard output must be writable; the disk is full (ENOSPC). Send it elsewhere.\n";
    expect(await run([...longRun, "--json"], "/dev/full")).toEqual({ code: 1, complaint: full });
    expect(await run(["summary", "dense(2)", "--input", "2"], "/dev/full")).toEqual({ code: 1, complaint: full });
  });

  test("keeps the model when a reader has seen enough", async () => {
    const out = join(folder, "read");
    expect(await run([...longRun, "--json", "--out", out], 2000)).toEqual({ code: 0, complaint: "" });
    expect(readdirSync(out).sort()).toEqual(["config.json", "events.jsonl", "model.safetensors"]);
  });

  test("says that there is no model when a reader has seen enough before the first step", async () => {
    const out = join(folder, "unread");
    expect(await run([...longRun, "--out", out], 1)).toEqual({
      code: 0,
      complaint: `gradus train: nobody reads standard output; stopped before the first step, ${out} has no model.\n`,
    });
  });

  test("reads no device and no endless input", async () => {
    const model = join(folder, "model.safetensors");
    const description = { layers: "flatten dense(2)", inputShape: [2, 2], classes: null, normalization: null };
    const tensors = {
      "1.weight": { dtype: "float32", shape: [2, 4], data: new Float32Array(8) },
      "1.bias": { dtype: "float32", shape: [2], data: new Float32Array(2) },
    } as const;
    writeFileSync(model, encodeSafetensors(tensors, { format: "gradus", network: JSON.stringify(description) }));
    expect(await run(["predict", "/dev/zero"], Infinity)).toEqual({
      code: 1,
      complaint:
        "gradus: /dev/zero: must be a model, a .safetensors file or a run folder; it is a device or a pipe. " +
        "gradus train --out DIR makes a run folder.\n",
    });
    expect(await run(["predict", model, "/dev/zero"], Infinity)).toEqual({
      code: 1,
      complaint: "gradus: /dev/zero: must be a file that can be read; it is a device or a pipe. Check the path.\n",
    });
    expect(await run(["predict", model], Infinity, "/dev/zero")).toEqual({
      code: 1,
      complaint:
        "gradus: standard input: may have at most 64000000 bytes; it has more. Give one picture, or the name of its file.\n",
    });
  });
});

test("input is read to its end, and not beyond what a picture has", async () => {
  async function* chunks(count: number): AsyncGenerator<Uint8Array> {
    const chunk = new Uint8Array(1_000_000);
    for (let i = 0; i < count; i++) yield chunk;
  }
  expect((await readAll(chunks(64))).length).toBe(64_000_000);
  await expect(readAll(chunks(Infinity))).rejects.toThrow(
    "standard input: may have at most 64000000 bytes; it has more.",
  );
});

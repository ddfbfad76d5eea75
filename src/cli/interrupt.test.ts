/** Proves in a process of its own that Ctrl-C ends a run with exit code 130 and a model that can be used. */

import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { gradus } from "./testing.ts";

/** `npm test` builds it. */
const program = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

test.skipIf(!existsSync(program))("Ctrl-C keeps the model", async () => {
  const folder = mkdtempSync(join(tmpdir(), "gradus-interrupt-"));
  try {
    const argv = ["train", "--take", "100", "--epochs", "100000", "--out", join(folder, "run"), "--json"];
    const child = spawn(process.execPath, [program, ...argv], { stdio: ["ignore", "pipe", "inherit"] });
    let output = "";
    let interrupted = false;
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      // As under npm: twice at once is one.
      if (output.includes('"event":"epoch"') && !interrupted)
        interrupted = child.kill("SIGINT") && child.kill("SIGINT");
    });
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect(code).toBe(130);
    expect(JSON.parse(output.trimEnd().split("\n").at(-1)!)).toMatchObject({ event: "end", aborted: true });
    expect((await gradus(["summary", join(folder, "run")])).output).toContain("34,186 parameters");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

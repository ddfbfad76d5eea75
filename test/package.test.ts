/** Proves that what is built, and so published, is the library alone: no code of tests. */

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

test("nothing of the tests is built", () => {
  const program = fileURLToPath(new URL("../node_modules/typescript/bin/tsc", import.meta.url));
  const listed = execFileSync(process.execPath, [program, "-p", "tsconfig.build.json", "--listFilesOnly"], {
    cwd: root,
  });
  const files = String(listed)
    .split("\n")
    .map((line) => line.replaceAll("\\", "/"))
    .filter((line) => line.includes("/src/") && !line.includes("node_modules"));
  expect(files.some((file) => file.endsWith("/src/cli/main.ts"))).toBe(true);
  expect(files.filter((file) => /\.(test|types)\.ts$|\/testing\.ts$|\/fuzz\//.test(file))).toEqual([]);
});

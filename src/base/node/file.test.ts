/** Proves that files are complete or absent, and that what cannot be read or written is said in one sentence. */

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { FileError } from "../errors.ts";
import { makeFolder, readFile, writeFileAtomically } from "./file.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "gradus-file-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("what is written is read again, over an older file too", async () => {
  const path = join(folder, "numbers");
  await writeFileAtomically(path, Uint8Array.of(1, 2, 3));
  await writeFileAtomically(path, Uint8Array.of(4, 5));
  expect(await readFile(path)).toEqual(Uint8Array.of(4, 5));
  expect(readdirSync(folder)).toEqual(["numbers"]);
});

test("a write that fails at the last step leaves nothing behind", async () => {
  const path = join(folder, "taken");
  mkdirSync(join(path, "inside"), { recursive: true });
  await expect(writeFileAtomically(path, Uint8Array.of(1))).rejects.toThrow(FileError);
  expect(readdirSync(folder)).toEqual(["taken"]);
});

test("a folder that is missing or is none is named", async () => {
  const missing = join(folder, "missing", "model");
  await expect(writeFileAtomically(missing, Uint8Array.of(1))).rejects.toThrow(
    `${missing}: must be in a folder that exists and can be written; it does not exist (ENOENT). Name another place.`,
  );
  writeFileSync(join(folder, "file"), "text");
  const inFile = join(folder, "file", "model");
  await expect(writeFileAtomically(inFile, Uint8Array.of(1))).rejects.toThrow(
    "a part of its path is no folder (ENOTDIR)",
  );
  await expect(makeFolder(join(folder, "file", "runs"))).rejects.toThrow("must be a folder that can be made");
  expect(readFileSync(join(folder, "file"), "utf8")).toBe("text");
});

test("what cannot be read is named", async () => {
  const path = join(folder, "nothing");
  await expect(readFile(path)).rejects.toThrow(
    `${path}: must be a file that can be read; it does not exist (ENOENT). Check the path.`,
  );
  await expect(readFile(folder)).rejects.toThrow("it is a folder (EISDIR)");
});

/** Proves that files are complete or absent, and that what cannot be read or written is said in one sentence. */

import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { FileError } from "../errors.ts";
import { checkFolder, kindAt, makeFolder, openLog, readFile, writeFileAtomically } from "./file.ts";

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

test("folders are made with those around them, and where they cannot be the refusal comes at once", async () => {
  const path = join(folder, "a", "b", "c");
  await makeFolder(path);
  await makeFolder(path);
  await makeFolder("/");
  expect(readdirSync(join(folder, "a"))).toEqual(["b"]);
  for (const make of [makeFolder, checkFolder]) {
    await expect(make("")).rejects.toThrow(
      '"": must be a folder that can be made and written into; the path is empty. Name another place.',
    );
    await expect(make(undefined as never)).rejects.toThrow(
      "undefined: must be a folder that can be made and written into; it is no path.",
    );
  }
  await expect(makeFolder(join(folder, "x".repeat(300)))).rejects.toThrow("the path is too long (ENAMETOOLONG)");
  await expect(makeFolder(join(folder, "a\u0000b"))).rejects.toThrow("it has a character that no path has");
});

test.skipIf(!existsSync("/proc/self"))("a folder in /proc is refused, in finite time", async () => {
  await expect(makeFolder("/proc/x")).rejects.toThrow(
    "/proc/x: must be a folder that can be made and written into; the folder around it takes no others (ENOENT). Name another place.",
  );
  await expect(makeFolder("/proc/x/y/z")).rejects.toThrow("takes no others");
});

test.skipIf(!existsSync("/dev/zero"))("devices and pipes are neither read nor replaced", async () => {
  expect(await kindAt("/dev/zero")).toBe("special");
  await expect(readFile("/dev/zero")).rejects.toThrow(
    "/dev/zero: must be a file that can be read; it is a device or a pipe. Check the path.",
  );
  const pipe = join(folder, "pipe");
  execFileSync("mkfifo", [pipe]);
  await expect(readFile(pipe)).rejects.toThrow("it is a device or a pipe");
  await expect(writeFileAtomically(pipe, Uint8Array.of(1))).rejects.toThrow("a device or a pipe is there");
  expect(() => openLog(pipe)).toThrow(`${pipe}: must be a file that can be written; a device or a pipe is there.`);
  for (const make of [makeFolder, checkFolder]) await expect(make("/dev/null")).rejects.toThrow("(EEXIST)");
});

test("files larger than an array are refused before they are read", async () => {
  const path = join(folder, "large");
  writeFileSync(path, "");
  truncateSync(path, 2 ** 31);
  await expect(readFile(path)).rejects.toThrow("it has 2147483648 bytes, more than 2147483647. Check the path.");
});

test("a name as long as the system allows can be written", async () => {
  const path = join(folder, "x".repeat(250));
  await writeFileAtomically(path, Uint8Array.of(1));
  expect(await readFile(path)).toEqual(Uint8Array.of(1));
  await expect(writeFileAtomically("", Uint8Array.of(1))).rejects.toThrow('"": must be in a folder');
});

test("what cannot be read is named", async () => {
  const path = join(folder, "nothing");
  await expect(readFile(path)).rejects.toThrow(
    `${path}: must be a file that can be read; it does not exist (ENOENT). Check the path.`,
  );
  await expect(readFile(folder)).rejects.toThrow("it is a folder (EISDIR)");
});

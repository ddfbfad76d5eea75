/**
 * Whole files in Node, Deno and Bun: read with a sentence where that fails, written so that they are complete or absent; and logs,
 * whose lines are. Others import it as `#file`, which in browsers is ../web/file.ts. Refuses devices, pipes and whatever else is no
 * file that ends, and files too large for one array.
 */

import { randomUUID } from "node:crypto";
import { closeSync, constants, openSync, statSync, writeSync } from "node:fs";
import { access, mkdir, open, readFile as read, realpath, rename, rm, stat } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { FileError } from "../errors.ts";
import { showPath } from "../show.ts";

/** What the codes of the operating system mean, as far as a user can do something about it. */
const meanings: Readonly<Record<string, string>> = {
  ENOENT: "it does not exist",
  EACCES: "permission is denied",
  EPERM: "permission is denied",
  EROFS: "the file system is read-only",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of its path is no folder",
  EEXIST: "a file stands there",
  ENAMETOOLONG: "the path is too long",
  ELOOP: "its links go in a circle",
  ENOSPC: "the disk is full",
  EMFILE: "too many files are open",
  ERR_INVALID_ARG_VALUE: "it has a character that no path has",
};

/** What is wrong in words of ours. */
class Refusal extends Error {}

function describe(error: unknown): string {
  if (error instanceof Refusal) return error.message;
  const code = (error as NodeJS.ErrnoException).code ?? "an unknown error";
  return meanings[code] ? `${meanings[code]} (${code})` : code;
}

/** One sentence: which path, what it must be, what it is, the way out. */
function failure(operation: string, path: string, rule: string, hint: string, cause: unknown): FileError {
  const actual = describe(cause);
  return new FileError(
    `${showPath(path)}: must be ${rule}; ${actual}. ${hint}`,
    { operation, file: path, actual, hint },
    { cause },
  );
}

function checkPath(path: string): void {
  if (typeof path !== "string") throw new Refusal("it is no path");
  if (path === "") throw new Refusal("the path is empty");
}

/** What is at a path; "special" for devices and pipes; null where nothing is, or nothing that may be looked at. */
export async function kindAt(path: string): Promise<"file" | "folder" | "special" | null> {
  const found = await stat(path).catch(() => null);
  if (found === null) return null;
  if (found.isDirectory()) return "folder";
  return found.isFile() ? "file" : "special";
}

/** One array holds no more in every engine. */
const mostBytes = 2 ** 31 - 1;

/**
 * All bytes of a file.
 *
 * @throws {FileError} it cannot be read
 */
export async function readFile(path: string): Promise<Uint8Array> {
  try {
    checkPath(path);
    const found = await stat(path);
    if (!found.isFile() && !found.isDirectory()) throw new Refusal("it is a device or a pipe");
    if (found.size > mostBytes) throw new Refusal(`it has ${found.size} bytes, more than ${mostBytes}`);
    const bytes = await read(path);
    return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  } catch (error) {
    throw failure("read", path, "a file that can be read", "Check the path.", error);
  }
}

/**
 * Writes a file beside its place and then moves it there, so that readers see the old file or the new one, and
 * a failure leaves nothing behind.
 *
 * @throws {FileError} the folder is missing or cannot be written
 */
export async function writeFileAtomically(path: string, bytes: Uint8Array): Promise<void> {
  let temporary = "";
  try {
    checkPath(path);
    // Moved onto a device, the file would take its place.
    if ((await kindAt(path)) === "special") throw new Refusal("a device or a pipe is there");
    temporary = join(dirname(path), `.${randomUUID()}.tmp`);
    const file = await open(temporary, "wx");
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    if (temporary !== "") await rm(temporary, { force: true }).catch(() => {});
    throw failure("write", path, "in a folder that exists and can be written", "Name another place.", error);
  }
}

function noFolder(path: string, error: unknown): FileError {
  return failure("folder", path, "a folder that can be made and written into", "Name another place.", error);
}

/**
 * Whether a folder can be written into, or made: looks, and touches nothing.
 *
 * @returns its absolute path, the same for every way to name it
 * @throws {FileError} it cannot
 */
export async function checkFolder(path: string): Promise<string> {
  try {
    checkPath(path);
    const place = resolve(path);
    let existing = place;
    while ((await kindAt(existing)) === null && existing !== dirname(existing)) existing = dirname(existing);
    if ((await kindAt(existing)) !== "folder") {
      throw Object.assign(new Error(), { code: existing === place ? "EEXIST" : "ENOTDIR" });
    }
    await access(existing, constants.W_OK | constants.X_OK);
    return join(await realpath(existing), relative(existing, place));
  } catch (error) {
    throw noFolder(path, error);
  }
}

/**
 * Makes a folder and those around it where they are missing.
 *
 * @throws {FileError} it cannot be made
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    checkPath(path);
    await makeWithParents(resolve(path));
  } catch (error) {
    throw noFolder(path, error);
  }
}

/** Step by step: Node's own recursion does not end where a folder exists that takes no others, such as /proc. */
async function makeWithParents(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if ((await kindAt(path)) === "folder") return;
    const parent = dirname(path);
    if ((error as NodeJS.ErrnoException).code !== "ENOENT" || parent === path) throw error;
    if ((await kindAt(parent)) === "folder") throw new Refusal("the folder around it takes no others (ENOENT)");
    await makeWithParents(parent);
    await makeWithParents(path);
  }
}

/** A file that grows line by line. */
export interface LineLog {
  append(line: string): void;
  close(): void;
}

/**
 * Begins a log; what was in the file is gone. Each line is written at once.
 *
 * @throws {FileError} it cannot be written
 */
export function openLog(path: string): LineLog {
  const attempt = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw failure("log", path, "a file that can be written", "Name another place.", error);
    }
  };
  const file = attempt(() => {
    checkPath(path);
    const found = statSync(path, { throwIfNoEntry: false });
    // Opening a pipe would wait for its reader.
    if (found && !found.isFile() && !found.isDirectory()) throw new Refusal("a device or a pipe is there");
    return openSync(path, "w");
  });
  return {
    append: (line) => attempt(() => void writeSync(file, `${line}\n`)),
    close: () => closeSync(file),
  };
}

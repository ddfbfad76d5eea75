/**
 * Whole files in Node, Deno and Bun: read with a sentence where that fails, written so that they are complete or absent; and logs,
 * whose lines are. Others import it as `#file`, which in browsers is ../web/file.ts.
 */

import { randomUUID } from "node:crypto";
import { closeSync, openSync, writeSync } from "node:fs";
import { mkdir, open, readFile as read, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { FileError } from "../errors.ts";

/** What the codes of the operating system mean, as far as a user can do something about it. */
const meanings: Readonly<Record<string, string>> = {
  ENOENT: "it does not exist",
  EACCES: "permission is denied",
  EPERM: "permission is denied",
  EROFS: "the file system is read-only",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of its path is no folder",
  ENOSPC: "the disk is full",
  EMFILE: "too many files are open",
};

function describe(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code ?? "an unknown error";
  return meanings[code] ? `${meanings[code]} (${code})` : code;
}

/** What is at a path; null where nothing is, or nothing that may be looked at. */
export async function kindAt(path: string): Promise<"file" | "folder" | null> {
  const found = await stat(path).catch(() => null);
  if (found === null) return null;
  return found.isDirectory() ? "folder" : "file";
}

/**
 * All bytes of a file.
 *
 * @throws {FileError} it cannot be read
 */
export async function readFile(path: string): Promise<Uint8Array> {
  try {
    const bytes = await read(path);
    return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  } catch (error) {
    const actual = describe(error);
    throw new FileError(
      `${path}: must be a file that can be read; ${actual}. Check the path.`,
      { operation: "read", file: path, actual },
      { cause: error },
    );
  }
}

/**
 * Writes a file beside its place and then moves it there, so that readers see the old file or the new one, and
 * a failure leaves nothing behind.
 *
 * @throws {FileError} the folder is missing or cannot be written
 */
export async function writeFileAtomically(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`);
  try {
    const file = await open(temporary, "wx");
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    const actual = describe(error);
    throw new FileError(
      `${path}: must be in a folder that exists and can be written; ${actual}. Name another place.`,
      { operation: "write", file: path, actual },
      { cause: error },
    );
  }
}

/**
 * Makes a folder and those around it where they are missing.
 *
 * @throws {FileError} it cannot be made
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    const actual = describe(error);
    throw new FileError(
      `${path}: must be a folder that can be made; ${actual}. Name another place.`,
      { operation: "folder", file: path, actual },
      { cause: error },
    );
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
      const actual = describe(error);
      throw new FileError(
        `${path}: must be a file that can be written; ${actual}. Name another place.`,
        { operation: "log", file: path, actual },
        { cause: error },
      );
    }
  };
  const file = attempt(() => openSync(path, "w"));
  return {
    append: (line) => attempt(() => void writeSync(file, `${line}\n`)),
    close: () => closeSync(file),
  };
}

/**
 * The files of a published set: from a folder that the user named, where they are taken as they are; else from the cache or the net,
 * where their SHA-256 decides. Refuses with one sentence that says where a file should be and where it can be had.
 */

import { environment } from "../base/environment.ts";
import { FileError } from "../base/errors.ts";
import { sha256 } from "../base/hash.ts";
import type { PublishedSet } from "./catalog.ts";
import { download } from "./download.ts";

export interface ObtainOptions {
  /** A folder with a folder for each set, such as `mnist/`, that holds the official files. Default: GRADUS_DATA, else none. */
  readonly dataDir?: string | undefined;
  /** Called before a file is downloaded, with its address and the licence of its set. */
  readonly onDownload?: ((address: string, licence: string) => void) | undefined;
}

export interface FileBytes {
  readonly bytes: Uint8Array;
  /** Its path or name, for messages. */
  readonly file: string;
}

/**
 * The bytes of one file of a set.
 *
 * @throws {FileError} it is not in the folder named, or came from no address
 */
export async function obtain(set: PublishedSet, name: string, options: ObtainOptions): Promise<FileBytes> {
  const folder = options.dataDir ?? environment("GRADUS_DATA");
  if (folder === "") {
    throw new FileError(
      `${set.name}: --data-dir (dataDir) must name a folder; it is empty. Leave it out to download.`,
      {
        operation: set.name,
        hint: "leave dataDir out",
      },
    );
  }
  if (folder === undefined) return { bytes: await fromCacheOrNet(set, name, options), file: name };
  const found = await fromFolder(`${folder}/${set.name}`, name);
  if (found) return found;
  throw new FileError(
    `${set.name}: needs ${folder}/${set.name}/${name}; it is not there. Put the file there (${set.addresses[0]}${name} has it), ` +
      "name another folder with --data-dir or GRADUS_DATA, or name none: then it is downloaded.",
    { operation: set.name, file: `${folder}/${set.name}/${name}` },
  );
}

/** A file under its official name, or inflated without the `.gz`; null where it is neither way. */
export async function fromFolder(folder: string, name: string): Promise<FileBytes | null> {
  const { kindAt, readFile } = await import("#file");
  for (const file of [`${folder}/${name}`, `${folder}/${name.replace(/\.gz$/, "")}`]) {
    if ((await kindAt(file)) === "file") return { bytes: await readFile(file), file };
  }
  return null;
}

async function fromCacheOrNet(set: PublishedSet, name: string, options: ObtainOptions): Promise<Uint8Array> {
  const cache = cacheFolder();
  const folder = cache === null ? null : `${cache}/${set.name}`;
  const kept = folder === null ? null : await fromCache(`${folder}/${name}`, set.files[name]!);
  if (kept) return kept;
  const bytes = await fromNet(set, name, options);
  if (folder !== null) await keep(folder, name, bytes);
  return bytes;
}

/** A cached file that is still what it was; damaged ones are fetched again. */
async function fromCache(path: string, hash: string): Promise<Uint8Array | null> {
  const { kindAt, readFile } = await import("#file");
  if ((await kindAt(path)) !== "file") return null;
  const bytes = await readFile(path);
  return (await sha256("cache", bytes)) === hash ? bytes : null;
}

async function fromNet(set: PublishedSet, name: string, { onDownload }: ObtainOptions): Promise<Uint8Array> {
  const causes: string[] = [];
  for (const address of set.addresses) {
    try {
      onDownload?.(address + name, set.licence);
      return await download(address + name, set.files[name]!);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      causes.push(error.message);
    }
  }
  throw new FileError(
    `${set.name}: ${name} could not be downloaded. ${causes.join("; ")}. ` +
      `Put the file into a folder FOLDER/${set.name} and name FOLDER with --data-dir or GRADUS_DATA.`,
    { operation: set.name, file: name, actual: causes.join("; "), hint: "--data-dir" },
  );
}

/** A cache that cannot be written costs a download next time and nothing else. */
async function keep(folder: string, name: string, bytes: Uint8Array): Promise<void> {
  const { makeFolder, writeFileAtomically } = await import("#file");
  try {
    await makeFolder(folder);
    await writeFileAtomically(`${folder}/${name}`, bytes);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
  }
}

/** Where the system wants such files; null where there is no such place, as in browsers. */
function cacheFolder(): string | null {
  const named = environment("XDG_CACHE_HOME") ?? environment("LOCALAPPDATA");
  const home = environment("HOME") ?? environment("USERPROFILE");
  const folder = named ?? (home === undefined ? null : `${home}/.cache`);
  return folder === null ? null : `${folder}/gradus`;
}

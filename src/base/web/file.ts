/** What ../node/file.ts offers, where there are no files: each function says so and what to do instead. */

import { FileError } from "../errors.ts";

type Files = typeof import("../node/file.ts");

function noFiles(hint: string): () => never {
  return () => {
    throw new FileError(`files: a browser has no files by path. ${hint}`, { operation: "files", hint });
  };
}

export const kindAt: Files["kindAt"] = noFiles(
  "Fetch the bytes and give them to a reader such as readIdxPair(inputs, labels).",
);
export const readFile: Files["readFile"] = noFiles("Fetch the bytes and give them to decodeModel(bytes).");
export const writeFileAtomically: Files["writeFileAtomically"] = noFiles(
  "Take the bytes of encodeModel(net) and store them.",
);
export const checkFolder: Files["checkFolder"] = noFiles("Leave out the run folder and read the run's events.");
export const makeFolder: Files["makeFolder"] = noFiles("Leave out the run folder and read the run's events.");
export const openLog: Files["openLog"] = noFiles("Leave out the run folder and read the run's events.");

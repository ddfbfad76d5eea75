/** The argument MODEL: a file that `net.save` wrote, or a run folder with one in it. Refuses with the command that would make one. */

import { kindAt } from "#file";
import { FileError } from "../base/errors.ts";
import { showPath } from "../base/show.ts";
import { load } from "../network/model.ts";
import type { Network } from "../network/network.ts";
import { type Arguments, UsageError } from "./arguments.ts";

/** The network that the first argument names. */
export async function openModel(command: string, args: Arguments): Promise<Network> {
  const path = args.positionals[0];
  if (path === undefined) {
    throw new UsageError(
      `gradus ${command}: needs a model: a .safetensors file or a run folder. gradus train --out runs/first makes one.`,
    );
  }
  return load(await modelFile(path));
}

const problems = {
  file: "",
  folder: "the folder has no model.safetensors",
  special: "it is a device or a pipe",
} as const;

/** The file of a model: the path itself, or `model.safetensors` in the folder. */
async function modelFile(path: string): Promise<string> {
  const kind = await kindAt(path);
  if (kind === "file") return path;
  const file = `${path}/model.safetensors`;
  if (kind === "folder" && (await kindAt(file)) === "file") return file;
  const actual = kind === null ? "there is nothing of that name" : problems[kind];
  throw new FileError(
    `${showPath(path)}: must be a model, a .safetensors file or a run folder; ${actual}. ` +
      "gradus train --out DIR makes a run folder.",
    { operation: "model", file: path, actual },
  );
}

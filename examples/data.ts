/** The data sets that examples read, from the folder that GRADUS_DATA names: `mnist/`, `fashion-mnist/` and `semeion/` with their official files. */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Dataset, readIdxPair, readSemeion, type Split } from "gradus/data";

const folder = process.env.GRADUS_DATA;

/** Whether the folder has a data set. */
export function has(name: "mnist" | "fashion-mnist" | "semeion"): boolean {
  return folder !== undefined && existsSync(join(folder, name));
}

function read(...path: string[]): Uint8Array {
  if (folder === undefined) throw new Error("Set GRADUS_DATA to a folder with mnist/ and semeion/.");
  return readFileSync(join(folder, ...path));
}

/** 1593 digits of 16×16 pixels. */
export function semeion(): Dataset<[16, 16]> {
  return readSemeion(read("semeion", "semeion.data"));
}

/** 60,000 digits of 28×28 pixels to learn from, and 10,000 to test with. */
export function mnist(): Promise<Split> {
  return idxFolder("mnist");
}

/** As many pictures of clothes, of the same size. */
export function fashionMnist(): Promise<Split> {
  return idxFolder("fashion-mnist");
}

async function idxFolder(name: string): Promise<Split> {
  const pair = (part: string): Promise<Dataset> =>
    readIdxPair(read(name, `${part}-images-idx3-ubyte.gz`), read(name, `${part}-labels-idx1-ubyte.gz`));
  return { train: await pair("train"), test: await pair("t10k") };
}

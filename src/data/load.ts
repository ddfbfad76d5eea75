/**
 * Data sets by name, or from a folder: what `gradus train mnist` and `await mnist()` read. Refuses names it does not know with the
 * nearest one it does, and folders that hold something else.
 */

import { DataError } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";
import { type Shape, sameShape, showShape } from "../base/shape.ts";
import { show } from "../base/show.ts";
import { type DataName, dataNames, idxNames, isDataName, type PublishedName, published } from "./catalog.ts";
import { Dataset, type Split } from "./dataset.ts";
import { readIdxPair } from "./idx.ts";
import { ink } from "./ink.ts";
import { type FileBytes, fromFolder, type ObtainOptions, obtain } from "./obtain.ts";
import { readSemeion } from "./semeion.ts";
import { readUsps } from "./usps.ts";

export interface LoadOptions extends ObtainOptions {
  /** Decides the digits of `ink` and how `semeion` is divided; the others come divided. Default 1. */
  readonly seed?: number | undefined;
  /** How many examples to learn from: the first so many. `ink` draws as many as asked. Default: all. */
  readonly take?: number | undefined;
}

/** How each set is read. */
const loaders: Readonly<Record<DataName, (options: LoadOptions) => Promise<Split>>> = {
  ink: ({ seed, take }) =>
    ink({ ...(seed === undefined ? {} : { seed }), ...(take === undefined ? {} : { train: take }) }),
  mnist,
  "fashion-mnist": fashionMnist,
  semeion,
  usps,
};

/**
 * A data set by name, or from a folder with the four IDX files of MNIST's names.
 *
 * Files are looked for in `dataDir`, or in the folder that GRADUS_DATA names; where neither is given they are downloaded from their
 * official addresses, checked by SHA-256, and kept in the user's cache.
 *
 * @param source   `ink`, `mnist`, `fashion-mnist`, `semeion`, `usps`, or the path of a folder
 * @returns        one set to learn from and one to test with
 * @throws {DataError} there is no such set, or `take` asks for more than there is
 * @throws {FileError} a file is missing, damaged, or cannot be downloaded
 * @example const { train, test } = await loadData("mnist", { dataDir: "data" });
 */
export async function loadData(source: string, options: LoadOptions = {}): Promise<Split> {
  if (isDataName(source)) return named(await loaders[source](options), source);
  const { kindAt } = await import("#file");
  const kind = await kindAt(source);
  if (kind === "folder") return named(taken(await idxFolder(source), options), source);
  const names = dataNames.join(", ");
  if (kind === "file") {
    throw new DataError(
      `data: ${show(source, 300)} is a file; data by path is a folder with IDX files of MNIST's names (${idxNames.train[0]} …). ` +
        `Name its folder, or one of ${names}.`,
      { operation: "data", actual: source },
    );
  }
  const near = nearest(source, dataNames);
  const hint = near === null ? `Name one of ${names}, or a folder that exists.` : `Did you mean ${near}?`;
  throw new DataError(`data: there is no data set "${show(source)}", and no folder of that name. ${hint}`, {
    operation: "data",
    actual: source,
    hint,
  });
}

/**
 * MNIST: 28×28 grey digits written by 500 people, 60,000 to learn from and 10,000 to test with.
 *
 * @throws {FileError} as {@link loadData}
 * @see LeCun, Bottou, Bengio, Haffner, Gradient-based learning applied to document recognition (1998)
 */
export function mnist(options: LoadOptions = {}): Promise<Split<[28, 28]>> {
  return publishedIdx("mnist", options);
}

/**
 * Fashion-MNIST: 28×28 grey pictures of ten kinds of clothing, 60,000 and 10,000. Harder than digits.
 *
 * @throws {FileError} as {@link loadData}
 * @see Xiao, Rasul, Vollgraf, Fashion-MNIST (2017), arXiv:1708.07747
 */
export function fashionMnist(options: LoadOptions = {}): Promise<Split<[28, 28]>> {
  return publishedIdx("fashion-mnist", options);
}

/**
 * Semeion: 1593 digits of 80 people at 16×16, ink or paper. It comes in one piece: four fifths of every class are to learn from.
 *
 * @throws {FileError} as {@link loadData}
 */
export async function semeion(options: LoadOptions = {}): Promise<Split<[16, 16]>> {
  const { bytes, file } = await obtain(published.semeion, "semeion.data", options);
  return taken(readSemeion(bytes, file).split(0.8, { seed: options.seed ?? 1, stratified: true }), options);
}

/**
 * USPS: 16×16 grey digits from American envelopes, 7291 to learn from and 2007, harder ones, to test with.
 *
 * @throws {FileError} as {@link loadData}
 * @see Hastie, Tibshirani, Friedman, The Elements of Statistical Learning (2009), §11.7
 */
export async function usps(options: LoadOptions = {}): Promise<Split<[16, 16]>> {
  const read = async (name: string): Promise<Dataset<[16, 16]>> => {
    const { bytes, file } = await obtain(published.usps, name, options);
    return readUsps(bytes, file);
  };
  return taken({ train: await read("zip.train.gz"), test: await read("zip.test.gz") }, options);
}

async function publishedIdx(name: PublishedName, options: LoadOptions): Promise<Split<[28, 28]>> {
  const set = published[name];
  const split = await readIdxFiles((file) => obtain(set, file, options), set.classes);
  for (const { inputShape } of [split.train, split.test]) checkPicture(name, inputShape);
  return taken(split as Split<[28, 28]>, options);
}

function checkPicture(name: string, shape: Shape): void {
  if (sameShape(shape, [28, 28])) return;
  throw new DataError(
    `${name}: its pictures are [28, 28]; the files hold ${showShape(shape)}. Name the folder itself for data of another shape.`,
    { operation: name, expected: "[28, 28]", actual: showShape(shape) },
  );
}

async function idxFolder(folder: string): Promise<Split> {
  const find = async (name: string): Promise<FileBytes> => {
    const found = await fromFolder(folder, name);
    if (found) return found;
    throw new DataError(
      `data: a folder of data has the four IDX files of MNIST's names, with .gz or without; ${folder} has no ${name}. ` +
        "Name another folder.",
      { operation: "data", file: `${folder}/${name}` },
    );
  };
  return readIdxFiles(find);
}

/** The classes of the test set are those of the training set, also where it lacks some. */
async function readIdxFiles(find: (name: string) => Promise<FileBytes>, classes?: readonly string[]): Promise<Split> {
  const read = async (names: readonly [string, string], known?: readonly string[]): Promise<Dataset> => {
    const [inputs, labels] = [await find(names[0]), await find(names[1])];
    return readIdxPair(inputs.bytes, labels.bytes, {
      ...(known ? { classes: known } : {}),
      files: [inputs.file, labels.file],
    });
  };
  const train = await read(idxNames.train, classes);
  return { train, test: await read(idxNames.test, classes ?? train.classes ?? undefined) };
}

/** The sets know what they are parts of, and so does who trains with them. */
function named({ train, test }: Split, name: string): Split {
  return { train: new Dataset({ ...train, name }), test: new Dataset({ ...test, name }) };
}

function taken<In extends Shape>(split: Split<In>, { take }: LoadOptions): Split<In> {
  return take === undefined ? split : { train: split.train.take(take), test: split.test };
}

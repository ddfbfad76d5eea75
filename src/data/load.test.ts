/**
 * Proves that data sets are found in a folder, in the cache or on the net (a server on this machine), that nothing damaged is taken,
 * and that whatever is missing is said with the way out.
 */

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FileError } from "../base/errors.ts";
import { type PublishedSet, published } from "./catalog.ts";
import { fashionMnist, loadData, mnist, semeion, usps } from "./load.ts";
import { obtain } from "./obtain.ts";

/** Where the real files are, if anywhere. */
const real = process.env.GRADUS_DATA;
const reals = (Object.keys(published) as (keyof typeof published)[]).filter(
  (name) => real !== undefined && existsSync(join(real, name)),
);

let folder: string;
let server: Server | null = null;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "gradus-data-"));
  vi.stubEnv("GRADUS_DATA", "");
  vi.stubEnv("XDG_CACHE_HOME", join(folder, "cache"));
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
  server?.closeAllConnections();
  server?.close();
  server = null;
});

function idx(shape: readonly number[], value: (index: number) => number): Uint8Array {
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  const header = [0, 0, 8, shape.length, ...shape.flatMap((dimension) => [0, 0, dimension >> 8, dimension & 255])];
  return Uint8Array.from([...header, ...Array.from({ length: size }, (_, index) => value(index))]);
}

/** A small set under MNIST's names: label i % 10, all pixels i. */
function writeIdx(place: string, { size = 28, count = 20, gzip = true } = {}): void {
  mkdirSync(place, { recursive: true });
  const write = (name: string, bytes: Uint8Array): void =>
    writeFileSync(join(place, gzip ? `${name}.gz` : name), gzip ? gzipSync(bytes) : bytes);
  for (const part of ["train", "t10k"]) {
    write(
      `${part}-images-idx3-ubyte`,
      idx([count, size, size], (i) => Math.floor(i / (size * size))),
    );
    write(
      `${part}-labels-idx1-ubyte`,
      idx([count], (i) => i % 10),
    );
  }
}

function semeionLine(digit: number): string {
  const pixels = Array.from({ length: 256 }, (_, i) => (i % 10 === digit ? "1.0000" : "0.0000"));
  return [...pixels, ...Array.from({ length: 10 }, (_, i) => (i === digit ? 1 : 0)), "\r\n"].join(" ");
}

test("sets are read from a folder by their official names", async () => {
  writeIdx(join(folder, "mnist"));
  writeIdx(join(folder, "fashion-mnist"), { gzip: false });
  mkdirSync(join(folder, "semeion"));
  writeFileSync(
    join(folder, "semeion", "semeion.data"),
    Array.from({ length: 50 }, (_, i) => semeionLine(i % 10)).join(""),
  );
  mkdirSync(join(folder, "usps"));
  const line = (digit: number): string => `${digit}.0000 ${Array(256).fill("-1").join(" ")}\n`;
  writeFileSync(join(folder, "usps", "zip.train.gz"), gzipSync(line(3) + line(4)));
  writeFileSync(join(folder, "usps", "zip.test"), line(5));

  const options = { dataDir: folder };
  const digits = await mnist(options);
  expect([digits.train.length, digits.test.length, digits.train.inputShape]).toEqual([20, 20, [28, 28]]);
  expect(digits.train.input(5).data[0]).toBeCloseTo(5 / 255, 7);
  expect((await fashionMnist(options)).train.label(9)).toBe("Ankle boot");
  const { train, test: rest } = await semeion(options);
  expect([train.length, rest.length]).toEqual([40, 10]);
  expect([...rest.targets].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect((await semeion(options)).train.targets).toEqual(train.targets);
  expect((await semeion({ ...options, seed: 2 })).train.targets).not.toEqual(train.targets);
  expect((await usps(options)).test.label(0)).toBe("5");
  vi.stubEnv("GRADUS_DATA", folder);
  expect((await loadData("mnist", { take: 3 })).train.length).toBe(3);
  await expect(loadData("mnist", { take: 21 })).rejects.toThrow("take: 21 of 20 examples is not possible");
});

test("a path is a folder with MNIST's names; its pictures may have any size", async () => {
  writeIdx(folder, { size: 8 });
  const { train, test: rest } = await loadData(folder);
  expect([train.inputShape, train.classes?.length, rest.length]).toEqual([[8, 8], 10, 20]);
  await expect(mnist({ dataDir: join(folder, "..") })).rejects.toThrow(FileError);
  writeIdx(join(folder, "mnist"), { size: 8 });
  await expect(mnist({ dataDir: folder })).rejects.toThrow(
    "mnist: its pictures are [28, 28]; the files hold [8, 8]. Name the folder itself for data of another shape.",
  );
});

test("ink draws as many digits as asked, decided by the seed", async () => {
  const { train } = await loadData("ink", { take: 5 });
  expect([train.length, train.inputShape]).toEqual([5, [16, 16]]);
  expect((await loadData("ink", { take: 5, seed: 2 })).train.inputs).not.toEqual(train.inputs);
});

test("what is not there is said with the way out", async () => {
  await expect(loadData("mnits")).rejects.toThrow(
    'data: there is no data set "mnits", and no folder of that name. Did you mean mnist?',
  );
  await expect(loadData("elephants")).rejects.toThrow(
    "Name one of ink, mnist, fashion-mnist, semeion, usps, or a folder that exists.",
  );
  await expect(loadData(folder)).rejects.toThrow(
    `data: a folder of data has the four IDX files of MNIST's names, with .gz or without; ${folder} has no ` +
      "train-images-idx3-ubyte.gz. Name another folder.",
  );
  const file = join(folder, "digits.csv");
  writeFileSync(file, "1,2");
  await expect(loadData(file)).rejects.toThrow(
    `data: ${file} is a file; data by path is a folder with IDX files of MNIST's names (train-images-idx3-ubyte.gz …). ` +
      "Name its folder, or one of ink, mnist, fashion-mnist, semeion, usps.",
  );
  await expect(semeion({ dataDir: folder })).rejects.toThrow(
    `semeion: needs ${folder}/semeion/semeion.data; it is not there. Put the file there ` +
      "(https://archive.ics.uci.edu/ml/machine-learning-databases/semeion/semeion.data has it), name another folder with " +
      "--data-dir or GRADUS_DATA, or name none: then it is downloaded.",
  );
});

test("a file that is cut off is named", async () => {
  const place = join(folder, "mnist");
  writeIdx(place);
  const path = join(place, "train-images-idx3-ubyte.gz");
  writeFileSync(path, readFileSync(path).subarray(0, 40));
  await expect(mnist({ dataDir: folder })).rejects.toThrow(
    `${folder}/mnist/train-images-idx3-ubyte.gz: its gzip data must be whole; it is damaged or cut off`,
  );
});

/** A set of one file, `letters`, at addresses on this machine. */
const letters = Buffer.from("abc");
async function serve(answer: RequestListener, paths = ["/"]): Promise<PublishedSet> {
  server = createServer(answer);
  await new Promise<void>((resolve) => server!.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const hash = createHash("sha256").update(letters).digest("hex");
  const addresses = paths.map((path) => `http://127.0.0.1:${port}${path}`);
  return { ...published.semeion, name: "set", addresses, files: { letters: hash } };
}

test("a download is checked, kept, and checked again when it is read", async () => {
  let requests = 0;
  const set = await serve((_, response) => {
    requests++;
    response.end(letters);
  });
  const seen: string[] = [];
  const get = async (): Promise<Uint8Array> =>
    (await obtain(set, "letters", { onDownload: (at) => void seen.push(at) })).bytes;
  expect(Buffer.from(await get())).toEqual(letters);
  expect(seen).toEqual([`${set.addresses[0]}letters`]);
  const kept = join(folder, "cache", "gradus", "set");
  expect(readdirSync(kept)).toEqual(["letters"]);
  await get();
  expect(requests).toBe(1);
  writeFileSync(join(kept, "letters"), "abd");
  expect(Buffer.from(await get())).toEqual(letters);
  expect(requests).toBe(2);
  expect(readFileSync(join(kept, "letters"), "utf8")).toBe("abc");
});

test("addresses are asked in turn; a cache that cannot be written is done without", async () => {
  const set = await serve(
    (request, response) => {
      if (request.url === "/second/letters") response.end(letters);
      else response.writeHead(404).end();
    },
    ["/first/", "/second/"],
  );
  writeFileSync(join(folder, "cache"), "in the way");
  expect(Buffer.from((await obtain(set, "letters", {})).bytes)).toEqual(letters);
});

test("what is not the file, and what does not come, is refused and not kept", async () => {
  const set = await serve(
    (request, response) => {
      if (request.url === "/other/letters") response.end("abd");
      else if (request.url === "/gone/letters") response.writeHead(503).end();
      else {
        response.writeHead(200, { "content-length": "3" });
        response.write("a", () => response.destroy());
      }
    },
    ["/other/", "/gone/", "/broken/"],
  );
  const failure = await obtain(set, "letters", {}).catch((error: unknown) => error as FileError);
  expect(failure).toBeInstanceOf(FileError);
  const [other, gone, broken] = set.addresses;
  expect((failure as FileError).message).toBe(
    `set: letters could not be downloaded. ${other}letters: sent another file (SHA-256 a52d159f262b…, not ba7816bf8f01…); ` +
      `${gone}letters: answered 503 Service Unavailable; ${broken}letters: the connection broke off. ` +
      "Put the file into a folder FOLDER/set and name FOLDER with --data-dir or GRADUS_DATA.",
  );
  expect(() => readdirSync(join(folder, "cache"))).toThrow("ENOENT");
});

test("an answer without an end is cut", async () => {
  const chunk = Buffer.alloc(1_000_000);
  const set = await serve((_, response) => {
    const more = (): void => {
      while (!response.destroyed && response.write(chunk));
      response.once("drain", more);
    };
    more();
  });
  await expect(obtain(set, "letters", {})).rejects.toThrow("sent more than 64000000 bytes");
});

test("nobody at the address", async () => {
  const set = await serve(() => {});
  await new Promise((resolve) => server!.close(resolve));
  await expect(obtain(set, "letters", {})).rejects.toThrow("the connection was refused");
});

test.skipIf(reals.length === 0)("the real files have the hashes of the table and the classes they should", async () => {
  for (const name of reals) {
    for (const [file, hash] of Object.entries(published[name].files)) {
      const bytes = readFileSync(join(real!, name, file));
      expect(createHash("sha256").update(bytes).digest("hex")).toBe(hash);
    }
    const { train, test: rest } = await loadData(name, { dataDir: real });
    expect([train.classes, rest.classes]).toEqual([published[name].classes, published[name].classes]);
    expect(train.length).toBeGreaterThan(1000);
  }
});

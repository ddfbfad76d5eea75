/** Small files in the formats that Gradus reads, for texts that name files: IDX bytes, a folder like MNIST's, a PGM picture. */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** An IDX file of bytes. */
export function idx(shape: readonly number[], body: ArrayLike<number>): Uint8Array {
  const file = new Uint8Array(4 + 4 * shape.length + body.length);
  file.set([0, 0, 0x08, shape.length]);
  shape.forEach((dimension, axis) => new DataView(file.buffer).setUint32(4 + 4 * axis, dimension));
  file.set(body, 4 + 4 * shape.length);
  return file;
}

/** Grey 28×28 pictures, and labels that count from 0 to 9. */
export const images = (count: number): Uint8Array =>
  idx(
    [count, 28, 28],
    Uint8Array.from({ length: count * 784 }, (_, i) => (i * 7) % 256),
  );
export const labels = (count: number): Uint8Array =>
  idx(
    [count],
    Uint8Array.from({ length: count }, (_, i) => i % 10),
  );

/** Writes `folder/mnist` with MNIST's four files. */
export function writeTinyMnist(folder: string): void {
  mkdirSync(join(folder, "mnist"), { recursive: true });
  const write = (name: string, bytes: Uint8Array) => writeFileSync(join(folder, "mnist", name), bytes);
  write("train-images-idx3-ubyte", images(30));
  write("train-labels-idx1-ubyte", labels(30));
  write("t10k-images-idx3-ubyte", images(10));
  write("t10k-labels-idx1-ubyte", labels(10));
}

/** A PGM picture of brightnesses from 0 to 1. */
export function pgm(rows: number, columns: number, brightness: ArrayLike<number>): Uint8Array {
  const pixels = Uint8Array.from(brightness, (value) => Math.round(255 * value));
  return new Uint8Array(Buffer.concat([Buffer.from(`P5 ${columns} ${rows} 255\n`), pixels]));
}

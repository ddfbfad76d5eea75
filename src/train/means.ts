/** Means over examples, from sums over batches added up in float64: a smaller batch counts for what it is. */

import type { Scores } from "./events.ts";

export class Means {
  readonly #names: readonly string[];
  readonly #sums: Float64Array;
  #examples = 0;

  /** @param names of the values in a row of the log */
  constructor(names: readonly string[]) {
    this.#names = names;
    this.#sums = new Float64Array(names.length);
  }

  /** Adds a log's rows, each the sums over `batchSize` examples. */
  add(log: Float32Array, batchSize: number): void {
    const width = this.#names.length;
    for (let index = 0; index < log.length; index++) this.#sums[index % width]! += log[index]!;
    this.#examples += (log.length / width) * batchSize;
  }

  get examples(): number {
    return this.#examples;
  }

  /** NaN for no examples. */
  scores(): Scores {
    const means = Array.from(this.#sums, (sum) => sum / this.#examples);
    return Object.fromEntries(this.#names.map((name, index) => [name, means[index]!])) as unknown as Scores;
  }

  clear(): void {
    this.#sums.fill(0);
    this.#examples = 0;
  }
}

/** The columns of a log of `width` sums per row, as means over `batchSize` examples. */
export function meansOf(log: Float32Array, width: number, batchSize: number): Float32Array[] {
  const rows = log.length / width;
  return Array.from({ length: width }, (_, column) => {
    const means = new Float32Array(rows);
    for (let row = 0; row < rows; row++) means[row] = log[row * width + column]! / batchSize;
    return means;
  });
}

/** A log of `width` numbers per row without its last column, and that column. */
export function lastColumn(log: Float32Array, width: number): { rest: Float32Array; last: Float32Array } {
  const rows = log.length / width;
  const rest = new Float32Array(rows * (width - 1));
  const last = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    rest.set(log.subarray(row * width, (row + 1) * width - 1), row * (width - 1));
    last[row] = log[(row + 1) * width - 1]!;
  }
  return { rest, last };
}

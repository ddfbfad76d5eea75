/**
 * Test examples that are training examples too: their score says nothing about unseen data. Looks for equal bytes; near misses are not
 * found.
 */

import { sizeOf } from "../base/shape.ts";
import type { Dataset } from "../data/dataset.ts";
import { type Finding, shown } from "../train/health/finding.ts";

export interface Duplicates {
  /** Test examples whose input is in the training set. */
  readonly count: number;
  /** One of them: its place in the test set, and in the training set. */
  readonly example: { readonly test: number; readonly train: number } | null;
}

/** Share of the test set: some real collections hold a few. */
const limit = 0.01;

/** Counts them by a hash of each row, and compares the rows where hashes meet. */
export function countDuplicates(train: Dataset, test: Dataset): Duplicates {
  const places = new Map<number, number[]>();
  for (let index = 0; index < train.length; index++) {
    const key = hashOf(rowOf(train, index));
    const known = places.get(key);
    if (known) known.push(index);
    else places.set(key, [index]);
  }
  let count = 0;
  let example: Duplicates["example"] = null;
  for (let index = 0; index < test.length; index++) {
    const row = rowOf(test, index);
    const twin = places.get(hashOf(row))?.find((place) => equal(rowOf(train, place), row));
    if (twin === undefined) continue;
    count++;
    example ??= { test: index, train: twin };
  }
  return { count, example };
}

export function judgeDuplicates({ count, example }: Duplicates, examples: number): Finding | null {
  if (example === null || count <= limit * examples) return null;
  const share = (100 * count) / examples;
  return {
    name: "test-leakage",
    layer: null,
    sentence:
      `${count} of ${examples} test examples (${shown(share)} %, limit ${100 * limit} %) are training examples too, such as test ` +
      `${example.test}, which is training ${example.train}: the test score is too good. Remove them from one of the sets, and split before ` +
      "examples are repeated or varied.",
    figures: { count, examples },
  };
}

type Row = Uint8Array | Float32Array;

/** Stored values: where both sets are stored alike. */
function rowOf({ inputs, inputShape }: Dataset, index: number): Row {
  const size = sizeOf(inputShape);
  return inputs.subarray(index * size, (index + 1) * size);
}

/** FNV-1a over the row's bits, 32 bits wide. */
function hashOf(row: Row): number {
  const words = row instanceof Float32Array ? new Uint32Array(row.buffer, row.byteOffset, row.length) : row;
  let hash = 0x811c9dc5;
  for (let index = 0; index < words.length; index++) hash = Math.imul(hash ^ words[index]!, 0x01000193);
  return hash >>> 0;
}

function equal(a: Row, b: Row): boolean {
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false;
  return a.length === b.length;
}

/**
 * The results of every block of a reduction, in a kernel of their own: threads share the blocks. Where a row of results is wider than the
 * registers, chains stay in memory, near the processor, and each row is added to all of them: what is read is read in order, which
 * memory gives several times faster than pieces of rows.
 */

import { sizeOf } from "../base/shape.ts";
import type { KernelBuilder } from "../kernel/builder.ts";
import type { Index, Vector } from "../kernel/language.ts";
import type { Buffers } from "./evaluate.ts";
import { overParts } from "./parts.ts";
import {
  addElement,
  blockLength,
  type Chains,
  identities,
  isLarge,
  overPanels,
  overResults,
  panelOf,
  type Reduction,
  type Results,
  reduceBlock,
} from "./reduceBlock.ts";

/** Blocks that keep some threads busy. */
const fewBlocks = 4;

/** Where the results of a block lie. */
type ChainsOf = (results: Results, block: Index | null) => Chains;

/** Whether rows of results are so wide, and so many, that they are to be read in order. */
export function isWide(reduction: Reduction, lanes: number): boolean {
  const { sizes } = reduction;
  const blocks = sizeOf(sizes.slice(0, -2)) * Math.ceil(sizes.at(-1)! / blockLength(reduction));
  return panelOf(reduction, lanes).count > 1 && isLarge(sizes) && blocks >= fewBlocks;
}

/** One block after the other, each in registers; returns the number of parts. */
export function writeBlocks(k: KernelBuilder, reduction: Reduction, buffers: Buffers, chainsOf: ChainsOf): number {
  const size = blockLength(reduction);
  const count = reduction.sizes.at(-1)!;
  const blocks = Math.ceil(count / size);
  const wholeBlocks = Math.floor(count / size);
  return overResults(k, reduction, blocks, (results, block) => {
    const write = (index: Index | null, offset: number, length: number): void =>
      storeAll(chainsOf(results, block), reduceBlock(k, reduction, buffers, results, index, offset, length));
    const whole = (): void => write(k.compute("mul", block!, size), 0, size);
    if (wholeBlocks === blocks) whole();
    else {
      k.when(block!, wholeBlocks, whole);
      k.when(k.index(wholeBlocks - 1), block!, () => write(null, wholeBlocks * size, count % size));
    }
  });
}

/** Every row of a block to all chains, which stay in memory; returns the number of parts. */
export function writeWideBlocks(k: KernelBuilder, reduction: Reduction, buffers: Buffers, chainsOf: ChainsOf): number {
  const size = blockLength(reduction);
  const { sizes } = reduction;
  const [outer, width, count] = [sizes.slice(0, -2), sizes.at(-2)!, sizes.at(-1)!];
  const blocks = Math.ceil(count / size);
  return overParts(k, [...outer, blocks], width * size, (at) => {
    const [row, block] = [at.slice(0, outer.length), at[outer.length]!];
    const begin = k.compute("mul", block, size);
    const end = k.compute("min", k.compute("add", begin, size), k.index(count));
    overPanels(k, reduction, row, (results) => storeAll(chainsOf(results, block), identities(k, reduction, results)));
    k.loop(begin, end, 1, (index) => {
      overPanels(k, reduction, row, (results) =>
        addElement(k, reduction, buffers, results, index, chainsOf(results, block)),
      );
    });
  });
}

function storeAll({ store }: Chains, values: readonly (readonly Vector[])[]): void {
  values.forEach((list, term) => list.forEach((value, vector) => store(term, vector, value)));
}

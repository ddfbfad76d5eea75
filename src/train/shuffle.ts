/**
 * The order of the examples in an epoch: a stable sort of random keys, one per example, as a program. The same seed and epoch
 * give the same order on every target.
 */

import { deriveKey } from "../base/rng.ts";
import { build } from "../graph/build.ts";
import type { Module } from "../graph/module.ts";
import type { Executable, Target, TargetBuffer } from "../targets/target.ts";
import type { Holdings } from "./holdings.ts";
import { spread } from "./step.ts";

/** Output: the permutation, int32 `[examples]`. Inputs: the two key words and the epoch's number, uint32 scalars. */
function permutationModule(examples: number): Module {
  const inputs = ["key0", "key1", "epoch"].map((name) => build.input(name, [], "uint32"));
  const [key0, key1, epoch] = inputs.map((node) => spread(node, examples)) as [never, never, never];
  const keys = build.threefry(build.iota([examples], 0, "uint32"), key0, key1, epoch);
  return { inputs, states: [], outputs: [build.argSort(keys)], guard: null, log: [] };
}

/** Writes an epoch's order into `permutation`: shuffled anew each epoch, or as stored. */
export class Shuffle {
  readonly permutation: TargetBuffer;
  readonly #target: Target;
  readonly #program: Executable | null;
  readonly #inputs: readonly TargetBuffer[];

  private constructor(
    target: Target,
    permutation: TargetBuffer,
    program: Executable | null,
    inputs: readonly TargetBuffer[],
  ) {
    this.#target = target;
    this.permutation = permutation;
    this.#program = program;
    this.#inputs = inputs;
  }

  static async prepare(holdings: Holdings, examples: number, seed: number, shuffle: boolean): Promise<Shuffle> {
    const { target } = holdings;
    const asStored = Int32Array.from({ length: examples }, (_, index) => index);
    const permutation = await holdings.place(asStored);
    if (!shuffle) return new Shuffle(target, permutation, null, []);
    const inputs: TargetBuffer[] = [];
    for (const word of [...deriveKey(seed, "shuffle"), 0]) inputs.push(await holdings.place(Uint32Array.of(word)));
    return new Shuffle(target, permutation, await holdings.compile(permutationModule(examples)), inputs);
  }

  /** `epoch` counts from 1. */
  async arrange(epoch: number): Promise<void> {
    if (!this.#program) return;
    await this.#target.write(this.#inputs[2]!, Uint32Array.of(epoch));
    await this.#program.run({ inputs: this.#inputs, states: [], outputs: [this.permutation] }, 1);
  }
}

/** Small images, and random numbers that a test dictates. For tests. */

import { deriveKey } from "../../base/rng.ts";
import type { RandomSource } from "../../network/layer.ts";
import { full, tensor } from "../../tensor/create.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { moved } from "./augment.ts";
import type { Augmentation, Move, Setting, Varied } from "./augmentation.ts";
import type { Draws } from "./draws.ts";

/** Images `[1, rows, columns]` with 1, 2, 3… in their pixels. */
export function counted(rows: number, columns: number): Tensor {
  return tensor(
    Float32Array.from({ length: rows * columns }, (_, i) => i + 1),
    { shape: [1, rows, columns] },
  ) as Tensor;
}

export const settingOf = (x: Tensor, changes: Partial<Setting> = {}): Setting => ({
  inputShape: x.shape.slice(1),
  outputShape: [10],
  labels: true,
  background: 0,
  ...changes,
});

/** Uniform numbers one after the other, each for every example. */
export function dictated(batch: number, ...numbers: readonly number[]): Draws {
  const rest = [...numbers];
  const refuse = (): never => {
    throw new Error("the test dictates uniform numbers only");
  };
  return { batch, bits: refuse, normal: refuse, uniform: (shape) => full(shape, rest.shift()!) as Tensor };
}

/** What moves make of images, each with the uniform numbers given. */
export async function movedBy(
  x: Tensor,
  moves: readonly (readonly [Augmentation, ...number[]])[],
  background = 0,
): Promise<number[][]> {
  const given = moves.map(([move, ...numbers]) => [move as Move, dictated(x.shape[0]!, ...numbers)] as const);
  const { x: result } = moved({ x, target: x } satisfies Varied, given, settingOf(x, { background }));
  return ((await result.array()) as number[][][])[0]!;
}

/** Random numbers as a run with this seed has them at a step. */
export function randomAt(seed: number, step = 0): RandomSource {
  const word = (value: number): Tensor => tensor(value, { dtype: "uint32" }) as Tensor;
  return {
    stream: word(step),
    key: (purpose) => {
      const [key0, key1] = deriveKey(seed, purpose);
      return { key0: word(key0), key1: word(key1) };
    },
  };
}

export const meanOf = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b) / values.length;

export function varianceOf(values: ArrayLike<number>): number {
  const mean = meanOf(values);
  return meanOf(Array.from(values, (value) => (value - mean) * (value - mean)));
}

/**
 * The random numbers of one augmentation at one step: it takes what it needs, one after the other. Which numbers these are depends on
 * the seed, the augmentation's name and place in the list, and the step.
 */

import type { DType } from "../../base/dtype.ts";
import { type Shape, sizeOf } from "../../base/shape.ts";
import { type RandomNumbers, randomBits, randomNormal, randomUniform } from "../../functions/random.ts";
import type { RandomSource } from "../../network/layer.ts";
import type { Tensor } from "../../tensor/tensor.ts";

export interface Draws {
  /** Examples in the batch. */
  readonly batch: number;
  /** All 2³² values alike, uint32. */
  bits(shape: Shape): Tensor<Shape, "uint32">;
  /** Evenly in [0, 1), of the examples' dtype. */
  uniform(shape: Shape): Tensor;
  /** Standard normal, of the examples' dtype. */
  normal(shape: Shape): Tensor;
}

/** The numbers of the purpose `augment/<place>/<name>`; normal ones have a purpose of their own. */
export class RandomDraws implements Draws {
  readonly batch: number;
  readonly #random: RandomSource;
  readonly #purpose: string;
  readonly #dtype: DType;
  /** How many numbers have been taken. */
  #taken = 0;

  constructor(random: RandomSource, purpose: string, batch: number, dtype: DType) {
    this.#random = random;
    this.#purpose = purpose;
    this.batch = batch;
    this.#dtype = dtype;
  }

  bits(shape: Shape): Tensor<Shape, "uint32"> {
    return randomBits(shape, this.#numbers(this.#purpose), this.#take(shape));
  }

  uniform(shape: Shape): Tensor {
    return randomUniform(shape, this.#numbers(this.#purpose), this.#take(shape), 1, this.#dtype);
  }

  normal(shape: Shape): Tensor {
    return randomNormal(shape, this.#numbers(`${this.#purpose}/normal`), this.#dtype);
  }

  #numbers(purpose: string): RandomNumbers {
    return { ...this.#random.key(purpose), stream: this.#random.stream };
  }

  #take(shape: Shape): number {
    const from = this.#taken;
    this.#taken += sizeOf(shape);
    return from;
  }
}

/** A number for every example, evenly in [−most, most), as `[batch, 1, 1]`. */
export function evenly(draws: Draws, most: number): Tensor {
  return draws
    .uniform([draws.batch, 1, 1])
    .mul(2 * most)
    .sub(most);
}

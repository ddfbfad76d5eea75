/**
 * Writes random programs from tapes of numbers: every choice reads the next number of a tape, and an exhausted tape chooses the simplest.
 * So a shorter tape is a simpler program, and whatever shrinks lists of numbers shrinks programs. For tests alone.
 */

import type { DType } from "../../base/dtype.ts";
import { type Shape, sameShape, sizeOf } from "../../base/shape.ts";
import { build } from "../../graph/build.ts";
import type { Node } from "../../graph/node.ts";

/** Dimensions of random shapes: one, primes, whole vectors and their tails. */
export const sizes: readonly number[] = [1, 2, 3, 5, 7, 8, 16, 17];
/** No tensor of a program has more elements. */
export const largest = 700;

/** One operation, on nodes that it takes from the generator. */
export type Family = (g: Generator) => Node;

export class Generator {
  readonly inputs: Node[] = [];
  readonly pool: Node[] = [];
  /** The float dtype of the program: float64 where gradients are measured. */
  readonly float: "float32" | "float64";
  #tape: readonly number[] = [];
  #next = 0;

  constructor(float: "float32" | "float64" = "float32") {
    this.float = float;
  }

  /** Reads from this tape from now on. */
  feed(tape: readonly number[]): void {
    this.#tape = tape;
    this.#next = 0;
  }

  below(n: number): number {
    return n <= 1 ? 0 : (this.#tape[this.#next++] ?? 0) % n;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  shape(rank: number = this.below(4)): number[] {
    const shape = Array.from({ length: rank }, () => (this.below(30) === 29 ? 0 : this.pick(sizes)));
    while (sizeOf(shape) > largest) shape[shape.indexOf(Math.max(...shape))] = 2;
    return shape;
  }

  input(shape: Shape, dtype: DType): Node {
    const node = build.input(`x${this.inputs.length}`, shape, dtype);
    this.inputs.push(node);
    return node;
  }

  /** A node of the dtype, mostly one of the pool; recent ones are likelier. */
  any(dtype: DType): Node {
    const fitting = this.pool.filter((node) => node.dtype === dtype);
    if (fitting.length === 0 || this.below(12) === 11) return this.source(this.shape(), dtype);
    return this.below(2) ? this.pick(fitting) : fitting[fitting.length - 1 - this.below(Math.min(3, fitting.length))]!;
  }

  /** A node of this very shape and dtype. */
  like(shape: Shape, dtype: DType): Node {
    const fitting = this.pool.filter((node) => node.dtype === dtype && sameShape(node.shape, shape));
    if (fitting.length > 0 && this.below(4) < 3) return this.pick(fitting);
    const short = this.pool.filter((node) => node.dtype === dtype && node.shape.length < shape.length);
    for (const node of short) {
      const axes = placement(node.shape, shape);
      if (axes) return build.broadcast(node, shape, axes);
    }
    return this.source(shape, dtype);
  }

  source(shape: Shape, dtype: DType): Node {
    const kind = this.below(6);
    if (kind === 4) return build.constant(this.pick([0, 1, -0, 0.1, 0.7, 3]), shape, dtype);
    if (kind === 5 && shape.length > 0 && dtype !== "bool" && dtype !== "uint8") {
      return build.iota(shape, this.below(shape.length), dtype);
    }
    return this.input(shape, dtype);
  }

  /** One more operation, read from a tape of its own. */
  step(families: readonly Family[], tape: readonly number[]): void {
    this.feed(tape);
    const made = this.pick(families)(this);
    if (sizeOf(made.shape) <= largest) this.pool.push(made);
  }
}

/** Ascending axes of `to` on which `from` can be broadcast. */
function placement(from: Shape, to: Shape): number[] | null {
  const axes: number[] = [];
  for (const size of from) {
    const start = (axes.at(-1) ?? -1) + 1;
    const axis = to.findIndex((n, i) => i >= start && (n === size || size === 1));
    if (axis < 0) return null;
    axes.push(axis);
  }
  return axes;
}

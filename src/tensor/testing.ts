/** For tests: types and shapes of tensors, proved together; the sentence of a refusal. */

import { expect } from "vitest";
import type { DType } from "../base/dtype.ts";
import type { Shape } from "../base/shape.ts";
import type { Tensor } from "./tensor.ts";

/** Whether two types are one and the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type Writable<S> = { -readonly [Axis in keyof S]: S[Axis] };
type Expecting<S, E, D, F> =
  Same<S, Shape extends E ? E : Writable<E>> extends true ? (Same<D, F> extends true ? [] : [D, F]) : [S, E];

/** The type of a tensor says exactly this shape and dtype, and the run has them. */
export function is<S extends Shape, D extends DType, const E extends Shape, F extends DType = "float32">(
  x: Tensor<S, D>,
  shape: E,
  ...[dtype]: [] extends Expecting<S, E, D, F> ? [dtype?: F] : [F, ...Expecting<S, E, D, F>]
): void {
  expect(x.shape).toEqual(shape);
  expect(x.dtype).toEqual(dtype ?? "float32");
}

/** What a call throws: the class and the sentence. */
export function refusal(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
  return "nothing was thrown";
}

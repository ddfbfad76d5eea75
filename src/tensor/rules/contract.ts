/** Matrix products at the type level, as contract.ts computes them. */

import type { Shape } from "../../base/shape.ts";
import type { ShowShape } from "../../base/shape-types.ts";
import type { Broadcast } from "./broadcast.ts";
import type { Differ, IsAny } from "./fit.ts";

/** The shape of `A.matmul(B)`: vectors `[k]` lose their axis, axes before the last two are a batch; or the sentence. */
export type MatrixProduct<A extends Shape, B extends Shape> =
  IsAny<B> extends true
    ? Shape
    : IsAny<A> extends true
      ? Shape
      : number extends A["length"] | B["length"]
        ? Shape
        : A extends readonly [...infer FrontA extends Shape, infer K extends number]
          ? B extends readonly [infer KB extends number]
            ? Differ<K, KB> extends true
              ? Misfit<A, B>
              : FrontA
            : B extends readonly [...infer BatchB extends Shape, infer KB extends number, infer N extends number]
              ? Differ<K, KB> extends true
                ? Misfit<A, B>
                : FrontA extends readonly [...infer BatchA extends Shape, infer M extends number]
                  ? WithBatch<BatchA, BatchB, M, N>
                  : [...BatchB, N]
              : Misfit<A, B>
          : Misfit<A, B>;

type WithBatch<A extends Shape, B extends Shape, M extends number, N extends number> = B extends readonly []
  ? [...A, M, N]
  : Broadcast<"matmul", A, B> extends infer Batch
    ? Batch extends Shape
      ? [...Batch, M, N]
      : Batch
    : never;

type Misfit<
  A extends Shape,
  B extends Shape,
> = `matmul: needs [..., m, k] and [..., k, n], or vectors [k]; got ${ShowShape<A>} and ${ShowShape<B>}. Transpose or reshape one of them.`;

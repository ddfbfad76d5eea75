/** The largest of each group of neighbours. */

import type { DType } from "../base/dtype.ts";
import type { Divide } from "../base/number-types.ts";
import { type Shape, showShape } from "../base/shape.ts";
import type { ShowShape } from "../base/shape-types.ts";
import type { Differ, Fitting, IsAny, Outcome } from "../tensor/rules/fit.ts";
import { nodeGiven, type Tensor } from "../tensor/tensor.ts";
import { refusal } from "./sliding.ts";

/** The shape with the last axis in groups, or the sentence, which begins with `Who`. */
export type Grouped<Who extends string, X extends Shape, Pieces extends number> =
  IsAny<X> extends true
    ? Shape
    : number extends X["length"]
      ? Shape
      : X extends readonly [...infer Before extends Shape, infer N extends number]
        ? Divide<N, Pieces> extends [infer Groups extends number, infer Rest]
          ? Differ<Rest, 0> extends true
            ? Ungrouped<Who, X, Pieces>
            : [...Before, Groups]
          : never
        : Ungrouped<Who, X, Pieces>;

type Ungrouped<
  Who extends string,
  X extends Shape,
  Pieces extends number,
> = `${Who}needs a last axis that ${Pieces} pieces divide; got ${ShowShape<X>}. Change the number of pieces, or of units before.`;

/**
 * The largest of each `pieces` neighbours along the last axis: a learned activation, convex in pieces. Of equal ones the first takes the
 * gradient.
 *
 * @param x       `[...n, groups · pieces]`, numeric
 * @param pieces  how many elements make a group
 * @returns       `[...n, groups]`
 * @throws {ShapeError} pieces do not divide the last axis
 * @example maxout(tensor([5, 7, -1, 1]), 2)  // [7, 1]
 * @see Goodfellow, Warde-Farley, Mirza, Courville, Bengio, Maxout networks (2013)
 */
export function maxout<X extends Shape, D extends DType, const Pieces extends number>(
  x: Fitting<Tensor<X, D>, Grouped<"maxout: ", X, Pieces>>,
  pieces: Pieces,
): Tensor<Outcome<Grouped<"maxout: ", X, Pieces>>, D> {
  nodeGiven("maxout", x);
  const given = x as Tensor;
  const grouped = groupsOf("maxout", given.shape, pieces);
  return given.reshape([...grouped, pieces]).max(-1) as Tensor as never;
}

/** The shape with the last axis in groups. */
export function groupsOf(operation: string, shape: Shape, pieces: number): Shape {
  const last = shape.at(-1);
  if (last !== undefined && last % pieces === 0) return [...shape.slice(0, -1), last / pieces];
  const actual = showShape(shape);
  throw refusal(
    operation,
    `needs a last axis that ${pieces} pieces divide; got ${actual}. Change the number of pieces, or of units before.`,
    { expected: `[…, groups · ${pieces}]`, actual },
  );
}

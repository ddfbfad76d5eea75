/** A learned vector for each of a set of things, such as words, that are counted from 0. */

import { type Reader, reader } from "../../base/call.ts";
import type { Shape } from "../../base/shape.ts";
import type { Initializer } from "../initializer.ts";
import { readInitializer } from "../initializer-strings.ts";
import { uniform } from "../initializers.ts";
import { type Layer, layer, type ShapeRule } from "../layer.ts";
import { checkCount } from "./spatial.ts";
import { weightSpec } from "./weights.ts";

interface EmbeddingRule<Count extends number, Width extends number> extends ShapeRule {
  readonly title: `embedding(${Count}, ${Width})`;
  readonly out: this["in"] extends infer In extends Shape ? [...In, Width] : never;
}

/** What becomes of the parameters. */
export interface EmbeddingOptions {
  /** First values of the vectors; `uniform(-0.05, 0.05)` by default. */
  readonly initializer?: Initializer;
}

/**
 * Each index becomes the row of a table: `y = weight[x]`. Inputs are whole numbers from 0 to count − 1, as int32 or as the floats that data
 * sets give; what lies outside counts as the first or last row.
 *
 * Parameters: `weight` `[count, width]`.
 *
 * @param count    how many things there are
 * @param width    length of their vectors
 * @param options  initializer
 * @returns        a layer from `[n]` (or any shape) to `[n, width]`
 * @throws {ShapeError} count or width is no positive integer
 * @example network([20], embedding(1000, 32), conv1d(16, 3), relu(), globalMaxPool(), dense(2))
 * @see Bengio, Ducharme, Vincent, Jauvin, A neural probabilistic language model (2003)
 */
export function embedding<const Count extends number, const Width extends number>(
  count: Count,
  width: Width,
  { initializer }: EmbeddingOptions = {},
): Layer<EmbeddingRule<Count, Width>> {
  checkCount("embedding", "count", count, "embedding(1000, 32)");
  checkCount("embedding", "width", width, "embedding(1000, 32)");
  return layer({
    name: "embedding",
    takes: "indices",
    arguments: [count, width],
    options: { initializer },
    shape: (input) => [...input, width],
    parameters: () => [weightSpec("weight", [count, width], initializer ?? uniform(-0.05, 0.05))],
    apply: (x, { weight }) => weight!.gather(x.cast("int32")),
  });
}

export const embeddingReader: Reader<Layer> = reader({
  name: "embedding",
  needs: { count: "number", width: "number" },
  takes: { initializer: "call" },
  make: ({ count, width, initializer }) =>
    embedding(count, width, { ...(initializer && { initializer: readInitializer(initializer) }) }),
});

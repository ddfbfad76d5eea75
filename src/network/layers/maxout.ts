/** Units that give the largest of their pieces. */

import { type Reader, reader } from "../../base/call.ts";
import type { Shape } from "../../base/shape.ts";
import { type Grouped, groupsOf, maxout as largest } from "../../functions/maxout.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { type Layer, layer, type ShapeRule } from "../layer.ts";
import { checkCount } from "./spatial.ts";

interface MaxoutRule<Pieces extends number> extends ShapeRule {
  readonly title: `maxout(${Pieces})`;
  readonly out: this["in"] extends infer In extends Shape ? Grouped<"", In, Pieces> : never;
}

/**
 * The largest of each `pieces` neighbours along the last axis: after `dense(units · pieces)`, units with a learned activation, which is
 * convex in pieces. `relu` is the case of two pieces one of which is 0.
 *
 * @param pieces  how many elements make a group
 * @returns       a layer from `[...n, groups · pieces]` to `[...n, groups]`
 * @throws {ShapeError} pieces is no positive integer; when the network is built: pieces do not divide the last axis
 * @example network([784], dense(400), maxout(2), dense(10))
 * @see Goodfellow, Warde-Farley, Mirza, Courville, Bengio, Maxout networks (2013)
 */
export function maxout<const Pieces extends number>(pieces: Pieces): Layer<MaxoutRule<Pieces>> {
  checkCount("maxout", "pieces", pieces, "maxout(2)");
  return layer({
    name: "maxout",
    arguments: [pieces],
    shape: (input) => groupsOf("", input, pieces),
    apply: (x) => largest(x, pieces) as Tensor,
  });
}

export const maxoutReader: Reader<Layer> = reader({
  name: "maxout",
  needs: { pieces: "number" },
  takes: {},
  make: ({ pieces }) => maxout(pieces),
});

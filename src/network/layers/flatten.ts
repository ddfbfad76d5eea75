/** All axes as one. */

import { type Reader, reader } from "../../base/call.ts";
import { type Shape, sizeOf } from "../../base/shape.ts";
import type { SizeOf } from "../../base/shape-types.ts";
import { type Layer, layer, type ShapeRule } from "../layer.ts";

interface FlattenRule extends ShapeRule {
  readonly title: "flatten";
  readonly out: this["in"] extends infer In extends Shape ? [SizeOf<In>] : never;
}

/**
 * Lines up all elements of an example in row-major order: `[16, 16]` becomes `[256]`. No numbers move.
 *
 * @returns a layer from any shape to `[n]`
 * @example network([16, 16], flatten(), dense(10))
 */
export function flatten(): Layer<FlattenRule> {
  return layer({
    name: "flatten",
    gives: "unchanged",
    shape: (input) => [sizeOf(input)],
    apply: (x) => x.flatten(1),
  });
}

export const flattenReader: Reader<Layer> = reader({ name: "flatten", needs: {}, takes: {}, make: () => flatten() });

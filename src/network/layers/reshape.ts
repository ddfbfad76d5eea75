/** The same elements under another shape. Refuses shapes with another number of elements. */

import { type Reader, reader } from "../../base/call.ts";
import { ShapeError } from "../../base/errors.ts";
import { type Shape, showShape, sizeOf } from "../../base/shape.ts";
import type { Mutable, ShowShape, SizeOf } from "../../base/shape-types.ts";
import { type Layer, layer, type ShapeRule } from "../layer.ts";

interface ReshapeRule<To extends Shape> extends ShapeRule {
  readonly title: `reshape(${ShowShape<To>})`;
  readonly out: this["in"] extends infer In extends Shape ? ReshapeOutput<In, To> : never;
}

type ReshapeOutput<In extends Shape, To extends Shape> = number extends SizeOf<In> | SizeOf<To> | To["length"]
  ? To
  : SizeOf<In> extends SizeOf<To>
    ? To
    : `needs ${SizeOf<To>} elements; got ${ShowShape<In>} with ${SizeOf<In>}. Choose a shape with ${SizeOf<In>} elements.`;

/**
 * Gives each example another shape, elements in row-major order. No numbers move.
 *
 * @param shape  the new shape, without the batch axis
 * @returns      a layer from any shape with as many elements to `shape`
 * @throws {ShapeError} when the network is built: the numbers of elements differ
 * @example network([784], reshape([28, 28]))
 */
export function reshape<const To extends Shape>(shape: To): Layer<ReshapeRule<Mutable<To>>> {
  if (!shape.every((dimension) => Number.isSafeInteger(dimension) && dimension >= 1)) {
    throw new ShapeError(`reshape: every dimension must be a positive integer; got ${showShape(shape)}.`, {
      operation: "reshape",
      actual: showShape(shape),
    });
  }
  const size = sizeOf(shape);
  return layer({
    name: "reshape",
    arguments: [shape],
    gives: "unchanged",
    shape: (input) => {
      const given = sizeOf(input);
      if (given === size) return shape;
      throw new ShapeError(
        `needs ${size} elements; got ${showShape(input)} with ${given}. Choose a shape with ${given} elements.`,
        { expected: String(size), actual: showShape(input), hint: `Choose a shape with ${given} elements.` },
      );
    },
    apply: (x) => x.reshape([x.shape[0]!, ...shape]),
  });
}

export const reshapeReader: Reader<Layer> = reader({
  name: "reshape",
  needs: { shape: "shape" },
  takes: {},
  make: ({ shape }) => reshape(shape),
});

/** The fully connected layer. Refuses inputs that are not flat. */

import { type Reader, reader } from "../../base/call.ts";
import { ShapeError } from "../../base/errors.ts";
import { type Shape, showShape } from "../../base/shape.ts";
import type { ShowShape } from "../../base/shape-types.ts";
import { linear } from "../../functions/linear.ts";
import { readInitializer } from "../initializer-strings.ts";
import { type Layer, layer, type ShapeRule } from "../layer.ts";
import { checkCount } from "./spatial.ts";
import { printedWeightOptions, type WeightOptions, weightAndBias } from "./weights.ts";

interface DenseRule<Units extends number> extends ShapeRule {
  readonly title: `dense(${Units})`;
  readonly out: DenseOutput<this["in"], Units>;
}

type DenseOutput<In, Units extends number> = In extends Shape
  ? In["length"] extends 1
    ? [Units]
    : number extends In["length"]
      ? [Units]
      : `needs a flat input [n]; got ${ShowShape<In>}. Add flatten() before it.`
  : never;

/**
 * Fully connected layer: `y = W x + b`, every output from every input.
 *
 * Parameters: `weight` `[units, n]`, row i the weights into unit i; `bias` `[units]`.
 *
 * @param units    number of outputs
 * @param options  `bias: false` leaves b out; `initializer` for the weights
 * @returns        a layer from `[n]` to `[units]`
 * @throws {ShapeError} units is not a positive integer; when the network is built: the input is not flat
 * @example network([16, 16], flatten(), dense(128), relu(), dense(10))
 */
export function dense<const Units extends number>(units: Units, options: WeightOptions = {}): Layer<DenseRule<Units>> {
  checkCount("dense", "units", units, "dense(10) for ten outputs");
  return layer({
    name: "dense",
    arguments: [units],
    options: printedWeightOptions(options),
    given: options,
    shape: (input) => {
      if (input.length === 1) return [units];
      throw new ShapeError(`needs a flat input [n]; got ${showShape(input)}. Add flatten() before it.`, {
        expected: "[n]",
        actual: showShape(input),
        hint: "Add flatten() before it.",
      });
    },
    parameters: ([n]) => weightAndBias([units, n!], units, options),
    apply: (x, { weight, bias }) => linear(x, weight!, bias),
  });
}

export const denseReader: Reader<Layer> = reader({
  name: "dense",
  needs: { units: "number" },
  takes: { bias: "flag", initializer: "call" },
  make: ({ units, bias, initializer }) =>
    dense(units, { bias, initializer: initializer && readInitializer(initializer) }),
});

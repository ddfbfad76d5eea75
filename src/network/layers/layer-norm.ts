/** Normalization of each example by itself along its last axes: layer normalization, and division by the root mean square. */

import { type Reader, reader } from "../../base/call.ts";
import { ShapeError } from "../../base/errors.ts";
import { type Shape, showShape } from "../../base/shape.ts";
import type { ShowShape } from "../../base/shape-types.ts";
import { rmsNorm as divided, normalize } from "../../functions/normalize.ts";
import { type Layer, layer, type ShapeRule } from "../layer.ts";
import {
  affineOf,
  affineSpecs,
  checkOption,
  type NormOptions,
  type NormSettings,
  normTakes,
  readOptions,
  settingsOf,
} from "./norm.ts";

interface LastAxesRule<Title extends string, Axes extends number> extends ShapeRule {
  readonly title: Title;
  readonly out: this["in"] extends infer In extends Shape ? WithAxes<In, Axes> : never;
}

/** A list of one more than the input has axes has something at place `Axes`. */
type WithAxes<In extends Shape, Axes extends number> = number extends In["length"] | Axes
  ? In
  : [1, ...In][Axes] extends number
    ? In
    : `needs an axis for each of the ${Axes} to normalize along; got ${ShowShape<In>}. Reshape the input, or take fewer axes.`;

export interface LayerNormOptions<Axes extends number = number> extends NormOptions {
  /** How many axes at the end are normalized together; weight and bias have their shape. Default 1, the channels. */
  readonly axes?: Axes;
}

/**
 * Layer normalization: `y = (x − m) / √(v + ε) · weight + bias`, with mean m and variance v over the last axis of each example at each
 * position, or over the last axes. The same in training and afterwards.
 *
 * Parameters: `weight` and `bias` of the shape of these axes.
 *
 * @param options  axes; epsilon, 1e-5; `affine: false` leaves weight and bias out; initializer of the weight
 * @returns        a layer that keeps the shape
 * @throws {GradusError} an option out of range; when the network is built, as ShapeError: the input has fewer axes
 * @example network([16, 16], flatten(), dense(32), layerNorm(), relu(), dense(10))
 * @see Ba, Kiros, Hinton, Layer normalization (2016)
 */
export function layerNorm<const Axes extends number = 1>(
  options: LayerNormOptions<Axes> = {},
): Layer<LastAxesRule<"layerNorm", Axes>> {
  const settings = settingsOf("layerNorm", options, { epsilon: 1e-5, affine: true });
  const axes = checkedAxes("layerNorm", options.axes);
  return layer({
    ...alongLastAxes("layerNorm", axes, settings),
    given: options,
    parameters: (input) => affineSpecs(settings, input.slice(-axes)),
    apply: (x, own) => normalize(x, lastAxes(axes), affineOf(settings, own)),
  });
}

/**
 * Division by the root mean square: `y = x / √(Σ x² / n + ε) · weight`, over the last axis of each example at each position, or over
 * the last axes. Cheaper than {@link layerNorm}: no mean is taken away.
 *
 * Parameters: `weight` of the shape of these axes.
 *
 * @param options  axes; epsilon, 1e-6; `affine: false` leaves the weight out; its initializer
 * @returns        a layer that keeps the shape
 * @throws {GradusError} an option out of range; when the network is built, as ShapeError: the input has fewer axes
 * @example network([16, 16], flatten(), dense(32), rmsNorm(), relu(), dense(10))
 * @see Zhang, Sennrich, Root mean square layer normalization (2019)
 */
export function rmsNorm<const Axes extends number = 1>(
  options: LayerNormOptions<Axes> = {},
): Layer<LastAxesRule<"rmsNorm", Axes>> {
  const settings = settingsOf("rmsNorm", options, { epsilon: 1e-6, affine: true });
  const axes = checkedAxes("rmsNorm", options.axes);
  return layer({
    ...alongLastAxes("rmsNorm", axes, settings),
    given: options,
    parameters: (input) => affineSpecs(settings, input.slice(-axes)).filter(({ kind }) => kind === "scale"),
    apply: (x, own) => divided(x, lastAxes(axes), affineOf(settings, own)),
  });
}

/** Name, options and shape rule of both. */
function alongLastAxes(name: string, axes: number, { printed }: NormSettings) {
  return {
    name,
    takes: "any scale" as const,
    options: { axes: axes === 1 ? undefined : axes, ...printed },
    shape: (input: Shape): Shape => {
      if (input.length >= axes) return input;
      throw new ShapeError(
        `needs an axis for each of the ${axes} to normalize along; got ${showShape(input)}. Reshape the input, or take fewer axes.`,
        { expected: `${axes} axes or more`, actual: showShape(input), hint: "Take fewer axes." },
      );
    },
  };
}

function checkedAxes(name: string, axes: number | undefined): number {
  const count = axes ?? 1;
  checkOption(name, "axes", count, Number.isSafeInteger(count) && count > 0, "a positive integer", "1");
  return count;
}

/** −1, −2, … */
function lastAxes(count: number): number[] {
  return Array.from({ length: count }, (_, i) => -1 - i);
}

const takes = { axes: "number", ...normTakes } as const;

export const layerNormReaders: readonly Reader<Layer>[] = [
  reader({
    name: "layerNorm",
    needs: {},
    takes,
    make: ({ axes, ...options }) => layerNorm({ ...readOptions(options), ...(axes === undefined ? {} : { axes }) }),
  }),
  reader({
    name: "rmsNorm",
    needs: {},
    takes,
    make: ({ axes, ...options }) => rmsNorm({ ...readOptions(options), ...(axes === undefined ? {} : { axes }) }),
  }),
];

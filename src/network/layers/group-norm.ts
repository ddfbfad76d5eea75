/** Normalization of each example by itself over its positions: channels in groups, or each for itself. */

import { type Reader, reader } from "../../base/call.ts";
import { ShapeError } from "../../base/errors.ts";
import type { Divide } from "../../base/number-types.ts";
import { type Shape, showShape, sizeOf } from "../../base/shape.ts";
import type { ShowShape, SizeOf } from "../../base/shape-types.ts";
import { groupNorm as grouped, normalize } from "../../functions/normalize.ts";
import { type Layer, layer, type ShapeRule } from "../layer.ts";
import { affineOf, affineSpecs, checkOption, type NormOptions, normTakes, readOptions, settingsOf } from "./norm.ts";

interface GroupNormRule<Groups extends number> extends ShapeRule {
  readonly title: `groupNorm(${Groups})`;
  readonly out: this["in"] extends infer In extends Shape ? Grouped<In, Groups> : never;
}

type Grouped<In extends Shape, Groups extends number> = number extends In["length"]
  ? In
  : In extends readonly [...infer Positions extends Shape, infer Channels extends number]
    ? number extends Channels | Groups
      ? In
      : Divide<Channels, Groups> extends [number, 0]
        ? [SizeOf<Positions>, Channels] extends [1, Groups]
          ? `needs more than one value per group; got ${ShowShape<In>} in ${Groups} groups. Take fewer groups.`
          : In
        : `needs groups that divide the channels; got ${Groups} groups for ${ShowShape<In>}. Choose a divisor of ${Channels}.`
    : "needs channels on the last axis; got []. Reshape the input to [n].";

/**
 * Group normalization: `y = (x − m) / √(v + ε) · weight + bias`, with mean m and variance v of each example over all positions and the
 * channels of a group, neighbours together. The same in training and afterwards, for batches of any size.
 *
 * Parameters: `weight` and `bias` `[channels]`.
 *
 * @param groups   how many; they divide the channels
 * @param options  epsilon, 1e-5; `affine: false` leaves weight and bias out; initializer of the weight
 * @returns        a layer that keeps the shape `[...positions, channels]`
 * @throws {GradusError} an option out of range; when the network is built, as ShapeError: the groups do not divide the channels, or
 *                       hold one value
 * @example network([16], dense(32), groupNorm(4), relu(), dense(10))
 * @see Wu, He, Group normalization (2018)
 */
export function groupNorm<const Groups extends number>(
  groups: Groups,
  options: NormOptions = {},
): Layer<GroupNormRule<Groups>> {
  const settings = settingsOf("groupNorm", options, { epsilon: 1e-5, affine: true });
  checkOption("groupNorm", "groups", groups, Number.isSafeInteger(groups) && groups > 0, "a positive integer", "4");
  return layer({
    name: "groupNorm",
    takes: "any scale",
    arguments: [groups],
    options: settings.printed,
    given: options,
    shape: (input) => {
      const actual = showShape(input);
      const channels = input.at(-1);
      if (channels === undefined) {
        throw new ShapeError("needs channels on the last axis; got []. Reshape the input to [n].", { actual });
      }
      if (channels % groups !== 0) {
        throw new ShapeError(
          `needs groups that divide the channels; got ${groups} groups for ${actual}. Choose a divisor of ${channels}.`,
          { actual, hint: `Choose a divisor of ${channels}.` },
        );
      }
      if (sizeOf(input) > groups) return input;
      throw new ShapeError(
        `needs more than one value per group; got ${actual} in ${groups} groups. Take fewer groups.`,
        { actual, hint: "Take fewer groups." },
      );
    },
    parameters: (input) => affineSpecs(settings, input.slice(-1)),
    apply: (x, own) => grouped(x, groups, affineOf(settings, own)),
  });
}

interface InstanceNormRule extends ShapeRule {
  readonly title: "instanceNorm";
  readonly out: this["in"] extends infer In extends Shape
    ? number extends In["length"]
      ? In
      : In extends readonly [...infer Positions extends Shape, number]
        ? SizeOf<Positions> extends 1
          ? OnePosition<In>
          : In
        : OnePosition<In>
    : never;
}

type OnePosition<In extends Shape> =
  `needs more than one position, as in [rows, columns, channels]; got ${ShowShape<In>}. Take layerNorm() or batchNorm().`;

/**
 * Instance normalization: `y = (x − m) / √(v + ε)`, with mean m and variance v of each channel of each example over its positions. The
 * same in training and afterwards.
 *
 * @param options  epsilon, 1e-5; `affine: true` adds weight and bias `[channels]`, as behind {@link batchNorm}; initializer of the weight
 * @returns        a layer that keeps the shape `[...positions, channels]`
 * @throws {GradusError} an option out of range; when the network is built, as ShapeError: the input has but one position
 * @example network([8, 8, 3], instanceNorm())
 * @see Ulyanov, Vedaldi, Lempitsky, Instance normalization (2016)
 */
export function instanceNorm(options: NormOptions = {}): Layer<InstanceNormRule> {
  const settings = settingsOf("instanceNorm", options, { epsilon: 1e-5, affine: false });
  return layer({
    name: "instanceNorm",
    takes: "any scale",
    options: settings.printed,
    given: options,
    shape: (input) => {
      if (input.length > 1 && sizeOf(input.slice(0, -1)) > 1) return input;
      const [actual, hint] = [showShape(input), "Take layerNorm() or batchNorm()."];
      throw new ShapeError(`needs more than one position, as in [rows, columns, channels]; got ${actual}. ${hint}`, {
        expected: "[...positions, channels]",
        actual,
        hint,
      });
    },
    parameters: (input) => affineSpecs(settings, input.slice(-1)),
    apply: (x, own) =>
      normalize(
        x,
        x.shape.slice(1, -1).map((_, axis) => axis + 1),
        affineOf(settings, own),
      ),
  });
}

export const groupNormReaders: readonly Reader<Layer>[] = [
  reader({
    name: "groupNorm",
    needs: { groups: "number" },
    takes: normTakes,
    make: ({ groups, ...options }) => groupNorm(groups, readOptions(options)),
  }),
  reader({ name: "instanceNorm", needs: {}, takes: normTakes, make: (options) => instanceNorm(readOptions(options)) }),
];

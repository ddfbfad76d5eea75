/** More rows and columns out of few: each repeated, or with values in between. Refuses scales that are no positive integers. */

import type { DType } from "../base/dtype.ts";
import { GradusError } from "../base/errors.ts";
import type { Multiply } from "../base/number-types.ts";
import { type Shape, showShape } from "../base/shape.ts";
import { showValue } from "../base/show.ts";
import { floats, numeric, requireDType } from "../graph/ops/rules.ts";
import { concat, stack } from "../tensor/join.ts";
import type { Fitting, IsAny, Outcome } from "../tensor/rules/fit.ts";
import { nodeGiven, type Tensor } from "../tensor/tensor.ts";
import { type PerAxis, perAxis, refusal, spatialNames } from "./sliding.ts";
import type { NotPooled, OnAxis } from "./sliding-types.ts";

/** How values between the given ones arise. */
export type UpsampleMode = "nearest" | "bilinear";

export interface UpsampleOptions {
  /** "nearest" repeats; "bilinear" draws straight lines between the middles of pixels. Default "nearest". */
  readonly mode?: UpsampleMode;
}

/** The shape after it, or the sentence. */
type Upsampled<X extends Shape, Scale> =
  IsAny<Scale> extends true
    ? Shape
    : IsAny<X> extends true
      ? Shape
      : number extends X["length"]
        ? Shape
        : X extends readonly [
              infer N extends number,
              ...infer Axes extends readonly [number, number],
              infer C extends number,
            ]
          ? [N, ...Scaled<Axes, Scale>, C]
          : NotPooled<"upsample2d", "2", X>;

/** Rows and columns, times the scale. */
export type Scaled<Axes extends Shape, Scale> = {
  -readonly [Axis in keyof Axes]: Multiply<Axes[Axis], OnAxis<Scale, Axis & string, number> & number>;
};

/**
 * Rows and columns `scale` times as many: the nearest given value, or between the nearest two of each axis, as PyTorch computes it with
 * `align_corners=False`.
 *
 * @param x        `[batch, rows, columns, channels]`, numeric; for bilinear float
 * @param scale    a number for both axes or `[rows, columns]`
 * @param options  mode
 * @returns        `[batch, rows · scale, columns · scale, channels]`
 * @throws {ShapeError} x has another rank, or a scale is no positive integer
 * @throws {GradusError} the mode is neither "nearest" nor "bilinear"
 * @example upsample2d(tensor([[[[1], [2]]]]), 2, { mode: "bilinear" })  // [[[[1], [1.25], [1.75], [2]], [[1], [1.25], [1.75], [2]]]]
 */
export function upsample2d<X extends Shape, D extends DType, const Scale extends PerAxis>(
  x: Fitting<Tensor<X, D>, Upsampled<X, Scale>>,
  scale: Scale,
  { mode = "nearest" }: UpsampleOptions = {},
): Tensor<Outcome<Upsampled<X, Scale>>, D> {
  const operation = "upsample2d";
  checkMode(mode);
  requireDType(operation, nodeGiven(operation, x), mode === "nearest" ? numeric : floats);
  const given = x as Tensor;
  const scales = perAxis(operation, "scale", scale, 2);
  if (given.rank !== 4) {
    const expected = `[batch, ${spatialNames(2)}, channels]`;
    const actual = showShape(given.shape);
    throw refusal(operation, `needs x ${expected}; got ${actual}. Reshape it.`, { expected, actual });
  }
  const along = mode === "nearest" ? repeated : between;
  return along(along(given, 1, scales[0]!), 2, scales[1]!) as Tensor as never;
}

export function checkMode(mode: unknown): void {
  if (mode === "nearest" || mode === "bilinear") return;
  const actual = showValue(mode);
  throw new GradusError(`upsample2d: mode must be nearest or bilinear; got ${actual}. Choose one of them.`, {
    operation: "upsample2d",
    actual,
  });
}

/** Each position of an axis, `scale` times. */
function repeated(x: Tensor, axis: number, scale: number): Tensor {
  return spread(new Array<Tensor>(scale).fill(x), axis);
}

/**
 * Output p of `scale` at position i lies (p + ½) / scale − ½ from the middle of i: between it and the one before, or the one after. At the
 * ends the neighbour is the position itself.
 */
function between(x: Tensor, axis: number, scale: number): Tensor {
  const n = x.shape[axis]!;
  const part = (from: number, to: number): Tensor =>
    x.slice(x.shape.map(() => 0).with(axis, from), [...x.shape].with(axis, to)) as Tensor;
  const before = concat([part(0, 1), part(0, n - 1)], axis) as Tensor;
  const after = concat([part(1, n), part(n - 1, n)], axis) as Tensor;
  const phases = Array.from({ length: scale }, (_, p) => {
    const away = (p + 0.5) / scale - 0.5;
    if (away === 0) return x;
    const share = Math.abs(away);
    return x.mul(1 - share).add((away < 0 ? before : after).mul(share)) as Tensor;
  });
  return spread(phases, axis);
}

/** The phases of each position one after the other. */
function spread(phases: readonly Tensor[], axis: number): Tensor {
  const [first] = phases;
  const shape = [...first!.shape].with(axis, first!.shape[axis]! * phases.length);
  return (stack(phases, axis + 1) as Tensor).reshape(shape) as Tensor;
}

/** Examples between examples. Refuses distributions that are none, and labels that no output stands for. */

import { type Reader, reader } from "../../base/call.ts";
import { ShapeError } from "../../base/errors.ts";
import { showShape } from "../../base/shape.ts";
import { oneHot } from "../../functions/one-hot.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { type Augmentation, aboveZero, checkArgument } from "./augmentation.ts";
import type { Draws } from "./draws.ts";

/** Odds beyond e^±16 are moved there, so that no product with them is lost: the smaller share stays above 10⁻⁷. */
const longestOdds = 16;

/**
 * Mixes every example with another one of its batch, `λ x + (1 − λ) x′`, and what is to be learned about them alike. λ is drawn anew for
 * every batch, from the beta distribution with both parameters `alpha`: near 0 or 1 for a small alpha, evenly for 1, near ½ for
 * a large one. Not only for images.
 *
 * Labels become rows of probabilities, which `crossEntropy` and `meanSquaredError` take as they are. `accuracy` then counts the
 * label with the larger share. The first example is mixed with the last, the second with the last but one, and so on.
 *
 * @param alpha  above 0; the paper uses 0.1 to 0.4 for pictures, 1 is common for small ones
 * @throws {GradusError} alpha is no finite number above 0
 * @throws {ShapeError}  when training starts: targets are labels, and the network's outputs are not `[classes]`
 * @example mixup(0.2).print()  // "mixup(0.2)"
 * @see Zhang, Cisse, Dauphin, Lopez-Paz, mixup: Beyond empirical risk minimization (2018)
 */
export function mixup(alpha: number): Augmentation {
  checkArgument("mixup", "alpha", alpha, aboveZero, "mixup(0.2)");
  return {
    kind: "change",
    name: "mixup",
    check: ({ labels, outputShape }) => {
      if (!labels || (outputShape.length === 1 && outputShape[0]! > 1)) return;
      throw new ShapeError(
        `augment: mixup(${alpha}) needs outputs [classes] where targets are labels; got ${showShape(outputShape)}. ` +
          "End the network with dense(classes).",
        { operation: "mixup", expected: "[classes]", actual: showShape(outputShape) },
      );
    },
    apply: ({ x, target }, draws, { outputShape }) => {
      const share = symmetricBeta(alpha, draws);
      const values = target.dtype === "int32" ? oneHot(target as never, outputShape[0]!, x.dtype) : target;
      return { x: mix(x, share), target: mix(values as Tensor, share) };
    },
    print: () => `mixup(${alpha})`,
  };
}

/** `share · x + (1 − share) · x′`, where x′ is the batch in reverse. */
function mix(x: Tensor, share: Tensor): Tensor {
  const others = x.slice([null], [null], [-1]) as Tensor;
  return x.mul(share).add(others.mul(share.neg().add(1)));
}

/**
 * A number of the beta distribution with both parameters α > 0, `[]`, from four uniform numbers and without rejection.
 *
 * For a ≥ ½, `½ (1 + cos(2πv) √(1 − u^(2/(2a − 1))))` has both parameters a: it is a coordinate of a point of the unit disc with
 * density (1 − r²)^(a − 3/2). That is W for a = α + 1, two gamma variables' share in their sum. Each of them times the α-th
 * root of a uniform number is a gamma variable of parameter α, so that their odds are `W / (1 − W) · (s / t)^(1/α)`.
 *
 * @see Ulrich, Computer generation of distributions on the m-sphere (1984); Devroye, Non-uniform random variate generation (1986),
 * chapter IX
 */
export function symmetricBeta(alpha: number, draws: Pick<Draws, "uniform">): Tensor {
  const uniform = (): Tensor => draws.uniform([]).neg().add(1); // in (0, 1]
  const radius = uniform()
    .pow(2 / (2 * alpha + 1))
    .neg()
    .add(1)
    .sqrt();
  const across = radius.mul(
    uniform()
      .mul(2 * Math.PI)
      .cos(),
  );
  const odds = across.add(1).log().sub(across.neg().add(1).log());
  const roots = uniform().log().sub(uniform().log()).div(alpha);
  return odds.add(roots).maximum(-longestOdds).minimum(longestOdds).sigmoid();
}

export const mixupReader: Reader<Augmentation> = reader({
  name: "mixup",
  needs: { alpha: "number" },
  takes: {},
  make: ({ alpha }) => mixup(alpha),
});

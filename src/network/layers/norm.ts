/** What the layers that normalize share: options, and a factor and a summand per channel behind the division. */

import type { Call, Printable } from "../../base/call.ts";
import { GradusError } from "../../base/errors.ts";
import type { Shape } from "../../base/shape.ts";
import type { NormalizeOptions } from "../../functions/normalize.ts";
import type { Initializer } from "../initializer.ts";
import { readInitializer } from "../initializer-strings.ts";
import { ones, zeros } from "../initializers.ts";
import type { ParameterSpec, Parameters } from "../layer.ts";

export interface NormOptions {
  /** Added to the variance, so that nothing is divided by 0. */
  readonly epsilon?: number;
  /** Whether a weight and a bias follow, which are learned. */
  readonly affine?: boolean;
  /** First values of the weight, 1 by default. With `zeros()` a residual branch that ends here begins at 0. */
  readonly initializer?: Initializer;
}

/** Options with their defaults, checked. */
export interface NormSettings {
  readonly epsilon: number;
  readonly affine: boolean;
  readonly initializer: Initializer;
  /** As they stand in the layer string. */
  readonly printed: Readonly<Record<string, Printable | undefined>>;
}

export function settingsOf(
  name: string,
  { epsilon, affine, initializer }: NormOptions,
  defaults: { readonly epsilon: number; readonly affine: boolean },
): NormSettings {
  const added = epsilon ?? defaults.epsilon;
  checkOption(name, "epsilon", added, added > 0 && added < Infinity, "a finite number above 0", "1e-5");
  const learned = affine ?? defaults.affine;
  const printed = {
    epsilon: added === defaults.epsilon ? undefined : added,
    affine: learned === defaults.affine ? undefined : learned,
    initializer,
  };
  return { epsilon: added, affine: learned, initializer: initializer ?? ones(), printed };
}

export function checkOption(
  name: string,
  option: string,
  value: unknown,
  holds: boolean,
  rule: string,
  instead: string,
): void {
  if (holds && typeof value === "number") return;
  throw new GradusError(`${name}: ${option} must be ${rule}; got ${String(value)}. Write ${instead}, for example.`, {
    operation: name,
    option,
    expected: rule,
    actual: String(value),
  });
}

/** Weight and bias of a shape, where there are any. */
export function affineSpecs({ affine, initializer }: NormSettings, shape: Shape): ParameterSpec[] {
  if (!affine) return [];
  return [
    { name: "weight", shape, kind: "scale", initializer },
    { name: "bias", shape, kind: "bias", initializer: zeros() },
  ];
}

/** What the functions take, of a layer's own parameters. */
export function affineOf({ epsilon }: NormSettings, { weight, bias }: Parameters): NormalizeOptions {
  return { epsilon, weight, bias };
}

/** What the readers of these layers take beside their own arguments. */
export const normTakes = { epsilon: "number", affine: "flag", initializer: "call" } as const;

/** Those options as they were read. */
export function readOptions({
  initializer,
  ...others
}: {
  readonly epsilon?: number;
  readonly affine?: boolean;
  readonly initializer?: Call;
}): NormOptions {
  return { ...others, ...(initializer ? { initializer: readInitializer(initializer) } : {}) };
}

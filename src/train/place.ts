/** Where a network runs. */

import type { Network } from "../network/network.ts";
import { target as loadTarget, type TargetOptions } from "../targets/registry.ts";
import type { Target, TargetName } from "../targets/target.ts";

/** The target asked for; without a wish, float64 networks run on the reference, which alone speaks float64. */
export function targetFor(
  network: Network,
  { target, ...options }: { readonly target?: TargetName } & TargetOptions,
): Promise<Target> {
  return loadTarget(target ?? (network.dtype === "float64" ? "reference" : undefined), {
    numerics: options.numerics,
    threads: options.threads,
  });
}

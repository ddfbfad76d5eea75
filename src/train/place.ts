/** Where a network runs. */

import type { Network } from "../network/network.ts";
import { target as loadTarget } from "../targets/registry.ts";
import type { Numerics, Target, TargetName } from "../targets/target.ts";

/** The target asked for; without a wish, float64 networks run on the reference, which alone speaks float64. */
export function targetFor(
  network: Network,
  { target, numerics }: { readonly target?: TargetName; readonly numerics?: Numerics },
): Promise<Target> {
  return loadTarget(target ?? (network.dtype === "float64" ? "reference" : undefined), { numerics });
}

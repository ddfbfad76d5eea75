/** Where a network runs. */

import type { Network } from "../network/network.ts";
import { target as loadTarget, type TargetOptions } from "../targets/registry.ts";
import type { Numerics, Target, TargetName } from "../targets/target.ts";

/** What computes, as options say it: none of them needs to be there. */
export interface Place {
  readonly target?: TargetName;
  readonly numerics?: Numerics;
  readonly threads?: number;
}

/** The place among other options, without what is undefined. */
export function placeOf(options: { readonly [K in keyof Place]?: Place[K] | undefined }): Place {
  const { target, numerics, threads } = options;
  return {
    ...(target === undefined ? {} : { target }),
    ...(numerics === undefined ? {} : { numerics }),
    ...(threads === undefined ? {} : { threads }),
  };
}

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

/** The reduction of a loss as it stands in a loss string: `meanSquaredError(reduction=sum)`. */

import { type Call, misread } from "../base/call.ts";
import type { Reduction } from "./loss.ts";

/** A loss's arguments, with the reduction read. */
export function readReduction<T extends { readonly reduction?: Call }>(
  values: T,
): Omit<T, "reduction"> & { reduction?: Reduction } {
  const { reduction, ...others } = values;
  if (reduction === undefined) return others;
  if (reduction.name === "mean" || reduction.name === "sum") return { ...others, reduction: reduction.name };
  throw misread(reduction.place, "reduction must be mean or sum");
}

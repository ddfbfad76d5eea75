/** Where a diagnosis computes: what every training and evaluation of it is told. */

import type { Numerics, TargetName } from "../targets/target.ts";

export interface Place {
  readonly target?: TargetName;
  readonly numerics?: Numerics;
  readonly threads?: number;
}

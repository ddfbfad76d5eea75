/** What examples share: figures with their targets, and whether a file is run by itself or imported. */

import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** What an example set out to reach, and what it reached. */
export interface Figure {
  readonly name: string;
  readonly target: string;
  readonly measured: string;
  readonly reached: boolean;
}

/** A figure that must be at least, or at most, so large. */
export function figure(name: string, measured: number, bound: { atLeast: number } | { atMost: number }): Figure {
  const [sign, limit] = "atLeast" in bound ? ["≥", bound.atLeast] : ["≤", bound.atMost];
  const reached = "atLeast" in bound ? measured >= limit : measured <= limit;
  return { name, target: `${sign} ${limit}`, measured: String(Number(measured.toPrecision(4))), reached };
}

/** A share as it is read: 0.975 is "97.5 %". */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** Whether Node was started with this module: `node dist-examples/xor.js`. */
export function isMain(url: string): boolean {
  return process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(url);
}

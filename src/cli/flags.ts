/** Flags that several commands have, declared once, and what is made of them. */

import { nearest } from "../base/nearest.ts";
import { showValue } from "../base/show.ts";
import { crossEntropy } from "../loss/cross-entropy.ts";
import type { Loss } from "../loss/loss.ts";
import { meanSquaredError } from "../loss/mean-squared-error.ts";
import type { Numerics, TargetName } from "../targets/target.ts";
import { type Arguments, type Flag, positiveInteger, UsageError } from "./arguments.ts";

export const dataDirFlag: Flag = {
  name: "data-dir",
  value: "DIR",
  help: "A folder with DIR/mnist, DIR/semeion … and the official files in them. Default: GRADUS_DATA; else they are downloaded and kept.",
};

export const lossFlag: Flag = {
  name: "loss",
  value: "NAME",
  help: "crossEntropy (default) or meanSquaredError.",
};

export const targetFlag: Flag = {
  name: "target",
  value: "NAME",
  help: "What computes: x64 (default where it runs), wasm (default elsewhere) or reference, which is slow and readable.",
};

export const numericsFlag: Flag = {
  name: "numerics",
  value: "MODE",
  help: "fused (default where the target can) or portable: the same bits on every engine.",
};

export const threadsFlag: Flag = {
  name: "threads",
  value: "N",
  help: "Threads that share the work, 1 to 64; no result depends on it. Default: GRADUS_THREADS, else one per processor.",
};

export const jsonFlag: Flag = { name: "json", help: "One JSON object per line on standard output, and nothing else." };

const losses: Readonly<Record<string, () => Loss>> = { crossEntropy, meanSquaredError };

/** The loss asked for; undefined where none was. */
export function readLoss(args: Arguments): Loss | undefined {
  const name = args.text("loss");
  if (name === undefined) return undefined;
  if (Object.hasOwn(losses, name)) return losses[name]!();
  const near = nearest(name.replaceAll("-", ""), Object.keys(losses));
  const hint = near === null ? "" : ` Did you mean ${near}?`;
  throw new UsageError(`--loss: needs one of ${Object.keys(losses).join(", ")}; got ${showValue(name)}.${hint}`);
}

/** Where to compute. The table of targets itself refuses names that are none. */
export function readPlace(args: Arguments): { target?: TargetName; numerics?: Numerics; threads?: number } {
  const target = args.text("target") as TargetName | undefined;
  const numerics = args.oneOf("numerics", ["fused", "portable"]);
  const threads = args.number("threads", positiveInteger);
  return {
    ...(target === undefined ? {} : { target }),
    ...(numerics === undefined ? {} : { numerics }),
    ...(threads === undefined ? {} : { threads }),
  };
}

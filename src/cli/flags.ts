/** Flags that several commands have, declared once, and what is made of them. */

import { nearest } from "../base/nearest.ts";
import { showValue } from "../base/show.ts";
import type { Loss } from "../loss/loss.ts";
import { lossNames, parseLoss } from "../loss/strings.ts";
import type { TargetName } from "../targets/target.ts";
import { type Place, placeOf } from "../train/place.ts";
import { type Arguments, type Flag, positiveInteger, UsageError } from "./arguments.ts";

export const dataDirFlag: Flag = {
  name: "data-dir",
  value: "DIR",
  help: "A folder with DIR/mnist, DIR/semeion … and the official files in them. Default: GRADUS_DATA; else they are downloaded and kept.",
};

export const lossFlag: Flag = {
  name: "loss",
  value: "NAME",
  help: 'crossEntropy (default) or meanSquaredError; with arguments in quotes: "crossEntropy(labelSmoothing=0.1)".',
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

/** Where to compute: what {@link readPlace} reads. */
export const placeFlags: readonly Flag[] = [targetFlag, numericsFlag, threadsFlag];

export const jsonFlag: Flag = { name: "json", help: "One JSON object per line on standard output, and nothing else." };

/** The loss asked for; undefined where none was. */
export function readLoss(args: Arguments): Loss | undefined {
  const text = args.text("loss");
  if (text === undefined) return undefined;
  if (!/^[\w-]*$/.test(text) || lossNames.includes(text)) return parseLoss(text);
  const near = nearest(text.replaceAll("-", ""), lossNames);
  const hint = near === null ? "" : ` Did you mean ${near}?`;
  throw new UsageError(`--loss: needs one of ${lossNames.join(", ")}; got ${showValue(text)}.${hint}`);
}

/** Where to compute. The table of targets itself refuses names that are none. */
export function readPlace(args: Arguments): Place {
  return placeOf({
    target: args.text("target") as TargetName | undefined,
    numerics: args.oneOf("numerics", ["fused", "portable"]),
    threads: args.number("threads", positiveInteger),
  });
}

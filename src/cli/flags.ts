/** Flags that several commands have, declared once, and what is made of them. */

import { nearest } from "../base/nearest.ts";
import { showValue } from "../base/show.ts";
import type { Loss } from "../loss/loss.ts";
import { lossNames, parseLoss } from "../loss/strings.ts";
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

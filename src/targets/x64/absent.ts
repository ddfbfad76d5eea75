/** x64 where there is no Node: pages do not reach the processor, and their bundles need none of the target. The face of target.ts. */

import { TargetError } from "../../base/errors.ts";
import type { CpuTarget } from "../target.ts";

/** @throws {TargetError} always */
export async function x64Target(_options: object = {}): Promise<CpuTarget> {
  throw new TargetError("x64: needs Node on Linux with an x64 processor; pages do not reach it. Use the target wasm.", {
    operation: "x64",
    hint: "wasm",
  });
}

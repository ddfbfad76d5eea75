/** The refusal of float64 by targets that do not compute it. */

import { bytesOf, isFloat } from "../base/dtype.ts";
import { TargetError } from "../base/errors.ts";
import { type Module, rootsOf } from "../graph/module.ts";
import { topological } from "../graph/node.ts";

/** Throws where a module has float64 in it. */
export function refuseFloat64(module: Module, target: string): void {
  const node = topological(rootsOf(module)).find(({ dtype }) => isFloat(dtype) && bytesOf(dtype) === 8);
  if (!node) return;
  throw new TargetError(
    `${target}: ${node.op.name} has dtype float64, which this target does not compute. ` +
      "Use the target reference, or cast to float32.",
    { operation: node.op.name, actual: "float64", expected: "float32" },
  );
}

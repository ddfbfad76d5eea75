/**
 * Whether a program meets subnormal numbers on its way. There the contract lets targets differ: the reference flushes every operation,
 * WebAssembly what it stores. For tests alone.
 */

import type { Data } from "../../base/dtype.ts";
import { rootsOf } from "../../graph/module.ts";
import type { Node } from "../../graph/node.ts";
import { flush } from "../../kernel/numbers.ts";
import type { Scalars } from "../../kernel/scalars.ts";
import { interpret } from "../reference/interpret.ts";
import type { Program } from "./program.ts";

/** The scalars, noting every float32 result between zero and the smallest normal. */
function watching(k: Scalars<number>, note: () => void): Scalars<number> {
  const watch =
    (exact: (...args: number[]) => number, rounded: (...args: number[]) => number) =>
    (...args: number[]) => {
      const result = exact(...args);
      if (Math.abs(result) < 2 ** -126 && result !== flush(Math.fround(result))) note();
      return rounded(...args);
    };
  const { float32: f } = k;
  const float32 = {
    ...f,
    add: watch((a, b) => a! + b!, f.add as never),
    sub: watch((a, b) => a! - b!, f.sub as never),
    mul: watch((a, b) => a! * b!, f.mul as never),
    div: watch((a, b) => a! / b!, f.div as never),
    fma: watch((a, b, c) => a! * b! + c!, f.fma as never),
  };
  return { ...k, float32: float32 as never };
}

/** The expected values of all roots, or null where a subnormal arose on the way. */
export function expectedOf({ module, values }: Program, k: Scalars<number>): Data[] | null {
  let underflow = false;
  const bound = new Map<Node, Data>();
  module.inputs.forEach((node, i) => bound.set(node, values.inputs[i]!));
  module.states.forEach(({ current }, i) => bound.set(current, values.states[i]!));
  const roots = rootsOf(module);
  const computed = interpret(
    roots,
    bound,
    watching(k, () => (underflow = true)),
  );
  return underflow ? null : roots.map((root) => computed.get(root)!);
}

/** Functions over tensors whose gradient computes again what they computed, to keep less. Refuses functions that answer later. */

import { GradusError } from "../base/errors.ts";
import { inRegion } from "../graph/region.ts";
import { checkFunction } from "./grad.ts";

/**
 * The same function, whose gradient keeps its arguments and computes again what is inside when it needs it: less memory for a second
 * forward pass. Every bit of results and gradients is the same as without.
 *
 * @param f  from tensors to tensors, without waiting
 * @throws {GradusError} f is no function; when called: f gives a promise
 * @see Chen, Xu, Zhang, Guestrin, Training deep nets with sublinear memory cost (2016)
 */
export function checkpointedFunction<Args extends unknown[], R>(f: (...args: Args) => R): (...args: Args) => R {
  checkFunction("checkpointed", f, "from tensors to tensors");
  return (...args) => {
    const result = inRegion(() => f(...args));
    if (!(result instanceof Promise)) return result;
    result.catch(() => {});
    throw new GradusError(
      "checkpointed: the function must give its result at once; got a promise. Read values outside of it.",
      { operation: "checkpointed" },
    );
  };
}

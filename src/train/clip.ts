/**
 * Gradients that are too large are made smaller before the optimizer sees them, inside of the step's program: all together by their
 * norm, which keeps their direction, or each element for itself.
 */

import { TrainingError } from "../base/errors.ts";
import { flushSubnormals } from "../functions/subnormal.ts";
import { build } from "../graph/build.ts";
import type { Node } from "../graph/node.ts";
import { checkOption } from "../optimizer/checks.ts";
import { nodeOf, tensorOf } from "../tensor/trace.ts";

export interface Clipping {
  /** The largest norm of all gradients together; null where it is not looked at. */
  readonly clipNorm: number | null;
  /** The largest magnitude of a gradient's element; null where it is not looked at. */
  readonly clipValue: number | null;
}

/** What is asked for, checked. */
export function clippingOf(given: { readonly clipNorm?: number; readonly clipValue?: number }): Clipping {
  const { clipNorm = null, clipValue = null } = given;
  const range = { words: "a number above 0", holds: (x: number) => x > 0 };
  if (clipNorm !== null) checkOption("train", "clipNorm", clipNorm, range);
  if (clipValue !== null) checkOption("train", "clipValue", clipValue, range);
  if (clipNorm === null || clipValue === null) return { clipNorm, clipValue };
  throw new TrainingError(
    `train: gradients are clipped by norm or by value; got clipNorm ${clipNorm} and clipValue ${clipValue}. Give one of them.`,
    { operation: "train", option: "clipValue", hint: "Give one of them." },
  );
}

export interface Clipped {
  readonly gradients: ReadonlyMap<string, Node>;
  /** The norm of all gradients before, where it was looked at. */
  readonly norm: Node | null;
}

/** The gradients as the optimizer gets them; where nothing is asked for, as they are. */
export function clip(gradients: ReadonlyMap<string, Node>, { clipNorm, clipValue }: Clipping): Clipped {
  const [first] = gradients.values();
  if (first === undefined) return { gradients, norm: clipNorm === null ? null : build.constant(0, [], "float32") };
  if (clipNorm !== null) {
    const norm = globalNorm(gradients.values());
    const factor = tensorOf(build.constant(clipNorm, [], norm.dtype))
      .div(tensorOf(norm).add(1e-6))
      .minimum(1);
    return { gradients: mapValues(gradients, (gradient) => nodeOf(tensorOf(gradient).mul(factor))), norm };
  }
  if (clipValue === null) return { gradients, norm: null };
  const clipped = (gradient: Node): Node => nodeOf(tensorOf(gradient).minimum(clipValue).maximum(-clipValue));
  return { gradients: mapValues(gradients, clipped), norm: null };
}

/** `√ Σ g²` over all elements of all gradients, which are added up in state order. Finite only where all of them are. */
export function globalNorm(gradients: Iterable<Node>): Node {
  const sums = Array.from(gradients, (gradient) => flushSubnormals(tensorOf(gradient).square()).sum());
  return nodeOf(sums.reduce((total, sum) => total.add(sum)).sqrt());
}

function mapValues(nodes: ReadonlyMap<string, Node>, change: (node: Node) => Node): Map<string, Node> {
  return new Map(Array.from(nodes, ([name, node]) => [name, change(node)]));
}

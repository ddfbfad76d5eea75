/**
 * Regions: parts of a graph whose gradient does not keep what they compute but computes it again. A node belongs to the innermost region
 * that was open when it was recorded; sources belong to none.
 */

import type { Node } from "./node.ts";

export interface Region {
  readonly outer: Region | null;
  /** Whether its function is still running. A gradient that is taken inside of a region sees nothing of it. */
  readonly open: boolean;
}

let current: { readonly outer: Region | null; open: boolean } | null = null;
const regions = new WeakMap<Node, Region>();

/** Runs `f`; the nodes it records are a region. */
export function inRegion<R>(f: () => R): R {
  const region = { outer: current, open: true };
  current = region;
  try {
    return f();
  } finally {
    region.open = false;
    current = region.outer as typeof current;
  }
}

/** Notes where a node was recorded. */
export function noteRegion(node: Node): void {
  if (current && node.op.kind !== "source") regions.set(node, current);
}

/** The regions that a node is in, the innermost first, without those that are open. */
export function regionsOf(node: Node): Region[] {
  const found: Region[] = [];
  for (let region = regions.get(node) ?? null; region && !region.open; region = region.outer) found.push(region);
  return found;
}

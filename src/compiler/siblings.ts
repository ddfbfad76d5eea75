/**
 * Siblings: reductions of one shape along the same axes that read a large input in common, and operations over the same windows. One
 * pass computes them all: the sums for the gradients of a normalization, a maximum and its place. Joining never makes two groups wait for
 * each other; a sibling may read another one's result where its own epilogue begins.
 */

import { sizeOf } from "../base/shape.ts";
import type { Node } from "../graph/node.ts";
import type { Group } from "./group.ts";
import { mostBuffers } from "./machine.ts";
import { needsOf, ownersOf, topologicalOrder } from "./schedule.ts";
import { Spans } from "./spans.ts";

/** Results whose accumulators share the registers. */
const mostSiblings = 6;

/** What a group passes over: siblings have the same. */
interface Pass {
  readonly key: string;
  /** Inputs of which they must share one. */
  readonly inputs: readonly Node[];
}

/** Groups that become one. */
interface Family {
  readonly groups: Group[];
}

/** The groups, with siblings put together. */
export function joinSiblings(groups: readonly Group[]): Group[] {
  const needs = needsOf(groups, ownersOf(groups));
  const families = new Map<Group, Family>();
  const known = new Map<string, Set<Family>>();
  const spans = new Spans();
  for (const { members } of groups) spans.add(members);
  for (const group of topologicalOrder(groups, needs)) {
    const pass = passOf(group);
    const keys = pass ? pass.inputs.map((input) => `${input.id} ${pass.key}`) : [];
    const candidates = keys.flatMap((key) => [...(known.get(key) ?? [])]);
    const own: Family = candidates.find((family) => canJoin(family, group, families, needs, spans)) ?? { groups: [] };
    own.groups.push(group);
    spans.add(own.groups.flatMap(({ members }) => members));
    families.set(group, own);
    for (const key of keys) known.set(key, (known.get(key) ?? new Set()).add(own));
  }
  return [...new Set(families.values())].map(toGroup);
}

function passOf({ anchor, reads, stages }: Group): Pass | null {
  if (!anchor || stages.length > 0) return null;
  if (anchor.op.kind === "reduce") {
    const { shape } = anchor.inputs[0]!;
    const inputs = [...reads].filter((read) => sizeOf(read.shape) === sizeOf(shape));
    return { key: `reduce [${shape}] ${anchor.op.axes(anchor)}`, inputs };
  }
  if (anchor.op.kind !== "window") return null;
  const ids = anchor.inputs.map(({ id }) => id);
  return { key: `window ${ids} ${JSON.stringify(anchor.op.windows(anchor))}`, inputs: anchor.inputs.slice(0, 1) };
}

function canJoin(
  family: Family,
  group: Group,
  families: ReadonlyMap<Group, Family>,
  needs: ReadonlyMap<Group, ReadonlySet<Group>>,
  spans: Spans,
): boolean {
  const all = [...family.groups, group];
  const computed = new Set(family.groups.flatMap(({ members }) => members));
  return (
    all.length <= mostSiblings &&
    family.groups[0]!.early === group.early &&
    all.reduce((sum, { reads, members }) => sum + reads.size + 2 * members.length, 0) <= mostBuffers &&
    [...group.reads].every((read) => !computed.has(read) || group.pointwise.has(read)) &&
    [...group.awaits].every((node) => !computed.has(node)) &&
    !waitThroughOthers(all, family, families, needs, spans)
  );
}

/** Whether one of `all` needs another one by way of a group outside. */
function waitThroughOthers(
  all: readonly Group[],
  family: Family,
  families: ReadonlyMap<Group, Family>,
  needs: ReadonlyMap<Group, ReadonlySet<Group>>,
  spans: Spans,
): boolean {
  // What is older than all of them, and than groups that lie across, needs none of them.
  const reach = spans.reachOf(all.flatMap(({ members }) => members));
  const isOlder = ({ members }: Group): boolean => members.every(({ id }) => id <= reach);
  const needed = (groups: readonly Group[]): Family[] =>
    groups.flatMap((one) => [...needs.get(one)!].map((need) => families.get(need)!));
  const pending = needed(all).filter((other) => other !== family);
  const seen = new Set<Family>();
  while (pending.length > 0) {
    const other = pending.pop()!;
    if (other === family) return true;
    if (seen.has(other)) continue;
    seen.add(other);
    if (!other.groups.every(isOlder)) pending.push(...needed(other.groups));
  }
  return false;
}

function toGroup({ groups }: Family): Group {
  const [first] = groups as [Group];
  if (groups.length === 1) return first;
  const members = groups.flatMap((group) => group.members);
  const reads = new Set(groups.flatMap((group) => [...group.reads]));
  const awaits = new Set(groups.flatMap((group) => [...group.awaits]));
  for (const member of members) {
    reads.delete(member);
    awaits.delete(member);
  }
  const isPointwise = (read: Node): boolean =>
    groups.every((group) => !group.reads.has(read) || group.pointwise.has(read));
  return { ...first, members, reads, awaits, pointwise: new Set([...reads].filter(isPointwise)), siblings: groups };
}

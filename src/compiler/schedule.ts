/**
 * The order of the groups, and which states they update in place. A state is overwritten by its own group if everyone else who
 * reads the old value can come first; otherwise the new value waits in the arena and is copied at the end.
 */

import { invariant } from "../base/errors.ts";
import type { Node } from "../graph/node.ts";
import type { Group } from "./group.ts";
import type { Roles } from "./roles.ts";

export interface Schedule {
  readonly before: readonly Group[];
  readonly after: readonly Group[];
  /** Next-state nodes that cannot be written in place: copied to their slot after everything else. */
  readonly deferred: readonly Node[];
}

export function schedule(groups: readonly Group[], roles: Roles): Schedule {
  const owner = ownersOf(groups);
  const needs = needsOf(groups, owner);
  const read = new Set([...needs.values()].flatMap((producers) => [...producers]));
  const ends = groups.filter((group) => !read.has(group));

  const readersOf = new Map<Node, Group[]>();
  for (const group of groups) {
    for (const node of group.reads) {
      const readers = readersOf.get(node);
      if (readers) readers.push(group);
      else readersOf.set(node, [group]);
    }
  }
  const deferred: Node[] = [];
  for (const [next, current] of roles.current) {
    const writer = owner.get(next)!;
    const readers = (readersOf.get(current) ?? []).filter((group) => group !== writer);
    const readsItself = writer.reads.has(current) && !writer.pointwise.has(current);
    // What the guard needs waits for nothing that comes behind it.
    const mayWait = readers.filter((reader) => writer.early || !reader.early);
    if (readsItself || mayWait.some((reader) => reaches(reader, writer, needs))) deferred.push(next);
    else for (const reader of readers) needs.get(writer)!.add(reader);
  }

  const order = topologicalOrder(nearestFirst(ends, groups, needs), needs);
  const hasGuard = roles.guard !== null;
  return {
    before: order.filter((group) => group.early || !hasGuard),
    after: order.filter((group) => !group.early && hasGuard),
    deferred,
  };
}

export function ownersOf(groups: readonly Group[]): Map<Node, Group> {
  return new Map(groups.flatMap((group) => group.members.map((member) => [member, group] as const)));
}

/** For every group those whose results it reads or awaits. */
export function needsOf(groups: readonly Group[], owner: ReadonlyMap<Node, Group>): Map<Group, Set<Group>> {
  return new Map(
    groups.map((group) => {
      const producers = [...group.reads, ...group.awaits].flatMap((node) => owner.get(node) ?? []);
      return [group, new Set(producers.filter((producer) => producer !== group))];
    }),
  );
}

/** Whether `from` (transitively) waits for `to`. */
function reaches(from: Group, to: Group, needs: ReadonlyMap<Group, ReadonlySet<Group>>): boolean {
  const seen = new Set<Group>();
  const pending = [from];
  while (pending.length > 0) {
    const group = pending.pop()!;
    if (group === to) return true;
    if (seen.has(group)) continue;
    seen.add(group);
    pending.push(...needs.get(group)!);
  }
  return false;
}

/**
 * The groups that nobody reads, those with the shortest way to them first: the gradients of the last layer before those of the
 * first, so that what the forward pass keeps is used up on the way back.
 */
function nearestFirst(
  ends: readonly Group[],
  groups: readonly Group[],
  needs: ReadonlyMap<Group, ReadonlySet<Group>>,
): Group[] {
  const depth = new Map<Group, number>();
  for (const group of topologicalOrder(groups, needs)) {
    depth.set(group, 1 + Math.max(0, ...[...needs.get(group)!].map((need) => depth.get(need)!)));
  }
  return ends.toSorted((a, b) => depth.get(a)! - depth.get(b)! || age(a) - age(b));
}

const age = (group: Group): number => group.members[0]!.id;

/** Depth first from the groups as given, so that values are used soon after they are made. */
export function topologicalOrder(groups: readonly Group[], needs: ReadonlyMap<Group, ReadonlySet<Group>>): Group[] {
  const order: Group[] = [];
  const state = new Map<Group, "open" | "done">();
  const stack = groups.toReversed();
  while (stack.length > 0) {
    const group = stack.at(-1)!;
    if (state.get(group) === "done") {
      stack.pop();
      continue;
    }
    const missing = [...needs.get(group)!].filter((need) => state.get(need) !== "done");
    if (missing.length === 0) {
      state.set(group, "done");
      order.push(group);
      stack.pop();
    } else {
      invariant(
        state.get(group) !== "open" || missing.every((need) => state.get(need) !== "open"),
        "kernels wait for each other",
      );
      state.set(group, "open");
      stack.push(...missing.sort((a, b) => age(b) - age(a)));
    }
  }
  return order;
}

/**
 * Row groups: reductions along the innermost axis and the maps around them (a softmax, a normalization, a loss and its gradient),
 * which run row by row in one kernel instead of each in a pass of its own. Stages join where one reads what another computes, and
 * only at its own row: the reduced values of the row, or the row's elements each at its own place. Rows are one block of the
 * contract's rule for sums at most; next values of states stay apart, they are written in place.
 */

import { type Shape, sameShape, sizeOf } from "../base/shape.ts";
import type { Node } from "../graph/node.ts";
import { type Access, flatten, identityAccess } from "./expression.ts";
import type { Group } from "./group.ts";
import { mostBuffers } from "./machine.ts";
import type { Roles } from "./roles.ts";
import { needsOf, ownersOf, topologicalOrder } from "./schedule.ts";
import { Spans } from "./spans.ts";

/** Elements of the longest row. */
const longestRow = 1024;
/** Stages of one kernel: very long ones take long to compile and are hardly ever shared. */
const mostStages = 16;

interface Draft {
  stages: Group[];
  /** Shape of the results of its reductions; null for a map alone. */
  rows: Shape | null;
  reads: Set<Node>;
  awaits: Set<Node>;
}

/** The groups, with those that can share rows put together. */
export function joinRows(groups: readonly Group[], stored: ReadonlySet<Node>, roles: Roles): Group[] {
  const order = topologicalOrder(groups, needsOf(groups, ownersOf(groups)));
  const rank = new Map(order.map((group, index) => [group, index]));
  const owner = new Map<Node, Draft>();
  const drafts = new Set<Draft>();
  const spans = new Spans();
  for (const { members } of groups) spans.add(members);
  const fits = (draft: Draft): boolean =>
    draft.stages.every((stage) => stage.members.every((member) => !roles.current.has(member)));
  for (const group of order) {
    const { reads, awaits } = group;
    let draft: Draft = { stages: [group], rows: rowsOf(group), reads: new Set(reads), awaits: new Set(awaits) };
    for (const read of group.reads) {
      const producer = owner.get(read);
      if (!producer || producer === draft || !fits(producer) || !fits(draft)) continue;
      if (!canJoin(producer, draft, owner, stored, spans)) continue;
      drafts.delete(producer);
      drafts.delete(draft);
      draft = merge(producer, draft, rank);
      spans.add(membersOf(draft));
      for (const member of membersOf(draft)) owner.set(member, draft);
    }
    drafts.add(draft);
    for (const member of group.members) owner.set(member, draft);
  }
  return [...drafts].map(toGroup);
}

/** The shape of a reduction's results if it goes along rows; null for all other groups. */
function rowsOf({ anchor }: Group): Shape | null {
  if (anchor?.op.kind !== "reduce") return null;
  const { shape } = anchor.inputs[0]!;
  const axes = anchor.op.axes(anchor);
  const last = shape.length - 1;
  return axes.length === 1 && axes[0] === last && shape[last]! <= longestRow ? anchor.shape : null;
}

const membersOf = ({ stages }: Draft): Node[] => stages.flatMap(({ members }) => members);

function canJoin(
  a: Draft,
  b: Draft,
  owner: ReadonlyMap<Node, Draft>,
  stored: ReadonlySet<Node>,
  spans: Spans,
): boolean {
  const rows = a.rows ?? b.rows;
  const stages = [...a.stages, ...b.stages];
  return (
    rows !== null &&
    stages.length <= mostStages &&
    a.stages[0]!.early === b.stages[0]!.early &&
    stages.every((stage) => isOfRows(stage, rows)) &&
    a.reads.size + b.reads.size + membersOf(a).length + membersOf(b).length <= mostBuffers &&
    readsRows(a, b, rows, stored) &&
    readsRows(b, a, rows, stored) &&
    !waitThroughOthers(a, b, owner, spans)
  );
}

/** Whether a group computes a value per row, or rows. */
function isOfRows(group: Group, rows: Shape): boolean {
  const { shape } = group.members[0]!;
  if (sizeOf(shape) === 0) return false;
  if (group.anchor) {
    const own = rowsOf(group);
    return own !== null && sameShape(own, rows) && sizeOf(group.anchor.inputs[0]!.shape) > 0;
  }
  return sameShape(shape, rows) || (sameShape(shape.slice(0, -1), rows) && shape.at(-1)! <= longestRow);
}

/** Whether `reader` reads what `other` computes at its own row only. */
function readsRows(reader: Draft, other: Draft, rows: Shape, stored: ReadonlySet<Node>): boolean {
  const computed = new Set(membersOf(other));
  return reader.stages.every((stage) => {
    if (![...stage.reads].some((read) => computed.has(read))) return true;
    return stage.members.every((node) => {
      const roots = node === stage.anchor ? node.inputs : [node];
      return roots.every((root) => {
        let local = true;
        flatten(root, identityAccess(root.shape), root.shape.length, {
          stored: (candidate) => candidate !== node && stored.has(candidate),
          onLoad: (loaded, identity, access) => {
            if (!computed.has(loaded) || identity) return;
            local &&= access !== null && loaded.shape.length === rows.length && isOwnRow(access);
          },
        });
        return local;
      });
    });
  });
}

/** A value per row, read from anywhere in the row. */
function isOwnRow(access: Access): boolean {
  return access.every(
    ({ offset, coefficients }, axis) =>
      offset === 0 && coefficients.every((coefficient, other) => coefficient === (other === axis ? 1 : 0)),
  );
}

/** Whether b needs a by way of a group outside: joined, they would wait for themselves. */
function waitThroughOthers(a: Draft, b: Draft, owner: ReadonlyMap<Node, Draft>, spans: Spans): boolean {
  const reach = spans.reachOf([...membersOf(a), ...membersOf(b)]);
  const needs = ({ reads, awaits }: Draft): Draft[] => [...reads, ...awaits].flatMap((node) => owner.get(node) ?? []);
  const pending = [...needs(a), ...needs(b)].filter((draft) => draft !== a && draft !== b);
  const seen = new Set<Draft>();
  while (pending.length > 0) {
    const draft = pending.pop()!;
    if (draft === a || draft === b) return true;
    if (seen.has(draft)) continue;
    seen.add(draft);
    if (membersOf(draft).some((node) => node.id > reach)) pending.push(...needs(draft));
  }
  return false;
}

function merge(a: Draft, b: Draft, rank: ReadonlyMap<Group, number>): Draft {
  const stages = [...a.stages, ...b.stages].sort((x, y) => rank.get(x)! - rank.get(y)!);
  const reads = new Set([...a.reads, ...b.reads]);
  const awaits = new Set([...a.awaits, ...b.awaits]);
  for (const member of stages.flatMap(({ members }) => members)) {
    reads.delete(member);
    awaits.delete(member);
  }
  return { stages, rows: a.rows ?? b.rows, reads, awaits };
}

function toGroup(draft: Draft): Group {
  const [first] = draft.stages as [Group];
  if (draft.stages.length === 1) return first;
  return {
    anchor: null,
    members: membersOf(draft),
    reads: draft.reads,
    pointwise: new Set(),
    awaits: draft.awaits,
    early: first.early,
    stages: draft.stages,
    siblings: [],
  };
}

/**
 * Kernels to be: stored nodes that are computed in one pass over the same points. A group is led by a contraction, a reduction
 * or another whole-tensor operation (its `anchor`), or is a plain map; elementwise results that read it point by point join it,
 * as its epilogue. Joining never makes two groups wait for each other.
 */

import { sameShape } from "../base/shape.ts";
import type { Node } from "../graph/node.ts";
import { flatten, identityAccess } from "./expression.ts";
import { awaitedBy, type Waits } from "./later.ts";
import { mostBuffers } from "./machine.ts";
import type { Roles } from "./roles.ts";
import { Spans } from "./spans.ts";

export interface Group {
  /** The operation that leads the group; null for a map. */
  readonly anchor: Node | null;
  /** Stored nodes computed here, inputs first; the anchor is the first. */
  readonly members: readonly Node[];
  /** Stored nodes read from other groups or slots. */
  readonly reads: ReadonlySet<Node>;
  /** Those of `reads` that are read only at the point being computed, so that they may share its memory. */
  readonly pointwise: ReadonlySet<Node>;
  /** Stored nodes of other groups that must be computed before, beside those it reads. */
  readonly awaits: ReadonlySet<Node>;
  readonly early: boolean;
  /** Groups in one kernel, row by row, in this order; empty for a group of its own. */
  readonly stages: readonly Group[];
  /** Groups whose anchors are computed in one pass, in this order; empty for a group of its own. */
  readonly siblings: readonly Group[];
}

/** Kinds that lead groups which elementwise results may join, beside convolutions whose results are whole when they are stored. */
const leaders: ReadonlySet<string> = new Set(["contract", "reduce", "window"]);
const mapKinds: ReadonlySet<string> = new Set(["source", "elementwise", "movement", "reshape", "gather"]);

interface Draft {
  anchor: Node | null;
  members: Node[];
  /** Stored node → read at the very point only. */
  reads: Map<Node, boolean>;
  awaits: Set<Node>;
  early: boolean;
}

export function formGroups(nodes: readonly Node[], stored: ReadonlySet<Node>, roles: Roles, waits: Waits): Group[] {
  const owner = new Map<Node, Draft>();
  const drafts = new Set<Draft>();
  const spans = new Spans();
  for (const node of nodes) {
    if (!stored.has(node) || roles.sources.has(node)) continue;
    const isMap = mapKinds.has(node.op.kind);
    const draft: Draft = {
      anchor: isMap ? null : node,
      members: [node],
      reads: readsOf(node, stored, isMap),
      awaits: awaitedBy(node, stored, waits),
      early: roles.early.has(node),
    };
    drafts.add(draft);
    owner.set(node, draft);
    if (isMap) joinProducers(draft, owner, drafts, spans);
  }
  return [...drafts].map((draft) => ({
    anchor: draft.anchor,
    members: draft.members,
    reads: new Set(draft.reads.keys()),
    pointwise: pointwiseOf(draft),
    awaits: draft.awaits,
    early: draft.early,
    stages: [],
    siblings: [],
  }));
}

function pointwiseOf({ anchor, reads }: Draft): Set<Node> {
  // What a contraction computes twice must find its operands as they were.
  if (anchor?.op.kind === "contract") return new Set();
  return new Set([...reads].filter(([, identity]) => identity).map(([node]) => node));
}

/** Stored nodes that the computation of `node` reads, with whether every read is at the node's own point. */
function readsOf(node: Node, stored: ReadonlySet<Node>, isMap: boolean): Map<Node, boolean> {
  const reads = new Map<Node, boolean>();
  const rules = {
    stored: (candidate: Node) => candidate !== node && stored.has(candidate),
    onLoad: (loaded: Node, identity: boolean) => {
      reads.set(loaded, isMap && identity && (reads.get(loaded) ?? true));
    },
  };
  for (const root of isMap ? [node] : node.inputs) {
    flatten(root, identityAccess(root.shape), root.shape.length, rules);
  }
  return reads;
}

/** Joins a new map with the groups whose results it reads. */
function joinProducers(draft: Draft, owner: Map<Node, Draft>, drafts: Set<Draft>, spans: Spans): void {
  let joined = draft;
  for (const read of draft.reads.keys()) {
    const producer = owner.get(read);
    if (!producer || producer === joined || !canJoin(producer, joined, owner, spans)) continue;
    drafts.delete(producer);
    drafts.delete(joined);
    joined = merge(producer, joined);
    drafts.add(joined);
    spans.add(joined.members);
    for (const member of joined.members) owner.set(member, joined);
  }
}

function canJoin(a: Draft, b: Draft, owner: ReadonlyMap<Node, Draft>, spans: Spans): boolean {
  const anchor = a.anchor ?? b.anchor;
  return (
    a.early === b.early &&
    !(a.anchor && b.anchor) &&
    (anchor === null || leads(anchor)) &&
    sameShape(a.members[0]!.shape, b.members[0]!.shape) &&
    readsAtPoint(a, b) &&
    readsAtPoint(b, a) &&
    a.reads.size + b.reads.size + a.members.length + b.members.length <= mostBuffers &&
    !waitThroughOthers(a, b, owner, spans)
  );
}

function leads(node: Node): boolean {
  const { op } = node;
  return op.kind === "convolution" ? !op.convolution(node).channelsFirst : leaders.has(op.kind);
}

function readsAtPoint(reader: Draft, other: Draft): boolean {
  return other.members.every((member) => reader.reads.get(member) ?? true);
}

/** Whether one needs the other by way of a third group: joined, the group would wait for itself. */
function waitThroughOthers(a: Draft, b: Draft, owner: ReadonlyMap<Node, Draft>, spans: Spans): boolean {
  const reach = spans.reachOf([...a.members, ...b.members]);
  const needs = ({ reads, awaits }: Draft): Draft[] =>
    [...reads.keys(), ...awaits].flatMap((node) => owner.get(node) ?? []);
  const pending = [...needs(a), ...needs(b)].filter((draft) => draft !== a && draft !== b);
  const seen = new Set<Draft>();
  while (pending.length > 0) {
    const draft = pending.pop()!;
    if (draft === a || draft === b) return true;
    if (seen.has(draft)) continue;
    seen.add(draft);
    if (draft.members.some((node) => node.id > reach)) pending.push(...needs(draft));
  }
  return false;
}

function merge(a: Draft, b: Draft): Draft {
  const anchor = a.anchor ?? b.anchor;
  const members = [...new Set([...a.members, ...b.members])].sort((x, y) => x.id - y.id);
  if (anchor) members.sort((x, y) => Number(y === anchor) - Number(x === anchor));
  const reads = new Map(a.reads);
  for (const [node, identity] of b.reads) reads.set(node, identity && (reads.get(node) ?? true));
  const awaits = new Set([...a.awaits, ...b.awaits]);
  for (const member of members) {
    reads.delete(member);
    awaits.delete(member);
  }
  return { anchor, members, reads, awaits, early: a.early };
}

/**
 * Module → program, in order: what waits, roles, storage, groups, schedule, kernels, phases, places. Every step is a file of its own; this one only
 * carries the results from one to the next.
 */

import { bytesOf } from "../base/dtype.ts";
import { sizeOf } from "../base/shape.ts";
import { build } from "../graph/build.ts";
import { type Module, rootsOf } from "../graph/module.ts";
import { type Node, topological } from "../graph/node.ts";
import type { Kind } from "../graph/operation.ts";
import type { Kernel } from "../kernel/language.ts";
import { Arena } from "./arena.ts";
import { lowerArgReduce } from "./argReduce.ts";
import { inPhases, type Phased } from "./barriers.ts";
import type { NodeCall, Surroundings } from "./body.ts";
import { lowerContract } from "./contract.ts";
import { lowerConv } from "./conv.ts";
import { flushByAdding } from "./flush.ts";
import { formGroups, type Group } from "./group.ts";
import { withoutLater } from "./later.ts";
import type { Machine } from "./machine.ts";
import { lowerMap } from "./map.ts";
import { lowerPlace } from "./place.ts";
import type { Call, Place, Program } from "./program.ts";
import { lowerReduce } from "./reduce.ts";
import { assignRoles, type Roles } from "./roles.ts";
import { lowerRows } from "./rowKernel.ts";
import { joinRows } from "./rows.ts";
import { lowerScan } from "./scan.ts";
import { lowerScatterAdd } from "./scatter.ts";
import { schedule } from "./schedule.ts";
import { joinSiblings } from "./siblings.ts";
import { lowerSort } from "./sort.ts";
import { chooseStored } from "./store.ts";
import { lowerWindows } from "./window.ts";

/** Lowers the members of a group, its anchor first; those of siblings one after the other. */
type Lower = (nodes: readonly Node[], around: Surroundings, siblings: readonly (readonly Node[])[]) => NodeCall[];

const lowerings: Record<Kind, Lower> = {
  source: (nodes, around) => [lowerMap(nodes, around)],
  elementwise: (nodes, around) => [lowerMap(nodes, around)],
  movement: (nodes, around) => [lowerMap(nodes, around)],
  reshape: (nodes, around) => [lowerMap(nodes, around)],
  gather: (nodes, around) => [lowerMap(nodes, around)],
  place: lowerPlace,
  reduce: (_, around, siblings) => lowerReduce(siblings, around),
  argReduce: lowerArgReduce,
  contract: lowerContract,
  convolution: lowerConv,
  window: (_, around, siblings) => lowerWindows(siblings, around),
  scan: lowerScan,
  scatterAdd: lowerScatterAdd,
  sort: lowerSort,
};

/** The program of a (simplified) module on a machine. */
export function compileModule(given: Module, machine: Machine): Program {
  const { module, waits } = withoutLater(machine.flushes ? flushByAdding(given) : given);
  const roles = assignRoles(module);
  const nodes = topological([...roles.results.keys(), ...roles.log, ...rootsOf(module)]);
  const stored = chooseStored(nodes, roles, waits.kept);
  const groups = joinSiblings(joinRows(formGroups(nodes, stored, roles, waits), stored, roles));
  const { before, after, deferred } = schedule(groups, roles);

  const outside = new Set([...roles.results.keys(), ...roles.log, ...groups.flatMap((group) => [...group.reads])]);
  if (roles.guard) outside.add(roles.guard);
  const kernels = new Map<string, Kernel>();
  const around: Surroundings = {
    machine,
    stored,
    escapes: (node) => outside.has(node),
    cached: (key, make) => {
      const kernel = kernels.get(key) ?? make();
      kernels.set(key, kernel);
      return kernel;
    },
  };
  const lower = (group: Group): NodeCall[] => {
    if (group.stages.length > 0) return [lowerRows(group.stages, around)];
    const [first] = group.members as [Node];
    const siblings = group.siblings.length > 0 ? group.siblings.map(({ members }) => members) : [group.members];
    return sizeOf(first.shape) === 0 ? [] : lowerings[first.op.kind](group.members, around, siblings);
  };
  const early = before.flatMap(lower);
  const late = after.flatMap(lower);
  // States that could not be written in place are copied last, from the arena.
  const copies = deferred.map((next) => ({ next, copy: build.stopGradient(next) }));
  const copyCalls = copies.flatMap(({ copy }) =>
    sizeOf(copy.shape) === 0 ? [] : lowerMap([copy], { ...around, escapes: () => true }),
  );
  (roles.guard ? late : early).push(...copyCalls);

  const slots = new Map<Node, number>([...roles.sources, ...roles.results]);
  for (const { next, copy } of copies) {
    slots.set(copy, slots.get(next)!);
    slots.delete(next);
  }
  const memoryOf = (node: Node): Node | number => slots.get(node) ?? node;
  const earlyCalls = inPhases(early, memoryOf);
  const lateCalls = inPhases(late, memoryOf, 1 + (earlyCalls.at(-1)?.phase ?? 0));
  const { places, arena } = placeNodes([...earlyCalls, ...lateCalls], slots, roles);
  const finish = (calls: readonly Phased[]): Call[] =>
    calls.map(({ call: { kernel, buffers }, phase }, i) => ({
      kernel,
      places: buffers.map((node) => places.get(node)!),
      waits: phase !== calls[i - 1]?.phase,
    }));
  return {
    arena,
    slots: roles.slots,
    before: finish(earlyCalls),
    log: roles.log.map((node) => places.get(node)!),
    guard: roles.guard && places.get(roles.guard)!,
    after: finish(lateCalls),
  };
}

/** Slots for what is bound from outside, arena places for the rest, by their lives: from phase to phase. */
function placeNodes(
  calls: readonly Phased[],
  slots: ReadonlyMap<Node, number>,
  roles: Roles,
): { places: Map<Node, Place>; arena: number } {
  const bytesOfNode = (node: Node): number => sizeOf(node.shape) * bytesOf(node.dtype);
  const places = new Map<Node, Place>();
  for (const [node, slot] of slots) places.set(node, { slot, offset: 0, bytes: bytesOfNode(node) });
  const last = new Map<Node, number>();
  for (const { call, phase } of calls) for (const node of call.buffers) last.set(node, phase);
  // The log and the guard are read between the calls, whenever that is.
  for (const node of [...roles.log, ...(roles.guard ? [roles.guard] : [])]) last.set(node, Number.POSITIVE_INFINITY);

  const arena = new Arena();
  for (const { call, phase } of calls) {
    for (const node of call.buffers) {
      if (places.has(node)) continue;
      const bytes = bytesOfNode(node);
      places.set(node, { slot: 0, offset: arena.place(bytes, phase, last.get(node)!), bytes });
    }
  }
  return { places, arena: arena.size };
}

/**
 * Which nodes get a buffer. Everything else dissolves into the kernels that use it. A value is stored when a family computes it
 * as a whole (contractions, reductions, sorts), when it is asked for from outside, when several kernels would compute it again,
 * or when an address through it would not be affine.
 */

import { sizeOf } from "../base/shape.ts";
import type { Node } from "../graph/node.ts";
import type { ElementwiseOperation, Kind } from "../graph/operation.ts";
import { KernelBuilder } from "../kernel/builder.ts";
import { scalarOf } from "../kernel/scalars.ts";
import { flatten, identityAccess } from "./expression.ts";
import { mostBuffers } from "./machine.ts";
import type { Roles } from "./roles.ts";

/** Instructions that are cheaper to repeat than to store and load. */
const cheap = 4;
/** Elements of a wider value that read the same one, from where on nothing is repeated for all of them. */
const wide = 32;
/** Elements that no cache near the processor holds, and so many inputs of that size that reading them again costs more than storing. */
const [large, manyInputs] = [2 ** 15, 3];
/** Operations on top of each other before one is stored: what walks expressions recurses. */
const deepest = 200;

type Storage = "always" | "dissolves" | "when shared";

const storage: Record<Kind, Storage> = {
  source: "dissolves",
  movement: "dissolves",
  reshape: "dissolves",
  elementwise: "when shared",
  gather: "when shared",
  place: "always",
  reduce: "always",
  argReduce: "always",
  contract: "always",
  convolution: "always",
  window: "always",
  scan: "always",
  scatterAdd: "always",
  sort: "always",
};

/** The stored nodes among `nodes` (all that is live, inputs first); those of `kept` are, or what they are views of. */
export function chooseStored(nodes: readonly Node[], roles: Roles, kept: readonly Node[]): Set<Node> {
  const stored = new Set<Node>([...roles.sources.keys(), ...roles.results.keys(), ...roles.log]);
  if (roles.guard) stored.add(roles.guard);
  for (const node of kept) stored.add(baseOf(node, stored));
  for (const node of nodes) if (storage[node.op.kind] === "always") stored.add(node);

  const uses = countUses(nodes, stored);
  const weights = new Map<Node, number>();
  const weightOf = (node: Node): number => (stored.has(node) ? 0 : (weights.get(node) ?? 0));
  const loads = new Map<Node, number>();
  const depths = new Map<Node, number>();
  for (const node of nodes) {
    if (storage[node.op.kind] !== "always") storeBeforeTooMany(node, loads, stored);
    const depth =
      1 + node.inputs.reduce((most, input) => Math.max(most, stored.has(input) ? 0 : depths.get(input)!), 0);
    depths.set(node, depth);
    if (depth > deepest) stored.add(node);
    const inherited = node.inputs.reduce((sum, input) => sum + weightOf(input), 0);
    const own =
      node.op.kind === "elementwise" ? weightOfOperation(node.op, node) : node.op.kind === "gather" ? cheap : 0;
    weights.set(node, own + inherited);
    if (storage[node.op.kind] === "when shared" && uses.get(node)! > 1) {
      if (own + inherited > cheap || readsMuch(node, stored)) stored.add(node);
    }
    if (node.op.kind === "movement" && sizeOf(node.shape) > sizeOf(node.inputs[0]!.shape)) {
      const repeats = sizeOf(node.shape) / sizeOf(node.inputs[0]!.shape);
      storeBeforeWidening(node.inputs[0]!, repeats < wide ? cheap : 0, weightOf, stored);
    }
  }
  for (const node of nodes) storeOperands(node, stored);
  for (const node of nodes) storeBlocked(node, stored);
  return stored;
}

/** How many kernels or operations ask for each node, seen through movements and reshapes. */
function countUses(nodes: readonly Node[], stored: ReadonlySet<Node>): Map<Node, number> {
  const uses = new Map<Node, number>(nodes.map((node) => [node, 0]));
  for (const node of nodes.toReversed()) {
    const dissolves = storage[node.op.kind] === "dissolves" && !stored.has(node);
    const count = dissolves ? uses.get(node)! : 1;
    for (const input of new Set(node.inputs)) uses.set(input, uses.get(input)! + count);
  }
  return uses;
}

/** A value of more than `allowed` instructions that is read at more points than it has is computed once per element of its own. */
function storeBeforeWidening(input: Node, allowed: number, weightOf: (node: Node) => number, stored: Set<Node>): void {
  let node = input;
  while (!stored.has(node) && storage[node.op.kind] === "dissolves" && node.inputs.length === 1) node = node.inputs[0]!;
  if (sizeOf(node.shape) > 1 && storage[node.op.kind] === "when shared" && weightOf(node) > allowed) stored.add(node);
}

/** Stores inputs of a node that would otherwise load from too many buffers; `loads` bounds how many each node does. */
function storeBeforeTooMany(node: Node, loads: Map<Node, number>, stored: Set<Node>): void {
  const inputs = [...new Set(node.inputs)];
  const loadsOf = (input: Node): number => (stored.has(input) ? 1 : loads.get(input)!);
  let bound = inputs.reduce((sum, input) => sum + loadsOf(input), 0);
  while (bound > mostBuffers) {
    const exact = countLoads(inputs, stored);
    if (exact > mostBuffers) stored.add(inputs.reduce((a, b) => (loadsOf(b) > loadsOf(a) ? b : a)));
    bound = exact > mostBuffers ? inputs.reduce((sum, input) => sum + loadsOf(input), 0) : exact;
  }
  loads.set(node, bound);
}

/** How many stored nodes an expression over `inputs` loads. */
function countLoads(inputs: readonly Node[], stored: ReadonlySet<Node>): number {
  return loadsOf(inputs, stored).length;
}

function loadsOf(inputs: readonly Node[], stored: ReadonlySet<Node>): Node[] {
  const seen = new Set(inputs);
  for (const node of seen) if (!stored.has(node)) for (const input of node.inputs) seen.add(input);
  return [...seen].filter((node) => stored.has(node));
}

/** Whether a large value is made of several as large, such as the gradient where two branches meet. */
function readsMuch(node: Node, stored: ReadonlySet<Node>): boolean {
  const size = sizeOf(node.shape);
  return (
    size >= large && loadsOf(node.inputs, stored).filter((load) => sizeOf(load.shape) >= size).length >= manyInputs
  );
}

/**
 * Which inputs a family reads from memory: `viewed` ones through any affine view of a buffer, `whole` ones as a row-major buffer
 * of their own.
 */
const operands: Partial<Record<Kind, (node: Node) => { viewed?: readonly Node[]; whole?: readonly Node[] }>> = {
  contract: (node) => ({ viewed: node.inputs }),
  convolution: (node) => ({ viewed: node.inputs }),
  window: (node) => ({ viewed: node.inputs }),
  scan: (node) => ({ viewed: node.inputs }),
  argReduce: (node) => ({ viewed: node.inputs }),
  sort: (node) => ({ whole: node.inputs }),
  scatterAdd: (node) => ({ whole: node.inputs }),
  gather: (node) => ({ whole: node.inputs.slice(0, 1) }),
};

function storeOperands(node: Node, stored: Set<Node>): void {
  const { viewed = [], whole = [] } = operands[node.op.kind]?.(node) ?? {};
  for (const operand of whole) stored.add(operand);
  for (const operand of viewed) stored.add(baseOf(operand, stored));
}

/** What a view is a view of. */
function baseOf(node: Node, stored: ReadonlySet<Node>): Node {
  let base = node;
  while (!stored.has(base) && (base.op.kind === "movement" || base.op.kind === "reshape")) base = base.inputs[0]!;
  return base;
}

/** Stores whatever stands between a stored node and affine addresses. */
function storeBlocked(node: Node, stored: Set<Node>): void {
  const dissolving = stored.has(node) && storage[node.op.kind] !== "always" && node.op.kind !== "source";
  const roots = dissolving ? [node] : storage[node.op.kind] === "always" ? node.inputs : [];
  for (const root of roots) {
    const access = identityAccess(root.shape);
    for (;;) {
      const blocked: Node[] = [];
      flatten(root, access, root.shape.length, {
        stored: (candidate) => candidate !== node && stored.has(candidate),
        onBlocked: (culprit) => blocked.push(culprit),
      });
      if (blocked.length === 0) break;
      for (const culprit of blocked) stored.add(culprit);
      for (const culprit of blocked) storeBlocked(culprit, stored);
    }
  }
}

const operationWeights = new WeakMap<object, Map<string, number>>();

/** Number of vector instructions an operation takes, measured by writing it once. */
function weightOfOperation(op: ElementwiseOperation<unknown>, node: Node): number {
  const types = node.inputs.map((input) => scalarOf(input.dtype));
  const known = operationWeights.get(op) ?? new Map<string, number>();
  operationWeights.set(op, known);
  const key = `${types.join()} ${node.dtype}`;
  let weight = known.get(key);
  if (weight === undefined) {
    const k = new KernelBuilder(1, [types.length]);
    const args = types.map((type, i) => k.load({ buffer: i, offset: 0, terms: [] }, type));
    k.store(
      { buffer: types.length, offset: 0, terms: [] },
      node.dtype,
      op.lower(k.scalars, args, types, node.attributes),
    );
    weight = k.finish("weight", types.length + 1, 1).body.instructions.length - types.length - 1;
    known.set(key, weight);
  }
  return weight;
}

/**
 * Computing what tensors stand for. Reading one tensor computes every live tensor of its graph in one program and then cuts the
 * graph, so that loops neither grow nor compute anything twice.
 */

import { bytesOf, isFloat } from "../base/dtype.ts";
import { GradusError } from "../base/errors.ts";
import { pause } from "../base/pause.ts";
import { sizeOf } from "../base/shape.ts";
import { type Module, rootsOf } from "../graph/module.ts";
import { type Node, topological } from "../graph/node.ts";
import { target as loadTarget } from "../targets/registry.ts";
import type { Target } from "../targets/target.ts";
import { executableFor, runModule } from "./programs.ts";
import { leaf, storageOf } from "./storage.ts";

/** What a tensor stands for, now: an operation, and once it has been computed, a leaf with values. */
export interface Cell {
  node: Node;
}

/** Cells of live tensors that wait to be computed. */
const pending = new Set<WeakRef<Cell>>();
const collected = new FinalizationRegistry<WeakRef<Cell>>((reference) => pending.delete(reference));

/** Notes that a tensor waits to be computed. */
export function addPending(cell: Cell): void {
  const reference = new WeakRef(cell);
  pending.add(reference);
  collected.register(cell, reference, reference);
}

function isLeaf(node: Node): boolean {
  return node.op.kind === "source";
}

/** An input that belongs to a traced function: nothing can be computed from it. */
function isUnbound(node: Node): boolean {
  return node.op.kind === "source" && node.op.element === null && storageOf(node) === undefined;
}

/**
 * The inputs with values among what `roots` depend on. Throws where one has none, because a trace has ended or still goes on;
 * those in `bound` will get theirs later. They come in the order of first use, not of making: a loop's first turn begins with
 * older tensors than the others, and is to have the same program.
 */
export function inputsOf(roots: readonly Node[], operation: string, bound?: ReadonlySet<Node>): Node[] {
  const nodes = topological(roots);
  if (nodes.some((node) => isUnbound(node) && !bound?.has(node))) {
    throw new GradusError(
      `${operation}: the tensor belongs to a function that grad or compile records, and has no values of its own. ` +
        "Return it from the function and read the result.",
      { operation },
    );
  }
  const used = new Set([...nodes.flatMap((node) => node.inputs), ...roots]);
  return [...used].filter((node) => storageOf(node) !== undefined);
}

/** The target of a module's graph: float64 is for the reference, which alone speaks it; else the one chosen or the default. */
export function targetOf(module: Module): Promise<Target> {
  const float64 = topological(rootsOf(module)).some(({ dtype }) => isFloat(dtype) && bytesOf(dtype) === 8);
  return float64 ? loadTarget("reference") : loadTarget();
}

let last: Promise<unknown> = Promise.resolve();

/** Computes the cells and everything alive that hangs together with them. One realization runs after the other. */
export function realizeCells(cells: readonly Cell[], operation: string): Promise<void> {
  const work = last.then(() => compute(cells, operation));
  last = work.catch(() => {});
  return work;
}

async function compute(cells: readonly Cell[], operation: string): Promise<void> {
  const asked = cells.filter(({ node }) => !storageOf(node));
  if (asked.length === 0) return;
  const inputs = inputsOf(
    asked.map(({ node }) => node),
    operation,
  );
  const { together, references } = connected(asked);
  const outputs = [...new Set(together.map(({ node }) => node))];
  const all = together.length > asked.length ? inputsOf(outputs, operation) : inputs;
  const module: Module = { inputs: all, states: [], outputs, guard: null, log: [] };
  const target = await targetOf(module);
  const values = all.map((node) => storageOf(node)!);
  const storages = await runModule(target, module, executableFor(target, module), values);
  const leaves = new Map(outputs.map((node, i) => [node, leaf(storages[i]!, node.shape)]));
  for (const cell of together) cell.node = leaves.get(cell.node)!;
  for (const reference of references) {
    pending.delete(reference);
    collected.unregister(reference);
  }
  await rest(outputs.reduce((sum, { shape, dtype }) => sum + sizeOf(shape) * bytesOf(dtype), 0));
}

/** Realizations, and bytes of results, between turns of the event loop. */
const mostRealizations = 16;
const mostBytes = 64 * 1024 * 1024;
let realizations = 0;
let realizedBytes = 0;

/** Memory of dead tensors comes back in turns of the event loop: a loop that only awaits tensors has none of its own. */
async function rest(bytes: number): Promise<void> {
  realizations++;
  realizedBytes += bytes;
  if (realizations < mostRealizations && realizedBytes < mostBytes) return;
  realizations = 0;
  realizedBytes = 0;
  await pause();
}

/** The asked cells and all pending ones whose uncomputed nodes hang together with theirs. */
function connected(asked: readonly Cell[]): { together: Cell[]; references: WeakRef<Cell>[] } {
  const waiting = [...pending].flatMap((reference) => {
    const cell = reference.deref();
    return cell ? [{ cell, reference }] : [];
  });
  const nodes = topological([...asked, ...waiting.map(({ cell }) => cell)].map(({ node }) => node));
  const neighbours = new Map<Node, Node[]>(nodes.map((node) => [node, []]));
  const untouchable = new Set<Node>();
  for (const node of nodes) {
    if (isUnbound(node) || node.inputs.some((input) => untouchable.has(input))) untouchable.add(node);
    for (const input of node.inputs) {
      if (isLeaf(input)) continue;
      neighbours.get(node)!.push(input);
      neighbours.get(input)!.push(node);
    }
  }
  const reached = new Set<Node>();
  const open = asked.map(({ node }) => node);
  while (open.length > 0) {
    const node = open.pop()!;
    if (reached.has(node) || untouchable.has(node)) continue;
    reached.add(node);
    open.push(...neighbours.get(node)!);
  }
  const found = waiting.filter(({ cell }) => reached.has(cell.node));
  const together = new Set([...asked, ...found.map(({ cell }) => cell)]);
  return { together: [...together], references: found.map(({ reference }) => reference) };
}

/** What becomes of the elements of one window: their combination, the place of the first maximum, or the combination of those chosen. */

import type { Node } from "../graph/node.ts";
import type { WindowOperation } from "../graph/operation.ts";
import type { KernelBuilder } from "../kernel/builder.ts";
import type { Variable, Vector } from "../kernel/language.ts";
import { scalarOf } from "../kernel/scalars.ts";
import { isBetter } from "./argReduce.ts";

export type Combine = WindowOperation<unknown>["combine"];

export interface Element {
  /** The element of an input of the operation. */
  read(input: number): Vector;
  /** Its number within the window, from the end for operations on chosen elements; int32. */
  number(): Vector;
}

/** The folds of several operations over the same windows of the same inputs. */
export interface Folds {
  add(element: Element): void;
  results(): Vector[];
}

export function windowOf(node: Node): WindowOperation<unknown> {
  return node.op as WindowOperation<unknown>;
}

/** @param first  the number of the first element that there will be */
export function foldsOf(k: KernelBuilder, nodes: readonly Node[], first: () => Vector): Folds {
  const running = new Map<Combine, Variable>();
  const variables = nodes.map((node) => {
    const op = windowOf(node);
    if (op.gives === "place") return k.variable(first());
    const type = scalarOf(node.dtype);
    const sum = k.variable(k.constant(type, Number(op.identity(type))));
    if (op.gives === "combination") running.set(op.combine, sum);
    return sum;
  });
  const order = nodes.map((_, i) => i);
  // Places look at the maximum before it moves on.
  order.sort((a, b) => Number(windowOf(nodes[b]!).gives === "place") - Number(windowOf(nodes[a]!).gives === "place"));
  const bests = nodes.map((node) => {
    const [op, type] = [windowOf(node), scalarOf(node.inputs[0]!.dtype)];
    if (op.gives !== "place") return null;
    return running.get(op.combine) ?? k.variable(k.constant(type, Number(op.identity(type))));
  });
  return {
    add: (element) => {
      for (const i of order) {
        const [node, variable, best] = [nodes[i]!, variables[i]!, bests[i]];
        if (best) takeFirst(k, node, element, variable, best, best === running.get(windowOf(node).combine));
        else combineWith(k, node, element, variable);
      }
    },
    results: () => variables.map((variable) => k.get(variable)),
  };
}

/** Adds an element to `sum`, if it counts. */
export function combineWith(k: KernelBuilder, node: Node, { read, number }: Element, sum: Variable): void {
  const op = windowOf(node);
  const type = scalarOf(node.dtype);
  let value = read(0);
  if (op.gives === "chosen") {
    // Zero is added for what is not chosen: no sum that began with +0 changes.
    const nothing = k.constant(type, Number(op.identity(type)));
    value = k.scalar("select", type, type, [k.scalars.int32.equal(read(1), number()), value, nothing]);
  }
  k.set(sum, op.combine(k.scalars, k.get(sum), value, type));
}

function takeFirst(
  k: KernelBuilder,
  node: Node,
  { read, number }: Element,
  place: Variable,
  best: Variable,
  moves: boolean,
): void {
  const type = scalarOf(node.inputs[0]!.dtype);
  const value = read(0);
  const better = isBetter(k, value, k.get(best), type);
  k.set(place, k.scalars.int32.select(better, number(), k.get(place)));
  if (!moves) k.set(best, k.scalar("select", type, type, [better, value, k.get(best)]));
}

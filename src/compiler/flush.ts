/**
 * `select(|x| < 2⁻¹²⁶, 0, x)` as `x + 0`, for machines whose arithmetic has no subnormal numbers: there the first can only change the sign
 * of a zero, and so does the second. It is how optimizers keep their state free of subnormals everywhere.
 */

import { build } from "../graph/build.ts";
import type { Module } from "../graph/module.ts";
import { rootsOf } from "../graph/module.ts";
import { type Node, record, topological } from "../graph/node.ts";
import { ops } from "../graph/ops/index.ts";

const smallestNormal = 2 ** -126;

/** The module with flushes as additions. Inputs and current states are the same nodes. */
export function flushByAdding(module: Module): Module {
  const results = new Map<Node, Node>();
  const of = (node: Node): Node => results.get(node) ?? node;
  for (const node of topological(rootsOf(module))) {
    const inputs = node.inputs.map(of);
    const moved = inputs.some((input, i) => input !== node.inputs[i]);
    const current = moved ? record(node.op, inputs, node.attributes) : node;
    const flushed = flushedBy(current);
    results.set(node, flushed ? build.add(flushed, build.constant(0, flushed.shape, flushed.dtype)) : current);
  }
  return {
    inputs: module.inputs,
    states: module.states.map(({ current, next }) => ({ current, next: of(next) })),
    outputs: module.outputs.map(of),
    guard: module.guard && of(module.guard),
    log: module.log.map(of),
  };
}

const isA = (node: Node | undefined, op: unknown): node is Node => node?.op === op;

/** What a node flushes, if that is what it does. */
function flushedBy(node: Node): Node | null {
  const [condition, zero, x] = node.inputs;
  if (!isA(node, ops.select) || x?.dtype !== "float32" || !isConstant(zero, 0)) return null;
  if (!isA(condition, ops.less) || !isConstant(condition.inputs[1], smallestNormal)) return null;
  const [magnitude] = condition.inputs;
  return isA(magnitude, ops.abs) && magnitude.inputs[0] === x ? x : null;
}

function isConstant(node: Node | undefined, value: number): boolean {
  return isA(node, ops.constant) && Object.is(ops.constant.element!(node, []), value);
}

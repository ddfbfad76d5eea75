/**
 * What the kernels of a group have in common: the expressions of its members, the buffers they touch, and the code that computes
 * and stores the members at one position.
 */

import type { Node } from "../graph/node.ts";
import type { KernelBuilder } from "../kernel/builder.ts";
import type { Kernel, Vector } from "../kernel/language.ts";
import { addressOf, Evaluator, laneStride, type Position } from "./evaluate.ts";
import {
  type Expression,
  flatten,
  identityAccess,
  type Linear,
  linearize,
  linearsOf,
  mapLinears,
} from "./expression.ts";
import type { Machine } from "./machine.ts";

/** A kernel on nodes: `buffers[i]` is the node whose memory is the kernel's buffer i. */
export interface NodeCall {
  readonly kernel: Kernel;
  readonly buffers: readonly Node[];
}

/** What lowering a group needs to know of its surroundings. */
export interface Surroundings {
  readonly machine: Machine;
  readonly stored: ReadonlySet<Node>;
  /** Whether a stored node is read outside its group, and so must reach memory. */
  readonly escapes: (node: Node) => boolean;
  /** A kernel equal in structure is built once. */
  readonly cached: (key: string, make: () => Kernel) => Kernel;
}

/** A member of a group: its value as an expression, and where it is stored, if it is. */
export interface Member {
  readonly node: Node;
  readonly expression: Expression | null;
  readonly output: Linear | null;
}

/** Members over their own shape's axes; the anchor (if any) has no expression: its kernel gives the value. */
export function membersOf(nodes: readonly Node[], anchor: Node | null, around: Surroundings): Member[] {
  return nodes.map((node) => {
    const access = identityAccess(node.shape);
    const rank = node.shape.length;
    const stored = (candidate: Node): boolean => candidate !== node && around.stored.has(candidate);
    const expression = node === anchor ? null : flatten(node, access, rank, { stored });
    const output = around.escapes(node) ? linearize(access, node.shape, rank) : null;
    return { node, expression, output };
  });
}

export function rewriteMembers(members: readonly Member[], rewrite: (at: Linear) => Linear): Member[] {
  return members.map(({ node, expression, output }) => ({
    node,
    expression: expression && mapLinears(expression, rewrite),
    output: output && rewrite(output),
  }));
}

export function linearsOfMembers(members: readonly Member[]): Linear[] {
  return members.flatMap(({ expression, output }) => [
    ...(expression ? linearsOf(expression) : []),
    ...(output ? [output] : []),
  ]);
}

/** Numbers the nodes whose memory a kernel touches, in the order in which they are first met. */
export class BufferTable {
  readonly nodes: Node[] = [];
  readonly numbers: Map<Node, number> = new Map();
  readonly written: Set<number> = new Set();

  add(node: Node, write = false): number {
    let number = this.numbers.get(node);
    if (number === undefined) {
      number = this.nodes.length;
      this.nodes.push(node);
      this.numbers.set(node, number);
    }
    if (write) this.written.add(number);
    return number;
  }

  addExpression(expression: Expression, computedHere: ReadonlySet<Node>): void {
    const seen = new Set<Expression>();
    const visit = (part: Expression): void => {
      if (seen.has(part)) return;
      seen.add(part);
      if (part.kind === "apply") part.args.forEach(visit);
      if (part.kind === "gather") visit(part.index);
      if ((part.kind === "load" || part.kind === "gather") && !computedHere.has(part.node)) this.add(part.node);
    };
    visit(expression);
  }

  addMembers(members: readonly Member[]): void {
    const here = new Set(members.map(({ node }) => node));
    for (const { expression } of members) if (expression) this.addExpression(expression, here);
    for (const { node, output } of members) if (output) this.add(node, true);
  }
}

/**
 * Computes all members at a position, then stores those that escape; gives their values. `anchors` are the values of the members without
 * expression, in order.
 */
export function storeMembers(
  k: KernelBuilder,
  members: readonly Member[],
  table: BufferTable,
  position: Position,
  anchors: Vector | readonly Vector[] | null,
  evaluator: Evaluator = new Evaluator(k, table.numbers, position),
): Vector[] {
  const given = [anchors ?? []].flat();
  const values = members.map(({ node, expression }) => {
    const value = expression ? evaluator.value(expression) : given.shift()!;
    evaluator.give(node, value);
    return value;
  });
  members.forEach(({ node, output }, i) => {
    if (!output) return;
    const address = addressOf(table.add(node), node.dtype, output, position);
    k.store(address, node.dtype, values[i]!, laneStride(output, position) || 1, position.active);
  });
  return values;
}

/** A text that is equal for equal structures: what makes two kernels the same. */
export function describeMembers(members: readonly Member[], table: BufferTable): string {
  const here = new Map(members.map(({ node }, i) => [node, i]));
  const numbers = new Map<Expression, number>();
  const lines: string[] = [];
  const visit = (expression: Expression): number => {
    const known = numbers.get(expression);
    if (known !== undefined) return known;
    const at = "at" in expression ? `${expression.at.offset}+${expression.at.coefficients.join()}` : "";
    let text: string;
    switch (expression.kind) {
      case "constant":
        text = `${expression.dtype} ${Object.is(expression.value, -0) ? "-0" : expression.value}`;
        break;
      case "iota":
        text = `iota ${expression.dtype} ${at}`;
        break;
      case "load": {
        const member = here.get(expression.node);
        text =
          member === undefined
            ? `load ${table.add(expression.node)} ${expression.node.dtype} ${at}`
            : `member ${member}`;
        break;
      }
      case "gather":
        text = `gather ${table.add(expression.node)} ${expression.node.dtype} ${at} [${visit(expression.index)}] ${expression.stride} ${expression.limit}`;
        break;
      case "apply": {
        const { node, op } = expression;
        const types = node.inputs.map((input) => input.dtype).join();
        text = `${op.name} ${types} ${node.dtype} ${JSON.stringify(node.attributes)} [${expression.args.map(visit).join()}]`;
        break;
      }
    }
    const number = lines.length;
    lines.push(text);
    numbers.set(expression, number);
    return number;
  };
  for (const { node, expression, output } of members) {
    const value = expression ? visit(expression) : "anchor";
    const place = output ? `${table.add(node)} ${output.offset}+${output.coefficients.join()}` : "register";
    lines.push(`${node.dtype} ${value} -> ${place}`);
  }
  return lines.join("\n");
}

/** `add·relu`, for names of kernels: what the members compute, abbreviated. */
export function nameOfMembers(members: readonly Member[]): string {
  const names = members.map(({ node }) => node.op.name);
  return names.length <= 4 ? names.join("·") : `${names.slice(0, 3).join("·")}·…${names.length - 3} more`;
}

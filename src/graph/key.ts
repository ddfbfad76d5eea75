/** Texts that are equal exactly when structures are: what common subexpressions and caches of programs are found by. */

import { type Module, rootsOf } from "./module.ts";
import { type Node, topological } from "./node.ts";

/** Attributes as text; unlike JSON it tells −0, NaN and the infinities apart. */
export function attributesKey(value: unknown): string {
  if (typeof value === "number") {
    if (Number.isFinite(value) && !Object.is(value, -0)) return String(value);
    return `"number ${Object.is(value, -0) ? "-0" : value}"`;
  }
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  if (Array.isArray(value)) return `[${value.map(attributesKey).join()}]`;
  return `{${Object.entries(value).map(([name, part]) => `"${name}":${attributesKey(part)}`)}}`;
}

/** One operation as text, given numbers for its inputs. */
export function nodeKey(node: Node, numberOf: (input: Node) => number): string {
  const inputs = node.inputs.map(numberOf).join();
  return `${node.op.name}(${inputs})${attributesKey(node.attributes)}${node.dtype}[${node.shape}]`;
}

/** Equal exactly when two modules have the same operations on the same topology in the same roles. */
export function structuralKey(module: Module): string {
  const bound = [...module.inputs, ...module.states.map((state) => state.current)];
  const numbers = new Map<Node, number>();
  for (const node of new Set([...bound, ...topological(rootsOf(module))])) numbers.set(node, numbers.size);
  const numberOf = (node: Node): number => numbers.get(node)!;
  const list = (nodes: readonly Node[]): string => nodes.map(numberOf).join();
  return [
    ...[...numbers.keys()].map((node) => nodeKey(withoutName(node), numberOf)),
    `inputs ${list(module.inputs)}`,
    `states ${list(module.states.map((state) => state.current))} ${list(module.states.map((state) => state.next))}`,
    `outputs ${list(module.outputs)}`,
    `guard ${module.guard ? numberOf(module.guard) : ""}`,
    `log ${list(module.log)}`,
  ].join("\n");
}

/** An input's name is for people; two modules that differ in it alone are the same. */
function withoutName(node: Node): Node {
  if (node.op.kind !== "source" || node.op.element !== null) return node;
  return { ...node, attributes: { ...node.attributes, name: "" } };
}

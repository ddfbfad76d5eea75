/** Graphs for people: `%7 = add %3 %5 : float32[100, 10]`, a line per node, numbered from 0 in order. */

import { showShape } from "../base/shape.ts";
import { attributesKey } from "./key.ts";
import { type Node, topological } from "./node.ts";

export function print(roots: readonly Node[]): string {
  const nodes = topological(roots);
  const numbers = new Map(nodes.map((node, number) => [node, number]));
  const lines = nodes.map((node, number) => {
    const inputs = node.inputs.map((input) => ` %${numbers.get(input)}`).join("");
    const { shape: _, dtype: __, ...rest } = (node.attributes ?? {}) as Record<string, unknown>;
    const attributes = Object.keys(rest).length > 0 ? ` ${attributesKey(rest)}` : "";
    return `%${number} = ${node.op.name}${inputs}${attributes} : ${node.dtype}${showShape(node.shape)}`;
  });
  return [...lines, `return ${roots.map((root) => `%${numbers.get(root)}`).join(" ")}`].join("\n");
}

/** A program as the lines of TypeScript that build it, to be pasted into a test. */

import { attributesKey } from "../../graph/key.ts";
import { type Module, rootsOf } from "../../graph/module.ts";
import { type Node, topological } from "../../graph/node.ts";

/** How each operation's builder takes its attributes; by default one object. */
const spread: Readonly<Record<string, readonly string[]>> = {
  constant: ["value", "shape", "dtype"],
  iota: ["shape", "axis", "dtype"],
  input: ["name", "shape", "dtype"],
  cast: ["dtype"],
  shiftLeft: ["count"],
  shiftRight: ["count"],
  broadcast: ["shape", "axes"],
  transpose: ["permutation"],
  slice: ["start", "size", "step"],
  reshape: ["shape"],
  pad: ["low", "high", "interior", "value"],
  concat: ["axis"],
  reduceSum: ["axes"],
  reduceMax: ["axes"],
  reduceMin: ["axes"],
  reduceProduct: ["axes"],
  argMax: ["axis"],
  cumulativeSum: ["axis"],
  scatterAdd: ["size"],
  windowSum: ["axes"],
  windowMax: ["axes"],
  windowArgMax: ["axes"],
  windowScatter: ["shape", "axes"],
};

const literal = (value: unknown): string =>
  Object.is(value, -0) ? "-0" : typeof value === "number" ? String(value) : attributesKey(value);

/** `const n3 = build.add(n1, n2); // float32 [3, 5]` for every node that the module needs. */
export function toTypeScript(module: Module): string {
  const nodes = topological([...module.inputs, ...module.states.map(({ current }) => current), ...rootsOf(module)]);
  const names = new Map(nodes.map((node, i) => [node, `n${i}`]));
  const nameOf = (node: Node): string => names.get(node)!;
  const lines = nodes.map((node) => {
    const operands = node.inputs.map(nameOf);
    const inputs = node.op.name === "concat" ? [`[${operands.join(", ")}]`] : operands;
    const keys = spread[node.op.name];
    const attributes = (node.attributes ?? {}) as Record<string, unknown>;
    const own = keys
      ? keys.map((key) => literal(attributes[key]))
      : Object.keys(attributes).length > 0
        ? [literal(attributes)]
        : [];
    return `const ${nameOf(node)} = build.${node.op.name}(${[...inputs, ...own].join(", ")}); // ${node.dtype} [${node.shape.join(", ")}]`;
  });
  const states = module.states.map(({ current, next }) => `{ current: ${nameOf(current)}, next: ${nameOf(next)} }`);
  const list = (items: readonly string[]): string => `[${items.join(", ")}]`;
  const parts = `inputs: ${list(module.inputs.map(nameOf))}, states: ${list(states)}, outputs: ${list(module.outputs.map(nameOf))}`;
  return [...lines, `const module = moduleOf({ ${parts} });`].join("\n");
}

/** What must hold of every graph: run between passes in tests. */

import { invariant } from "../base/errors.ts";
import { sameShape } from "../base/shape.ts";
import { type Node, topological } from "./node.ts";

/** Throws an InternalError that names the first node which breaks a rule of its own operation, or precedes an input. */
export function verify(roots: readonly Node[]): void {
  for (const node of topological(roots)) {
    const { shape, dtype } = node.op.infer(node.inputs, node.attributes);
    const named = `node ${node.id} (${node.op.name})`;
    invariant(sameShape(shape, node.shape), `${named} has shape [${node.shape}], its rule says [${shape}]`);
    invariant(dtype === node.dtype, `${named} has dtype ${node.dtype}, its rule says ${dtype}`);
    invariant(
      node.inputs.every((input) => input.id < node.id),
      `${named} is older than one of its inputs`,
    );
  }
}

/** How much a network has to multiply and add for one example: its products and convolutions, forward. Training takes about three times that. */

import { sizeOf } from "../base/shape.ts";
import { build } from "../graph/build.ts";
import { type Node, topological } from "../graph/node.ts";
import type { DotAttributes } from "../graph/operation.ts";
import { ops } from "../graph/ops/index.ts";
import type { Network } from "../network/network.ts";
import { inTrace, nodeOf, tensorOf } from "../tensor/trace.ts";

export function multiplyAdds(network: Network): number {
  const output = inTrace(() => {
    const input = build.input("x", [1, ...network.inputShape], "float32");
    const state = network.stateSpecs.map(
      ({ name, shape }) => [name, tensorOf(build.input(name, shape, "float32"))] as const,
    );
    return nodeOf(network.apply(new Map(state), tensorOf(input), { training: false, random: null }));
  });
  return topological([output]).reduce((sum, node) => sum + workOf(node), 0);
}

function workOf({ op, inputs, shape, attributes }: Node): number {
  const [a, b] = inputs;
  // Each output of a convolution takes a filter of [channels, rows, columns]; of a product, the axes that both lose.
  if (op === ops.conv) return sizeOf(shape) * sizeOf(b!.shape.slice(1));
  if (op !== ops.dot) return 0;
  const [contracted] = (attributes as DotAttributes).contract;
  return contracted.reduce((product, axis) => product * a!.shape[axis]!, sizeOf(shape));
}

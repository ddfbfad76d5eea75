/** Proves that steps compile whose gradients are known beforehand: their kernels depend on each other in unusual ways. */

import { dense, type Layer, layerNorm, network, prelu, sgd, type Tensor, train } from "gradus";
import { fromArrays } from "gradus/data";
import { expect, test } from "vitest";

const data = fromArrays({
  inputs: [
    [1, 2, 3, 4],
    [2, 1, 0, 1],
  ],
  targets: [0, 1],
});

test.each(["wasm", "reference"] as const)(
  "a loss that depends on nothing, behind sums along rows: %s",
  async (target) => {
    for (const layers of [[prelu()], [layerNorm()], [prelu(), layerNorm()]] as Layer[][]) {
      const net = network([4], dense(3), ...(layers as never[]), dense(2)).initialize({ seed: 1 });
      const before = await net.state.get("0.weight")!.data();
      const loss = (output: Tensor): Tensor => output.mul(0).sum(1) as Tensor;
      const result = await train(net as never, data as never, { loss, optimizer: sgd(), steps: 1, target });
      expect(result.loss).toBe(0);
      expect(await net.state.get("0.weight")!.data()).toEqual(before);
    }
  },
);

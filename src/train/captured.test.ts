/** Proves that losses, metrics, layers and optimizers may use tensors that were made elsewhere, or make their own. */

import { describe, expect, test } from "vitest";
import { fromArrays } from "../data/from-arrays.ts";
import { constant } from "../network/initializers.ts";
import { layer } from "../network/layer.ts";
import { dense } from "../network/layers/dense.ts";
import { type Network, network } from "../network/network.ts";
import type { Optimizer } from "../optimizer/optimizer.ts";
import { sgd } from "../optimizer/sgd.ts";
import { tensor } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { evaluate } from "./evaluate.ts";
import { byHand, line, slope, weightOf } from "./testing.ts";
import { train } from "./train.ts";

const weights = tensor([2]);
/** Not computed yet when it is first used. */
const lazy = tensor([1]).add(1);

const plain = (output: Tensor, target: Tensor): Tensor => output.sub(target).square().mul(2).sum(1);
const losses: Record<string, (output: Tensor, target: Tensor) => Tensor> = {
  "made before": (output, target) => output.sub(target).square().mul(weights).sum(1),
  "not yet computed": (output, target) => output.sub(target).square().mul(lazy).sum(1),
  "made inside": (output, target) =>
    output
      .sub(target)
      .square()
      .mul(tensor([2]))
      .sum(1),
};

describe.each(["wasm", "reference"] as const)("on %s, a tensor", (target) => {
  test.each(Object.keys(losses))("%s counts in loss and metric as a number does", async (name) => {
    const [expected, net] = [slope(), slope()];
    // Five examples in batches of two: two programs, and two more for validation.
    const options = { ...byHand, target, batchSize: 2, validation: line };
    const known = await train(expected, line, { ...options, loss: plain });
    const metric = (output: Tensor, t: Tensor): Tensor => losses[name]!(output, t);
    const result = await train(net, line, { ...options, loss: losses[name]!, metrics: [metric] });
    expect([result.hash, result.loss, result.metric]).toEqual([known.hash, known.loss, known.loss]);
    expect(await evaluate(net, line, { loss: losses[name]!, target })).toEqual({ loss: known.loss });
  });

  test("in a layer and in an optimizer", async () => {
    const twice = layer({ name: "twice", shape: (input) => input, apply: (x) => x.mul(weights) as Tensor });
    const half = tensor([[0.5]]);
    const halving: Optimizer = {
      name: "halving",
      options: {},
      state: () => [],
      scalars: () => ({}),
      update: ({ parameter }) => ({ parameter: parameter.mul(half), state: {} }),
      print: () => "halving",
    };
    const net = network([1], dense(1, { bias: false, initializer: constant(8) }), twice) as Network<[1], [1]>;
    const result = await train(net, line.take(1), { ...byHand, target, optimizer: halving, steps: 2 });
    expect(await weightOf(net)).toBe(2);
    expect(result.history.map(({ training }) => training.loss)).toEqual([14 ** 2, 6 ** 2]);
  });

  test("does not disturb the search for what was not finite", async () => {
    const data = fromArrays({ inputs: [[1]], targets: [[0]], inputShape: [1] });
    const huge = tensor([1e38]);
    const options = { loss: (y: Tensor) => y.mul(huge).square().sum(1), optimizer: sgd(), target };
    const net = network([1], dense(1, { initializer: constant(3) }));
    await expect(train(net, data, options)).rejects.toThrow("the loss loss is not finite at step 1 (epoch 1)");
  });
});

test("that only another run's program computes is refused", async () => {
  const seen: Tensor[] = [];
  const watching = (output: Tensor, target: Tensor): Tensor => {
    seen.push(output);
    return plain(output, target);
  };
  await train(slope(), line, { ...byHand, loss: watching });
  const loss = (output: Tensor): Tensor => output.mul(seen[0]!).sum(1);
  await expect(train(slope(), line, { ...byHand, loss })).rejects.toThrow(
    "train: the tensor belongs to a function that grad or compile records, and has no values of its own.",
  );
  await expect(evaluate(slope().initialize(), line, { loss })).rejects.toThrow("evaluate: the tensor belongs to");
});

test("of the network's own parameters is refused: it would be a constant", async () => {
  const net = slope().initialize();
  const loss = (output: Tensor, target: Tensor): Tensor => {
    const penalty = net.parameters.get("0.weight")!.square().sum();
    return plain(output, target).add(penalty) as Tensor;
  };
  await expect(train(net, line, { ...byHand, loss })).rejects.toThrow(
    "train: the loss, a metric or a layer uses net.parameters (0.weight), which are constants there",
  );
});

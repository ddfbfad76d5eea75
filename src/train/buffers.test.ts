/**
 * Proves buffers: what layers keep beside their parameters follows every step, belongs to the state that is hashed and saved, and is a
 * constant wherever nobody trains.
 */

import { describe, expect, test } from "vitest";
import { reader } from "../base/call.ts";
import { meanSquaredError } from "../loss/mean-squared-error.ts";
import { constant, zeros } from "../network/initializers.ts";
import { type Layer, layer } from "../network/layer.ts";
import { dense } from "../network/layers/dense.ts";
import { decodeModel, encodeModel } from "../network/model.ts";
import { type Network, network } from "../network/network.ts";
import { sgd } from "../optimizer/sgd.ts";
import { ones, tensor } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { evaluate } from "./evaluate.ts";
import { byHand, line } from "./testing.ts";
import { train } from "./train.ts";

/** Keeps the sum of all inputs of training, and adds it outside of training. */
const memory = (change: (sum: Tensor) => Tensor = (sum) => sum): Layer =>
  layer({
    name: "memory",
    shape: (input) => input,
    buffers: (input) => [{ name: "sum", shape: input, initializer: zeros() }],
    apply: (x, { sum }, { training, update }) => {
      if (!training) return x.add(sum!) as Tensor;
      update("sum", change(sum!.add(x.sum(0)) as Tensor));
      return x;
    },
  });

const remembering = (own: Layer = memory()): Network =>
  network([1], own, dense(1, { bias: false, initializer: constant(1) }));
const sumOf = async (net: Network): Promise<unknown> => net.state.get("0.sum")!.array();
const still = { ...byHand, optimizer: sgd({ learningRate: 0 }) };

describe("a buffer", () => {
  test("has its place in state order, a first value, and no part in the count of parameters", async () => {
    const net = network([2], dense(3), memory(), dense(1, { bias: false })).initialize();
    expect([...net.state.keys()]).toEqual(["0.weight", "0.bias", "1.sum", "2.weight"]);
    expect([...net.parameters.keys()]).toEqual(["0.weight", "0.bias", "2.weight"]);
    expect(net.parameterCount).toBe(12);
    expect(await net.state.get("1.sum")!.array()).toEqual([0, 0, 0]);
    expect(net.summary()).toMatch(/^1 {2}memory +\[3\] +0 {2}sum \[3\]$/m);
  });

  test.each(["wasm", "reference"] as const)(
    "follows every step of training on %s, and nothing else",
    async (target) => {
      const net = remembering();
      // 1 + 2 + 3 − 1 + 0.5 in each epoch, in batches of two with a rest.
      const result = await train(net, line, { ...still, target, batchSize: 2, epochs: 2, validation: line });
      expect(await sumOf(net)).toEqual([11]);
      const loss = [1, 2, 3, -1, 0.5].reduce((sum, x) => sum + (x + 11 - 2 * x) ** 2, 0) / 5;
      expect(result.loss).toBeCloseTo(loss, 4);
      expect(await evaluate(net, line, { loss: meanSquaredError(), target })).toEqual({ loss: result.loss });
      expect(await net.predict([1])).toEqual([12]);
      await train(net, line, { ...still, target, epochs: 1, batchSize: 5 });
      expect(await sumOf(net)).toEqual([16.5]);
    },
  );

  test("is part of the hash, on every target the same", async () => {
    const hashes = [];
    for (const target of ["wasm", "reference"] as const) {
      for (const factor of [1, 1, 2]) {
        const net = remembering(memory((sum) => sum.mul(factor)));
        hashes.push((await train(net, line, { ...still, target, batchSize: 2, epochs: 3 })).hash);
      }
    }
    const [once, again, other] = hashes;
    expect(hashes).toEqual([once, once, other, once, once, other]);
    expect([again, other === once]).toEqual([once, false]);
  });

  test("that no layer updates keeps its value", async () => {
    const idle = layer({
      name: "idle",
      shape: (input) => input,
      buffers: (input) => [{ name: "sum", shape: input, initializer: constant(3) }],
      apply: (x, { sum }) => x.add(sum!) as Tensor,
    });
    const net = remembering(idle);
    await train(net, line, { ...byHand, epochs: 2 });
    expect(await sumOf(net)).toEqual([3]);
  });

  test("comes back from a saved model, and must be in it", async () => {
    const net = remembering();
    await train(net, line, { ...still, epochs: 1 });
    const bytes = await encodeModel(net);
    const layers = [reader({ name: "memory", needs: {}, takes: {}, make: () => memory() })];
    const again = decodeModel(bytes, "m", { layers });
    expect(await sumOf(again)).toEqual(await sumOf(net));
    const forgotten = network([1], dense(1)).initialize();
    const text = new TextDecoder("latin1").decode(await encodeModel(forgotten)).replace("dense(1)", "memory  ");
    const damaged = Uint8Array.from(text, (character) => character.charCodeAt(0));
    expect(() => decodeModel(damaged, "m", { layers })).toThrow("there is no parameter 0.weight in memory");
  });

  test("stays as it is where other parameters come without it", async () => {
    const net = remembering().setParameters(
      new Map([
        ["0.sum", tensor([7])],
        ["1.weight", tensor([[2]])],
      ] as never),
    );
    expect(await net.predict([1])).toEqual([16]);
    net.setParameters(remembering().initialize().parameters);
    expect(await net.predict([1])).toEqual([8]);
    net.setParameters(remembering().initialize().state);
    expect(await net.predict([1])).toEqual([1]);
    const wide = new Map([["1.weight", tensor([[2]], { dtype: "float64" }) as Tensor]]);
    expect([net.setParameters(wide).dtype, await net.predict([1])]).toEqual(["float64", [2]]);
    expect(() => net.setParameters(new Map([...wide, ["0.sum", ones([2])]]))).toThrow(
      "network: buffer 0.sum must be [1]; got [2]. Take the parameters of a network with the same layers.",
    );
    expect(() => net.apply(net.parameters, ones([1, 1]), { training: false, random: null })).toThrow(
      "network: buffer 0.sum [1] is missing.",
    );
  });
});

describe("a step that is stopped", () => {
  test("leaves buffers as they were before it, and says which of them would not be finite", async () => {
    // 1.5e38 after the first step, beyond float32 after the second.
    const net = remembering(memory((sum) => sum.add(1e38).mul(1.5) as Tensor));
    await expect(train(net, line, { ...still, epochs: 4, batchSize: 5 })).rejects.toThrow(
      "train: the next value of the buffer 0.sum is not finite at step 2 (epoch 2)",
    );
    const [sum] = (await sumOf(net)) as [number];
    expect(sum / 1.5e38).toBeCloseTo(1, 6);
  });
});

describe("updates that are refused", () => {
  const pass = (apply: NonNullable<Parameters<typeof layer>[0]["apply"]>, training = true) => {
    const buffers = (input: readonly number[]) => [{ name: "sum", shape: input, initializer: zeros() }];
    const own = layer({ name: "own", shape: (input) => input, buffers, apply });
    const net = network([2], own).initialize();
    return () => net.apply(net.state, ones([3, 2]), { training, random: null });
  };
  test.each<[string, ReturnType<typeof pass>]>([
    [
      'own at layer 0: buffers change in training only; it updates "sum" in another pass. Ask context.training first.',
      pass((x, _, { update }) => {
        update("sum", x.sum(0));
        return x;
      }, false),
    ],
    [
      'own at layer 0: updates "mean", which is no buffer of it; there are sum. Declare it.',
      pass((x, _, { update }) => {
        update("mean", x.sum(0));
        return x;
      }),
    ],
    [
      'own at layer 0: the buffer "sum" must stay [2] float32; the update is [3] float32. Reshape or cast it.',
      pass((x, _, { update }) => {
        update("sum", x.sum(1));
        return x;
      }),
    ],
  ])("%s", (sentence, run) => {
    expect(run).toThrow(sentence.replaceAll('"', ""));
  });

  test("where a parameter is meant", () => {
    const own = layer({
      name: "own",
      shape: (input) => input,
      parameters: (input) => [{ name: "weight", shape: input, kind: "weight", initializer: zeros() }],
      apply: (x, { weight }, { update }) => {
        update("weight", weight!);
        return x;
      },
    });
    const net = network([2], own).initialize();
    expect(() => net.apply(net.state, ones([3, 2]), { training: true, random: null })).toThrow(
      "own at layer 0: updates weight, which is no buffer of it; it has none. Declare it.",
    );
  });
});

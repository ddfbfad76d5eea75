/** Proves that what is no network is refused in one sentence, also where no type checker has looked, and that absurd sizes allocate nothing. */

import { expect, test } from "vitest";
import { zeros } from "./initializers.ts";
import { batchNorm } from "./layers/batch-norm.ts";
import { dense } from "./layers/dense.ts";
import { residual } from "./layers/residual.ts";
import { Network, network } from "./network.ts";

const make = network as unknown as (shape: unknown, ...layers: unknown[]) => Network;

test.each([
  [["16,16"], 'network: the input shape needs positive integers; got "16,16". Leave the batch axis out: [16, 16].'],
  [
    [[2], [dense(3)]],
    "network: layer 0 must be a layer; got a list. Write the layers one after the other, or spread the list: network(shape, ...layers).",
  ],
  [[[2], dense], "network: layer 0 must be a layer; got a function. Call it: dense(10), relu()."],
  [
    [[2], dense(3), "relu"],
    "network: layer 1 must be a layer; got a text. Read layer strings with Network.from(shape, text).",
  ],
  [[[2], null], "network: layer 0 must be a layer; got null. Take dense(10), or make your own with layer({ … })."],
  [
    [[2], dense(3, { initializer: "heNormal" as never })],
    'dense at layer 0: the first values of 0.weight must come from an initializer; got "heNormal". Write heNormal() from gradus/initializers, for example.',
  ],
  [
    [[2], residual(dense(2), batchNorm({ initializer: zeros as never }))],
    "batchNorm at layer 0.body.1: the first values of 0.body.1.weight must come from an initializer; got a function.",
  ],
  [[[1e9, 1e9, 1e9]], "network: [1000000000, 1000000000, 1000000000] has more elements than can be counted exactly."],
] as const)("network(%j)", (args, sentence) => {
  expect(() => make(...(args as unknown as [unknown, ...unknown[]]))).toThrow(sentence);
});

test("more parameters than any memory holds", () => {
  const net = new Network([1000], [dense(2 ** 52)]);
  expect(() => net.initialize()).toThrow(
    /^network: a network can have 2147483648 parameters; this one has \d+\. Take smaller layers\.$/,
  );
  expect(net.initialized).toBe(false);
});

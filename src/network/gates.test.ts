/** Proves that what is no network is refused in one sentence, also where no type checker has looked, and that absurd sizes allocate nothing. */

import { expect, test } from "vitest";
import { zeros } from "./initializers.ts";
import { batchNorm } from "./layers/batch-norm.ts";
import { conv2d } from "./layers/conv.ts";
import { convTranspose2d } from "./layers/conv-transpose.ts";
import { dense } from "./layers/dense.ts";
import { depthwiseConv2d, separableConv2d } from "./layers/depthwise-conv.ts";
import { groupNorm } from "./layers/group-norm.ts";
import { layerNorm } from "./layers/layer-norm.ts";
import { maxPool2d } from "./layers/pool.ts";
import { residual } from "./layers/residual.ts";
import { upsample2d } from "./layers/upsample.ts";
import { cifarResnet } from "./models/cifar-resnet.ts";
import { resnet18 } from "./models/resnet.ts";
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

test.each([
  [() => conv2d(4, 3, { strides: 2, padding: 1 } as never), 'conv2d: has no option "strides". Did you mean stride?'],
  [
    () => convTranspose2d(4, 3, { strides: 2 } as never),
    'convTranspose2d: has no option "strides". Did you mean stride?',
  ],
  [() => depthwiseConv2d(3, { groups: 2 } as never), 'depthwiseConv2d: has no option "groups". There are multiplier, '],
  [() => separableConv2d(4, 3, { multiplyer: 2 } as never), "Did you mean multiplier?"],
  [() => maxPool2d(2, { countPadding: true } as never), 'has no option "countPadding". There are stride, padding.'],
  [() => batchNorm({ momentun: 0.9 } as never), 'batchNorm: has no option "momentun". Did you mean momentum?'],
  [() => batchNorm(0.9 as never), "batchNorm: options stand in a record; got 0.9."],
  [() => layerNorm({ axis: 1 } as never), 'layerNorm: has no option "axis". Did you mean axes?'],
  [() => groupNorm(2, { afine: true } as never), "Did you mean affine?"],
  [() => dense(3, { useBias: false } as never), 'dense: has no option "useBias". There are bias, initializer.'],
  [() => upsample2d(2, "bilinear" as never), 'upsample2d: options stand in a record; got "bilinear".'],
  [() => resnet18({ numClasses: 10, input: [32, 32, 3] } as never), 'resnet: has no option "numClasses".'],
  [() => cifarResnet(20, { class: 5 } as never), 'cifarResnet: has no option "class". There are classes, '],
])("an option that is none, %#", (make, sentence) => {
  expect(make).toThrow(sentence);
});

test("more parameters than any memory holds", () => {
  const net = new Network([1000], [dense(2 ** 52)]);
  expect(() => net.initialize()).toThrow(
    /^network: a network can have 2147483648 parameters; this one has \d+\. Take smaller layers\.$/,
  );
  expect(net.initialized).toBe(false);
});

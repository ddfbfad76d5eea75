/**
 * The networks of the bench that have a name of their own: a small convolutional network, and residual ones with 20 and 152 layers. Their
 * twins in PyTorch are in bench/peers.
 */

import { cifarResnet } from "../network/models/cifar-resnet.ts";
import { resnet152 } from "../network/models/resnet.ts";
import { Network } from "../network/network.ts";

const cnn28 =
  "conv2d(32, 3, padding=1) relu maxPool2d(2) conv2d(64, 3, padding=1) relu maxPool2d(2) flatten dense(128) relu dense(10)";

export const networks: ReadonlyMap<string, () => Network> = new Map<string, () => Network>([
  ["cnn28", () => Network.from([28, 28, 1], cnn28)],
  ["resnet20", () => cifarResnet(20)],
  ["resnet152-6n2", () => cifarResnet(152)],
  ["resnet152-64px", () => resnet152({ input: [64, 64, 3] }) as Network],
]);

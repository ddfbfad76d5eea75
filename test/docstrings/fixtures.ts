/**
 * What examples in docstrings may use without making it: a network that has learned a little, data, tensors, bytes of files. Each is
 * made anew for every example. An example's working folder holds `digits.safetensors` and `data/mnist`.
 */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  adam,
  crossEntropy,
  decodeModel,
  dense,
  encodeModel,
  flatten,
  type Network,
  network,
  type Run,
  relu,
  type Tensor,
  type TrainOptions,
  tensor,
  train,
} from "gradus";
import { type Dataset, fromArrays, ink, type Split } from "gradus/data";
import { images, labels, pgm, writeTinyMnist } from "../tiny-data.ts";

const digits = await ink({ train: 1000, test: 20 });
const options = { loss: crossEntropy(), optimizer: adam({ learningRate: 0.005 }), epochs: 8, seed: 1 };
const untrained = () => network([16, 16], flatten(), dense(64), relu(), dense(10));
const model = await (async () => {
  const net = untrained();
  await train(net, digits.train, options);
  return encodeModel(net);
})();

export interface Fixtures {
  readonly net: Network<[16, 16], [10]>;
  readonly digits: Split<[16, 16]>;
  readonly data: Dataset<[16, 16]>;
  /** On the line y = 2 x + 1. */
  readonly points: Dataset<[1]>;
  readonly options: TrainOptions;
  readonly run: Run;
  readonly weights: Tensor<[2, 1], "float32">;
  readonly bias: Tensor<[1], "float32">;
  readonly x: Tensor<[3, 2], "float32">;
  readonly y: Tensor<[3, 1], "float32">;
  readonly loss: (weights: Tensor, x: Tensor, y: Tensor) => Tensor;
  /** A picture as PGM. */
  readonly bytes: Uint8Array;
  /** IDX files of three pictures and their labels. */
  readonly imageBytes: Uint8Array;
  readonly labelBytes: Uint8Array;
}

const makers: { readonly [Name in keyof Fixtures]: () => Fixtures[Name] } = {
  net: () => decodeModel(model) as Network as Fixtures["net"],
  digits: () => digits,
  data: () => digits.train,
  points: () => fromArrays({ inputs: [[-1], [0], [1], [2]], targets: [[-1], [1], [3], [5]], inputShape: [1] }),
  options: () => options,
  run: () => train(untrained(), digits.train, options),
  weights: () => tensor([[1], [2]]),
  bias: () => tensor([0.5]),
  x: () => tensor([1, -2, 3, 0, -1, 1], { shape: [3, 2] }),
  y: () => tensor([[0], [1], [2]]),
  loss: () => (weights, x, y) => x.matmul(weights).sub(y).square().mean(),
  bytes: () => pgm(16, 16, digits.test.input(0).data),
  imageBytes: () => images(3),
  labelBytes: () => labels(3),
};

export const fixtureNames: readonly string[] = Object.keys(makers);

export function makeFixtures(names: readonly string[]): Fixtures {
  return Object.fromEntries(names.map((name) => [name, makers[name as keyof Fixtures]()])) as unknown as Fixtures;
}

/** Writes the files that examples read. */
export function fillFolder(folder: string): void {
  writeFileSync(join(folder, "digits.safetensors"), model);
  writeTinyMnist(join(folder, "data"));
}

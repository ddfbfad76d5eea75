/**
 * Small whole trainings, one for every optimizer and loss, and their hashes: what must be equal wherever the numerics mode is. Runs in
 * Node and in a page; needs nothing but the package.
 */

import {
  crossEntropy,
  dense,
  dropout,
  meanSquaredError,
  network,
  normal,
  parseOptimizer,
  relu,
  sigmoid,
  tanh,
  train,
} from "gradus";
import { fromArrays } from "gradus/data";

const optimizers = [
  "sgd(0.1)",
  "sgd(0.1, momentum=0.9)",
  "sgd(0.05, momentum=0.9, nesterov=true, weightDecay=0.01)",
  "adam(0.01)",
  "adam(0.01, weightDecay=0.1)",
  "adamw(0.01)",
];
const losses = { crossEntropy, meanSquaredError };

/** 100 examples, so that batches of 16 leave a rest of 4. */
async function examples() {
  const inputs = await normal([100, 16], { seed: 1 }).data();
  const targets = Int32Array.from({ length: 100 }, (_, i) => (7 * i + (i >> 3)) % 10);
  return fromArrays({ inputs, targets, inputShape: [16] });
}

/** The hash of a training whose layers threads share. */
async function large(data, target, numerics) {
  const net = network([16], dense(400), tanh(), dense(300), relu(), dense(10));
  const rule = parseOptimizer("adam(0.003)");
  const options = { loss: crossEntropy(), optimizer: rule, batchSize: 50, steps: 40, seed: 3, target, numerics };
  return (await train(net, data, options)).hash;
}

/** `{ "adam(0.01) crossEntropy": hash, … }`. */
export async function hashes(target, numerics) {
  const data = await examples();
  const found = { large: await large(data, target, numerics) };
  for (const optimizer of optimizers) {
    for (const [name, loss] of Object.entries(losses)) {
      for (const reduction of ["mean", "sum"]) {
        const net = network([16], dense(32), tanh(), dropout(0.25), dense(24), relu(), dense(12), sigmoid(), dense(10));
        const rule = parseOptimizer(optimizer, reduction === "sum" ? 0.002 : undefined);
        const options = {
          loss: loss({ reduction }),
          optimizer: rule,
          batchSize: 16,
          steps: 50,
          seed: 3,
          target,
          numerics,
        };
        found[`${optimizer} ${name} ${reduction}`] = (await train(net, data, options)).hash;
      }
    }
  }
  return found;
}

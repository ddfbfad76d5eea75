/** TensorFlow.js on its WebAssembly backend: one thread in Node. A step gathers its batch and minimizes, as its users write it. */

import * as tf from "@tensorflow/tfjs";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { fileURLToPath } from "node:url";

export const title = "tfjs-wasm";

export async function open() {
  setWasmPaths(fileURLToPath(new URL("node_modules/@tensorflow/tfjs-backend-wasm/wasm-out/", import.meta.url)));
  await tf.setBackend("wasm");
  await tf.ready();
  return { version: tf.version.tfjs };
}

/** `take(steps)` goes on for that many steps and gives the milliseconds of one. */
export async function prepare(workload, data) {
  const held = [];
  const hold = (value) => {
    held.push(value);
    return value;
  };
  if (workload.kind === "network") throw new Error("its wasm has no gradients of convolutions");
  const step = workload.kind === "mlp" ? training(workload, data, hold) : expression(workload, hold);
  return {
    take: async (steps) => {
      const begun = performance.now();
      for (let i = 0; i < steps; i++) step();
      return { milliseconds: (performance.now() - begun) / steps, note: "threads: 1" };
    },
    release: () => {
      for (const value of held) value.dispose();
    },
  };
}

function expression({ kind, size, length }, hold) {
  if (kind === "matmul") {
    const [a, b] = [0, 1].map(() => hold(tf.randomUniform([size, size], -1, 1)));
    return () => tf.matMul(a, b).dispose();
  }
  const [a, b, c, d] = [0, 1, 2, 3].map(() => hold(tf.randomUniform([length], -1, 1)));
  if (kind === "sum") return () => tf.sum(a).dispose();
  return () => tf.tidy(() => void tf.mul(tf.relu(tf.add(tf.mul(a, b), c)), d));
}

function training({ sizes, batch, optimizer }, { inputs, targets }, hold) {
  const examples = targets.length;
  const x = hold(tf.tensor2d(inputs, [examples, sizes[0]]));
  const y = hold(tf.oneHot(tf.tensor1d(targets, "int32"), sizes.at(-1)).toFloat());
  const layers = sizes.slice(1).map((units, i) => {
    const limit = Math.sqrt(6 / (sizes[i] + units));
    const weight = hold(tf.variable(tf.randomUniform([sizes[i], units], -limit, limit)));
    return { weight, bias: hold(tf.variable(tf.zeros([units]))) };
  });
  const rule = hold(optimizer === "adam" ? tf.train.adam(0.001) : tf.train.sgd(0.1));
  const loss = (batchX, batchY) => {
    const output = layers.reduce((value, { weight, bias }, i) => {
      const z = tf.add(tf.matMul(value, weight), bias);
      return i === layers.length - 1 ? z : tf.relu(z);
    }, batchX);
    return tf.losses.softmaxCrossEntropy(batchY, output);
  };
  let position = examples;
  let order = null;
  return () => {
    if (position + batch > examples) [order, position] = [tf.util.createShuffledIndices(examples), 0];
    tf.tidy(() => {
      const which = tf.tensor1d(Int32Array.from(order.subarray(position, position + batch)), "int32");
      const [batchX, batchY] = [tf.gather(x, which), tf.gather(y, which)];
      rule.minimize(() => loss(batchX, batchY));
    });
    position += batch;
  };
}

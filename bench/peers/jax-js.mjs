/** jax-js on WebAssembly: one jitted function per step, the batch gathered in JavaScript as its users do. It chooses its own threads. */

import { readFileSync } from "node:fs";

import { blockUntilReady, defaultDevice, init, jit, nn, numpy as np, tree, valueAndGrad } from "@jax-js/jax";

export const title = "jax-js";

export async function open() {
  await init("wasm");
  defaultDevice("wasm");
  const file = new URL("node_modules/@jax-js/jax/package.json", import.meta.url);
  return { version: JSON.parse(readFileSync(file, "utf8")).version };
}

/** `take(steps)` goes on for that many steps and gives the milliseconds of one. */
export async function prepare(workload, data) {
  if (workload.kind === "network") throw new Error("only fully connected networks are written for it here");
  return workload.kind === "mlp" ? training(workload, data) : expression(workload);
}

function expression({ kind, size, length }) {
  const shape = kind === "matmul" ? [size, size] : [length];
  const count = { matmul: 2, elementwise: 4, sum: 1 }[kind];
  const operands = Array.from({ length: count }, () => {
    const values = Float32Array.from({ length: shape.reduce((n, d) => n * d, 1) }, () => 2 * Math.random() - 1);
    return np.array(values).reshape(shape);
  });
  const compute = {
    matmul: (a, b) => np.matmul(a, b),
    elementwise: (a, b, c, d) => nn.relu(a.mul(b).add(c)).mul(d),
    sum: (a) => a.sum(),
  };
  const f = jit(compute[kind]);
  return {
    take: async (steps) => {
      const begun = performance.now();
      for (let i = 0; i < steps; i++) {
        const result = f(...operands.map((operand) => operand.ref));
        await blockUntilReady(result);
        result.dispose();
      }
      return { milliseconds: (performance.now() - begun) / steps, note: "wasm" };
    },
    release: () => {
      for (const operand of operands) operand.dispose();
    },
  };
}

function training({ sizes, batch, optimizer }, { inputs, targets }) {
  const step = optimizer === "adam" ? adamStep() : sgdStep();
  let state = startOf(sizes, optimizer);
  const examples = targets.length;
  let position = 0;
  let count = 0;
  const next = () => {
    const x = new Float32Array(batch * sizes[0]);
    const y = new Float32Array(batch * sizes.at(-1));
    for (let i = 0; i < batch; i++, position = (position + 1) % examples) {
      x.set(inputs.subarray(position * sizes[0], (position + 1) * sizes[0]), i * sizes[0]);
      y[i * sizes.at(-1) + targets[position]] = 1;
    }
    return [np.array(x).reshape([batch, sizes[0]]), np.array(y).reshape([batch, sizes.at(-1)])];
  };
  return {
    take: async (steps) => {
      const begun = performance.now();
      for (let i = 0; i < steps; i++) {
        count++;
        const rate = (0.001 * Math.sqrt(1 - 0.999 ** count)) / (1 - 0.9 ** count);
        state = step(state, np.array(optimizer === "adam" ? rate : 0.1), ...next());
        await blockUntilReady(state);
      }
      return { milliseconds: (performance.now() - begun) / steps, note: "wasm" };
    },
    release: () => tree.dispose(state),
  };
}

function startOf(sizes, optimizer) {
  const parameters = sizes.slice(1).map((units, i) => {
    const limit = Math.sqrt(6 / (sizes[i] + units));
    const weights = Float32Array.from({ length: sizes[i] * units }, () => (2 * Math.random() - 1) * limit);
    return { weight: np.array(weights).reshape([sizes[i], units]), bias: np.zeros([units]) };
  });
  const zeros = () => sizes.slice(1).map((n, i) => ({ weight: np.zeros([sizes[i], n]), bias: np.zeros([n]) }));
  return optimizer === "adam" ? { parameters, mean: zeros(), square: zeros() } : { parameters };
}

function loss(parameters, x, y) {
  const output = parameters.reduce((value, { weight, bias }, i) => {
    const z = np.matmul(value, weight).add(bias);
    return i === parameters.length - 1 ? z : nn.relu(z);
  }, x);
  return nn.logSoftmax(output).mul(y).sum(1).mean().neg();
}

function gradientOf(parameters, x, y) {
  const [value, gradient] = valueAndGrad(loss)(tree.ref(parameters), x, y);
  value.dispose();
  return gradient;
}

function sgdStep() {
  return jit(function sgd({ parameters }, rate, x, y) {
    const gradient = gradientOf(parameters, x, y);
    const next = tree.map((w, g) => w.sub(g.mul(rate.ref)), parameters, gradient);
    rate.dispose();
    return { parameters: next };
  });
}

function adamStep() {
  return jit(function adam({ parameters, mean, square }, rate, x, y) {
    const gradient = gradientOf(parameters, x, y);
    const m = tree.map((a, g) => a.mul(0.9).add(g.ref.mul(0.1)), mean, gradient);
    const v = tree.map((a, g) => a.mul(0.999).add(np.square(g).mul(0.001)), square, gradient);
    const next = tree.map(
      (w, a, b) => w.sub(a.mul(rate.ref).div(np.sqrt(b).add(1e-8))),
      parameters,
      tree.ref(m),
      tree.ref(v),
    );
    rate.dispose();
    return { parameters: next, mean: m, square: v };
  });
}

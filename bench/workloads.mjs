/** What is measured: fully connected networks, as `mlp-<sizes>-b<batch>-<optimizer>` names them. */

export const names = ["mlp-256-128-10-b32-sgd", "mlp-256-128-10-b32-adam", "mlp-784-500-500-10-b100-adam"];

/** The sizes, batch and optimizer in a name. */
export function parse(name) {
  const match = /^mlp-([\d-]+)-b(\d+)-(sgd|adam)$/.exec(name);
  if (!match) throw new Error(`bench: a workload is named like ${names[0]}; got ${name}.`);
  return { name, sizes: match[1].split("-").map(Number), batch: Number(match[2]), optimizer: match[3] };
}

/** Floating-point operations of one training step's matrix products: forward, and both gradients but the first layer's input's. */
export function operations({ sizes, batch }) {
  let sum = 0;
  for (let i = 1; i < sizes.length; i++) sum += 2 * batch * sizes[i - 1] * sizes[i] * (i === 1 ? 2 : 3);
  return sum;
}

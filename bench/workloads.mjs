/**
 * What is measured: products of matrices, passes over 16 MiB, and steps of fully connected networks as `mlp-<sizes>-b<batch>-<optimizer>`
 * names them. The names are those of `gradus bench`; here they are plain data, for contestants in any language.
 */

import { standardNames, workloadOf } from "../dist/bench/catalog.js";

export const names = standardNames;

/** Those of them that a first look is not too short for. */
export const quickNames = names.filter((name) => !name.includes("2048"));

/** What a name says; the kinds are matmul, elementwise, sum and mlp. */
export function parse(name) {
  workloadOf(name); // refuses what is none
  const [kind] = name.split("-");
  if (kind === "matmul") return { name, kind, size: Number(name.split("-")[1]) };
  if (kind !== "mlp") return { name, kind, length: 2 ** 22 };
  const [, sizes, batch, optimizer] = /^mlp-([\d-]+)-b(\d+)-(sgd|adam)$/.exec(name);
  return { name, kind, sizes: sizes.split("-").map(Number), batch: Number(batch), optimizer };
}

/** Floating-point operations: of a training step its matrix products, forward and both gradients but the first layer's input's. */
export function operations({ kind, size, length, sizes, batch }) {
  if (kind === "matmul") return 2 * size ** 3;
  if (kind === "elementwise") return 4 * length;
  if (kind === "sum") return length;
  let sum = 0;
  for (let i = 1; i < sizes.length; i++) sum += 2 * batch * sizes[i - 1] * sizes[i] * (i === 1 ? 2 : 3);
  return sum;
}

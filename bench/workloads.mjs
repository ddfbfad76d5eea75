/**
 * What is measured: products of matrices, passes over 16 MiB, and steps of networks. The names are those of `gradus bench`; here they are
 * plain data, for contestants in any language.
 */

import { standardNames, trainingOf, workloadOf } from "../dist/bench/catalog.js";

export const names = standardNames;

/** Those of them that a first look is not too short for. */
export const quickNames = names.filter((name) => !/2048|resnet/.test(name));

/** What a name says; the kinds are matmul, elementwise, sum, mlp and network. */
export function parse(name) {
  const spec = trainingOf(name);
  if (spec) {
    const { batch, optimizer } = spec;
    const title = name.replace(/-b\d+-\w+$/, "");
    if (!title.startsWith("mlp-")) return { name, kind: "network", network: title, batch, optimizer };
    return { name, kind: "mlp", sizes: title.split("-").slice(1).map(Number), batch, optimizer };
  }
  workloadOf(name); // refuses what is none
  const [kind, size] = name.split("-");
  return kind === "matmul" ? { name, kind, size: Number(size) } : { name, kind, length: 2 ** 22 };
}

/** Floating-point operations: of a training step its products and convolutions, forward and both gradients but the first layer's input's. */
export function operations({ name, kind, size, length }) {
  if (kind === "matmul") return 2 * size ** 3;
  if (kind === "elementwise") return 4 * length;
  if (kind === "sum") return length;
  const { network, batch } = trainingOf(name);
  const layers = flat(network().layers).filter(({ parameters }) => parameters.some(({ kind }) => kind === "weight"));
  const product = (shape) => shape.reduce((all, n) => all * n, 1);
  return layers.reduce((sum, { parameters, outputShape }, i) => {
    const weights = product(parameters.find(({ kind }) => kind === "weight").shape);
    return sum + 2 * batch * weights * product(outputShape.slice(0, -1)) * (i === 0 ? 2 : 3);
  }, 0);
}

/** The layers, and those inside of them. */
function flat(layers) {
  return layers.flatMap((layer) => (layer.parts.length > 0 ? flat(layer.parts) : [layer]));
}

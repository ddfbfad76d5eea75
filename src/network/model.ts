/**
 * A network as one `.safetensors` file: parameters under their names, everything else needed to use it in the metadata. Any
 * safetensors reader can take the weights; only files with our metadata become networks again. Networks with layers of one's own
 * load with the readers of those layers.
 */

import type { Reader } from "../base/call.ts";
import type { Data } from "../base/dtype.ts";
import { FileError, GradusError } from "../base/errors.ts";
import { decodeSafetensors, encodeSafetensors, type TensorData } from "../files/safetensors.ts";
import { tensor } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Layer } from "./layer.ts";
import { Network, type NetworkDescription } from "./network.ts";
import { parseLayers } from "./strings.ts";
import { version } from "./version.ts";

/**
 * The bytes of a saved model: what `net.save` writes.
 *
 * @throws {TrainingError} the network has no parameters yet
 */
export async function encodeModel(network: Network): Promise<Uint8Array> {
  const tensors = new Map<string, TensorData>();
  for (const [name, parameter] of network.parameters) {
    const { dtype, shape } = parameter;
    tensors.set(name, { dtype, shape, data: (await parameter.data()) as Data });
  }
  const metadata = { format: "gradus", version, network: JSON.stringify(network.describe()) };
  return encodeSafetensors(tensors, metadata);
}

export interface LoadOptions {
  /** Readers for layers of your own, made with `reader`. */
  readonly layers?: readonly Reader<Layer>[];
}

/**
 * The network in the bytes of a saved model.
 *
 * @param file  its name, for messages
 * @throws {FileError} the bytes are no model of Gradus, or damaged
 */
export function decodeModel(bytes: Uint8Array, file = "model", options: LoadOptions = {}): Network {
  const { tensors, metadata } = decodeSafetensors(bytes, file);
  const { layers, inputShape, classes, normalization } = descriptionIn(metadata, file);
  try {
    const network = new Network(inputShape, parseLayers(layers, options.layers));
    const parameters = Array.from(tensors, ([name, { data, shape, dtype }]): [string, Tensor] => [
      name,
      tensor(data, { shape, dtype }),
    ]);
    network.setParameters(new Map(parameters));
    network.classes = classes;
    network.normalization = normalization;
    return network;
  } catch (cause) {
    if (!(cause instanceof GradusError)) throw cause;
    throw new FileError(
      `${file}: the weights and the network "${layers.slice(0, 100)}" do not belong together: ${cause.message}`,
      { operation: "load", file },
      { cause },
    );
  }
}

/** What the metadata says about the network, each part checked: the file may come from anywhere. */
function descriptionIn(metadata: Readonly<Record<string, string>>, file: string): NetworkDescription {
  if (metadata.format !== "gradus") {
    throw new FileError(
      `${file}: a model of Gradus says so in its metadata; this file does not. ` +
        "Build the network in code and take the weights with decodeSafetensors and setParameters.",
      { operation: "load", file, expected: "gradus", actual: metadata.format ?? "no format" },
    );
  }
  const found = parse(metadata.network);
  const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) > 0;
  const valid =
    typeof found?.layers === "string" &&
    Array.isArray(found.inputShape) &&
    found.inputShape.every(isCount) &&
    (found.classes === null || isTexts(found.classes)) &&
    (found.normalization === null || isScale(found.normalization));
  if (valid) return found as unknown as NetworkDescription;
  throw new FileError(
    `${file}: its metadata must describe a network (layers, inputShape, classes, normalization); it does not. ` +
      "The file is damaged; save the model again.",
    { operation: "load", file },
  );
}

function parse(text: string | undefined): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text ?? "");
    return typeof value === "object" ? (value as Record<string, unknown> | null) : null;
  } catch {
    return null;
  }
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((text) => typeof text === "string");
}

function isScale(value: unknown): boolean {
  const { multiply, add } = (value ?? {}) as Record<string, unknown>;
  return Number.isFinite(multiply) && Number.isFinite(add);
}

/**
 * Writes a model; what stands at the place is replaced when the new file is whole.
 *
 * @throws {FileError} the place cannot be written
 */
export async function saveModel(network: Network, path: string): Promise<void> {
  const bytes = await encodeModel(network);
  const { writeFileAtomically } = await import("#file");
  await writeFileAtomically(path, bytes);
}

/**
 * The network in a file that `net.save` wrote (Node, Deno, Bun; elsewhere fetch the bytes and use {@link decodeModel}).
 *
 * @throws {FileError} the file cannot be read, is damaged, or is no model of Gradus
 * @example const net = await load("digits.safetensors");
 */
export async function load(path: string, options: LoadOptions = {}): Promise<Network> {
  const { readFile } = await import("#file");
  return decodeModel(await readFile(path), path, options);
}

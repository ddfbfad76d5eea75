/**
 * A network as one `.safetensors` file: parameters and buffers under their names, everything else needed to use it in the metadata. Any
 * safetensors reader can take the weights; only files with our metadata become networks again. Networks with layers of one's own
 * load with the readers of those layers.
 */

import type { Bytes } from "../base/bytes.ts";
import type { Reader } from "../base/call.ts";
import type { Data } from "../base/dtype.ts";
import { DataError, FileError, GradusError } from "../base/errors.ts";
import { type Shape, showShape, sizeOf } from "../base/shape.ts";
import { show } from "../base/show.ts";
import { decodeSafetensors, encodeSafetensors, type TensorData } from "../files/safetensors.ts";
import { tensor } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { classNamesRule, problemOfClassNames } from "./class-names.ts";
import type { Layer } from "./layer.ts";
import { Network, type NetworkDescription } from "./network.ts";
import { withParts } from "./placed.ts";
import { parseLayers } from "./strings.ts";
import { version } from "./version.ts";

/**
 * The bytes of a saved model: what `net.save` writes.
 *
 * @throws {TrainingError} the network has no parameters yet
 * @throws {DataError}     its class names could not be loaded again
 */
export async function encodeModel(network: Network): Promise<Uint8Array> {
  const problem = network.classes === null ? null : problemOfClasses(network.classes, network.outputShape);
  if (problem !== null) {
    throw new DataError(`save: ${problem}. Correct net.classes, or set it to null.`, {
      operation: "save",
      actual: problem,
      hint: "net.classes = null",
    });
  }
  const tensors = new Map<string, TensorData>();
  for (const [name, values] of network.state) {
    const { dtype, shape } = values;
    tensors.set(name, { dtype, shape, data: (await values.data()) as Data });
  }
  const metadata = { format: "gradus", version, network: JSON.stringify(network.describe()) };
  return encodeSafetensors(tensors, metadata);
}

export interface LoadOptions {
  /** Readers for layers of your own, made with `reader`. */
  readonly layers?: readonly Reader<Layer>[];
}

/** An example or a layer's output of more values is taken for a slip or an attack: 256 MB in float32. */
const mostValues = 2 ** 26;
/** No example has more axes. */
const mostAxes = 16;
/** Some ten thousand layers. */
const longestLayers = 100_000;

/**
 * The network in the bytes of a saved model.
 *
 * @param bytes  the whole file
 * @param file   its name, for messages
 * @throws {FileError} the bytes are no model of Gradus, or damaged
 */
export function decodeModel(bytes: Bytes, file = "model", options: LoadOptions = {}): Network {
  const { tensors, metadata } = decodeSafetensors(bytes, file);
  const { layers, inputShape, classes, normalization } = descriptionIn(metadata, file);
  try {
    const network = new Network(inputShape, parseLayers(layers, options.layers));
    checkSizes(network, tensors, file);
    checkClasses(classes, network.outputShape, file);
    checkFinite(tensors, file);
    const parameters = Array.from(tensors, ([name, { data, shape, dtype }]): [string, Tensor] => [
      name,
      tensor(data, { shape, dtype }),
    ]);
    network.setParameters(new Map(parameters));
    network.classes = classes;
    network.normalization = normalization;
    return network;
  } catch (cause) {
    if (!(cause instanceof GradusError) || cause instanceof FileError) throw cause;
    const unknown = /^layers: unknown layer /.test(cause.message);
    const hint = unknown ? " Layers of your own load with their readers: load(path, { layers: [reader({ … })] })." : "";
    throw new FileError(
      `${file}: the weights and the network "${show(layers, 100)}" do not belong together: ${show(cause.message, 500)}${hint}`,
      { operation: "load", file, ...(unknown ? { hint: "load(path, { layers })" } : {}) },
      { cause },
    );
  }
}

function refuse(file: string, problem: string, hint = "The file is damaged; save the model again."): never {
  throw new FileError(`${file}: ${problem}. ${hint}`, { operation: "load", file, actual: problem, hint });
}

/** A few bytes may describe a network that no memory holds: nothing is allocated for more than the file gives. */
function checkSizes(network: Network, tensors: ReadonlyMap<string, TensorData>, file: string): void {
  const large = withParts(network.layers).find(({ outputShape }) => isTooLarge(outputShape));
  if (large) {
    const { layer, path, outputShape } = large;
    refuse(file, `${sizeRule("a layer's output")}; ${show(layer.title)} at layer ${path} gives ${shown(outputShape)}`);
  }
  const held = Array.from(tensors.values()).reduce((sum, { data }) => sum + data.length, 0);
  const needed = network.stateSpecs.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  if (needed <= held) return;
  refuse(file, `the network "${show(network.toString())}" needs ${needed} values; the file holds ${held}`);
}

function isTooLarge(shape: Shape): boolean {
  return shape.length > mostAxes || !(sizeOf(shape) <= mostValues);
}

function sizeRule(what: string): string {
  return `${what} may have ${mostValues} values and ${mostAxes} axes at most`;
}

function shown(shape: Shape): string {
  return shape.length > mostAxes ? `a shape of ${shape.length} axes` : showShape(shape);
}

function checkClasses(classes: readonly string[] | null, outputShape: Shape, file: string): void {
  const problem = classes === null ? null : problemOfClasses(classes, outputShape);
  if (problem !== null) refuse(file, problem);
}

/** What is wrong with the names of a network's outputs, as the beginning of a sentence. */
function problemOfClasses(classes: readonly string[], outputShape: Shape): string | null {
  const problem = problemOfClassNames(classes);
  if (problem !== null) return `${classNamesRule}; ${problem}`;
  // Other outputs than [classes] are no classes; what the data's were is kept all the same.
  const outputs = outputShape.length === 1 && outputShape[0]! > 1 ? outputShape[0]! : Infinity;
  if (classes.length <= outputs) return null;
  return `there must be no more class names than outputs; there are ${classes.length} for ${outputs}`;
}

function checkFinite(tensors: ReadonlyMap<string, TensorData>, file: string): void {
  for (const [name, { data }] of tensors) {
    const index = data.findIndex((value) => !Number.isFinite(value));
    if (index < 0) continue;
    const hint = "Training went wrong before it was saved, or the file is damaged.";
    refuse(file, `every weight must be finite; ${show(name)} has ${data[index]} at place ${index}`, hint);
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
  const valid =
    typeof found?.layers === "string" &&
    Array.isArray(found.inputShape) &&
    found.inputShape.every(isCount) &&
    (found.classes === null || Array.isArray(found.classes)) &&
    (found.normalization === null || isScale(found.normalization));
  if (!valid) {
    return refuse(
      file,
      "its metadata must describe a network (layers, inputShape, classes, normalization); it does not",
    );
  }
  const description = found as unknown as NetworkDescription;
  const { layers, inputShape } = description;
  if (isTooLarge(inputShape)) refuse(file, `${sizeRule("an example")}; its input shape is ${shown(inputShape)}`);
  if (layers.length > longestLayers) {
    refuse(file, `its layers must be described in ${longestLayers} characters; they take ${layers.length}`);
  }
  return description;
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

function parse(text: string | undefined): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text ?? "");
    return typeof value === "object" ? (value as Record<string, unknown> | null) : null;
  } catch {
    return null;
  }
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

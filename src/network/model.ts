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
import type { Stateful } from "./stateful.ts";
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
  return encodeState(network, { network: JSON.stringify(network.describe()) });
}

/** Parameters and buffers as they are saved, and what is said beside them. */
async function encodeState(network: Stateful, description: Readonly<Record<string, string>>): Promise<Uint8Array> {
  const tensors = new Map<string, TensorData>();
  for (const [name, values] of network.state) {
    const { dtype, shape } = values;
    tensors.set(name, { dtype, shape, data: (await values.data()) as Data });
  }
  return encodeSafetensors(tensors, { format: "gradus", version, ...description });
}

export interface LoadOptions {
  /** Readers for layers of your own, made with `reader`. */
  readonly layers?: readonly Reader<Layer>[];
}

/** For networks that layer strings do not write, and files that other programs wrote. */
export interface LoadIntoOptions<N extends Stateful> {
  /** A network built by code, which takes the values: the file must have those of its names and shapes, and no others. */
  readonly into: N;
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
 * @throws {FileError} the bytes are no model of Gradus, or damaged; with `into`, they do not hold what that network keeps
 */
export function decodeModel(bytes: Bytes, file?: string, options?: LoadOptions): Network;
export function decodeModel<N extends Stateful>(bytes: Bytes, file: string, options: LoadIntoOptions<N>): N;
export function decodeModel(
  bytes: Bytes,
  file = "model",
  options: LoadOptions | LoadIntoOptions<Stateful> = {},
): Stateful {
  const { tensors, metadata } = decodeSafetensors(bytes, file);
  return "into" in options
    ? fill(options.into, tensors, metadata, file)
    : made(tensors, metadata, file, options.layers);
}

type Tensors = ReadonlyMap<string, TensorData>;
type Metadata = Readonly<Record<string, string>>;

/** The network that the metadata describes. */
function made(tensors: Tensors, metadata: Metadata, file: string, own?: readonly Reader<Layer>[]): Network {
  const { layers, inputShape, classes, normalization } = descriptionIn(metadata, file);
  try {
    const network = new Network(inputShape, parseLayers(layers, own));
    checkSizes(network, tensors, file);
    checkClasses(classes, network.outputShape, file);
    checkFinite(tensors, file);
    network.setParameters(asTensors(tensors));
    network.classes = classes;
    network.normalization = normalization;
    return network;
  } catch (cause) {
    if (!(cause instanceof GradusError) || cause instanceof FileError) throw cause;
    const unknown = /^layers: unknown layer /.test(cause.message);
    const hint = unknown
      ? " Layers of your own load with their readers: load(path, { layers: [reader({ … })] }); a network that code builds takes the values: load(path, { into: net })."
      : "";
    throw new FileError(
      `${file}: the weights and the network "${show(layers, 100)}" do not belong together: ${show(cause.message, 500)}${hint}`,
      { operation: "load", file, ...(unknown ? { hint: "load(path, { layers })" } : {}) },
      { cause },
    );
  }
}

function asTensors(tensors: Tensors): Map<string, Tensor> {
  return new Map(Array.from(tensors, ([name, { data, shape, dtype }]) => [name, tensor(data, { shape, dtype })]));
}

/** Gives a network the values of a file, and what the file says about classes and data where the network has a place for it. */
function fill<N extends Stateful>(network: N, tensors: Tensors, metadata: Metadata, file: string): N {
  const description = metadata.network === undefined ? null : descriptionIn(metadata, file);
  const missing = network.stateSpecs.find(({ name }) => !tensors.has(name));
  if (missing) {
    const hint = "Take a file with the values of this network.";
    refuse(file, `the network needs ${missing.name} ${showShape(missing.shape)}; the file does not have it`, hint);
  }
  checkFinite(tensors, file);
  if (description && network instanceof Network) checkClasses(description.classes, network.outputShape, file);
  try {
    network.setParameters(asTensors(tensors));
  } catch (cause) {
    if (!(cause instanceof GradusError)) throw cause;
    throw new FileError(`${file}: ${show(cause.message, 500)}`, { operation: "load", file }, { cause });
  }
  if (description && network instanceof Network) {
    network.classes = description.classes;
    network.normalization = description.normalization;
  }
  return network;
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
        "Build the network in code and fill it: load(path, { into: net }).",
      { operation: "load", file, expected: "gradus", actual: metadata.format ?? "no format" },
    );
  }
  if (metadata.network === undefined) {
    const hint = "load(path, { into: net })";
    throw new FileError(
      `${file}: holds the values of a network that only code builds. Build it and fill it: ${hint}.`,
      { operation: "load", file, hint },
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
  await write(path, await encodeModel(network));
}

/** Writes what a network keeps that only code can build. */
export async function saveState(network: Stateful, path: string): Promise<void> {
  await write(path, await encodeState(network, {}));
}

async function write(path: string, bytes: Uint8Array): Promise<void> {
  const { writeFileAtomically } = await import("#file");
  await writeFileAtomically(path, bytes);
}

/**
 * The network in a file that `net.save` wrote (Node, Deno, Bun; elsewhere fetch the bytes and use {@link decodeModel}).
 *
 * @param options  `layers`: readers of your own; or `into`: a network built by code, which takes the values. Such a file may come
 *                 from another program
 * @throws {FileError} the file cannot be read, is damaged, or is no model of Gradus; with `into`, it does not hold what that network keeps
 * @example const net = await load("digits.safetensors");
 * @example await load("digits.safetensors", { into: network([16, 16], flatten(), dense(64), relu(), dense(10)) });
 */
export async function load(path: string, options?: LoadOptions): Promise<Network>;
export async function load<N extends Stateful>(path: string, options: LoadIntoOptions<N>): Promise<N>;
export async function load(path: string, options: LoadOptions | LoadIntoOptions<Stateful> = {}): Promise<Stateful> {
  const { readFile } = await import("#file");
  return decodeModel(await readFile(path), path, options as LoadIntoOptions<Stateful>);
}

/**
 * Step 1: a network, a set of functions. Its structure is fixed when it is made; each setting of its parameters is one function of
 * the set. `apply` is that function with the parameters as arguments, pure, as training traces it; everything else here keeps
 * the current parameters. Refuses layers that do not fit together, with the layer's position.
 */

import type { Reader } from "../base/call.ts";
import { allocate, type DType, isFloat } from "../base/dtype.ts";
import { DTypeError, GradusError, ShapeError, TrainingError } from "../base/errors.ts";
import { RandomStream } from "../base/rng.ts";
import { checkShape, type Shape, sameShape, showShape, sizeOf } from "../base/shape.ts";
import type { Mutable } from "../base/shape-types.ts";
import { showValue } from "../base/show.ts";
import type { Fitting, Outcome } from "../tensor/rules/fit.ts";
import { nodeGiven, type Tensor } from "../tensor/tensor.ts";
import { fromData } from "../tensor/trace.ts";
import {
  type Answer,
  type Classification,
  classify,
  type Inputs,
  type Nested,
  type NestedOf,
  predict,
} from "./answer.ts";
import type { Forwarded } from "./batch.ts";
import type { FittingLayers, Fold, OutputOf } from "./fold.ts";
import { checkFree } from "./hold.ts";
import { fillWith } from "./initializer.ts";
import type { Layer, ParameterSpec, PassContext } from "./layer.ts";
import { parseLayers, printLayers } from "./strings.ts";
import { summarize } from "./summary.ts";

/** How stored values became the model values a network was trained on: `value · multiply + add`. */
export interface Normalization {
  readonly multiply: number;
  readonly add: number;
}

/** A layer at its place: "2", with the shapes around it and its parameters under their full names. */
export interface PlacedLayer {
  readonly layer: Layer;
  readonly path: string;
  readonly inputShape: Shape;
  readonly outputShape: Shape;
  readonly parameters: readonly ParameterSpec[];
}

/** A pass, and who watches it. */
export interface WatchedPass extends PassContext {
  /** Called with the output of each layer, in order. */
  readonly observe?: (layer: PlacedLayer, output: Tensor) => void;
}

/** What a saved model tells about its network beside the numbers. */
export interface NetworkDescription {
  readonly layers: string;
  readonly inputShape: Shape;
  readonly classes: readonly string[] | null;
  readonly normalization: Normalization | null;
}

export interface InitializeOptions {
  /** An integer from 0 to 2⁵³ − 1; the same seed gives the same bits everywhere. Default 0. */
  readonly seed?: number;
  /** float32 by default; float64 runs on the reference target only. */
  readonly dtype?: "float32" | "float64";
}

/**
 * Layers one after the other, checked where they meet. Shapes leave the batch axis out.
 *
 * @param input   the shape of one example, such as `[16, 16]`
 * @param layers  from input to output
 * @returns       a network without numbers yet: `train` or `net.initialize({ seed })` gives them
 * @throws {ShapeError} a layer does not fit the one before it; in the editor the same sentence marks that layer
 * @example const net = network([16, 16], flatten(), dense(128), relu(), dense(10));  // Network<[16, 16], [10]>
 */
export function network<const In extends Shape, Layers extends readonly Layer[]>(
  input: In,
  ...layers: FittingLayers<Fold<Mutable<In>, Layers>, Layers>
): Network<Mutable<In>, OutputOf<Fold<Mutable<In>, Layers>>> {
  return new Network(input as Mutable<In>, layers as readonly Layer[]);
}

/** See {@link network}. */
export class Network<out In extends Shape = Shape, out Out extends Shape = Shape> {
  readonly inputShape: In;
  readonly outputShape: Out;
  readonly layers: readonly PlacedLayer[];
  /** Every parameter under its full name, `0.weight`, in state order. */
  readonly parameterSpecs: readonly ParameterSpec[];
  /** Class names by index, where the network was trained on classes. */
  classes: readonly string[] | null = null;
  /** How the data was prepared that the network was trained on. */
  normalization: Normalization | null = null;
  #parameters: ReadonlyMap<string, Tensor> | null = null;

  constructor(inputShape: In, layers: readonly Layer[]) {
    checkInputShape(inputShape);
    this.inputShape = inputShape;
    this.layers = place(inputShape, layers);
    this.outputShape = (this.layers.at(-1)?.outputShape ?? inputShape) as Out;
    this.parameterSpecs = this.layers.flatMap((placed) => placed.parameters);
  }

  /**
   * The network of a layer string.
   *
   * @param own  readers for layers of your own, made with `reader`
   * @example Network.from([16, 16], "flatten dense(128) relu dense(10)")
   */
  static from<const S extends Shape>(
    inputShape: S,
    layers: string,
    own: readonly Reader<Layer>[] = [],
  ): Network<Mutable<S>, Shape> {
    return new Network(inputShape as Mutable<S>, parseLayers(layers, own));
  }

  /** How many numbers training changes. */
  get parameterCount(): number {
    return this.parameterSpecs.reduce((sum, spec) => sum + sizeOf(spec.shape), 0);
  }

  get initialized(): boolean {
    return this.#parameters !== null;
  }

  /** The current parameters by full name, in state order. */
  get parameters(): ReadonlyMap<string, Tensor> {
    if (this.#parameters) return this.#parameters;
    throw new TrainingError(
      "network: its parameters have no values yet. Train it, load them, or call net.initialize({ seed: 1 }).",
      { operation: "network", hint: "net.initialize({ seed: 1 })" },
    );
  }

  /** The parameters' element type; float32 before there are any. */
  get dtype(): DType {
    return this.#parameters?.values().next().value?.dtype ?? "float32";
  }

  /** Gives every parameter its first values, each from a random stream of its own. Replaces what was there. */
  initialize(options: InitializeOptions = {}): this {
    checkFree("initialize", this);
    const { seed = 0, dtype = "float32" } = options;
    checkCount(this.parameterCount);
    const entries = this.parameterSpecs.map(({ name, shape, initializer }): [string, Tensor] => {
      const values = allocate(dtype, sizeOf(shape));
      fillWith(initializer, values, shape, new RandomStream(seed, `weights/${name}`));
      return [name, fromData(values, shape, dtype)];
    });
    this.#parameters = new Map(entries);
    return this;
  }

  /** Takes other values for all parameters; names and shapes must be those of {@link parameterSpecs}. */
  setParameters(parameters: ReadonlyMap<string, Tensor>): this {
    if (!(parameters instanceof Map))
      throw notThisNetwork(`parameters come as a Map by name; got ${showValue(parameters)}`, "");
    checkFree("setParameters", this);
    const taken = new Map(this.parameterSpecs.map((spec) => [spec.name, checked(spec, parameters)]));
    const extra = [...parameters.keys()].find((name) => !taken.has(name));
    if (extra !== undefined) throw notThisNetwork(`there is no parameter ${extra} in ${this}`, extra);
    checkOneDType(taken);
    this.#parameters = taken;
    return this;
  }

  /**
   * The function that the given parameters choose, from `[batch, ...in]` to `[batch, ...out]`. Pure: training differentiates it.
   *
   * @param parameters  a tensor for every name in {@link parameterSpecs}
   */
  apply(parameters: ReadonlyMap<string, Tensor>, x: Tensor, context: WatchedPass): Tensor {
    nodeGiven("network", x);
    checkBatch(this.inputShape, x.shape);
    return this.layers.reduce((input, placed) => {
      const output = applyLayer(placed, parameters, input, context);
      context.observe?.(placed, output);
      return output;
    }, x);
  }

  /** The raw outputs for a batch, with the current parameters, as in evaluation: `[batch, ...in]` to `[batch, ...out]`. */
  forward<X extends Shape>(x: Fitting<Tensor<X>, Forwarded<In, Out, X>>): Tensor<Outcome<Forwarded<In, Out, X>>> {
    const output = this.apply(this.parameters, x as Tensor, { training: false, random: null });
    return output as Tensor<Outcome<Forwarded<In, Out, X>>>;
  }

  /**
   * The raw outputs as numbers, for one example or a batch.
   *
   * @param input  an example of a data set, a nested array or a tensor of the input's shape; or a batch: a list of them, or an
   *               array or tensor with a batch axis in front
   * @returns      nested arrays of the output's shape, with the batch axis in front for a batch
   * @example await net.predict(digits.test.input(0))  // ten numbers, the largest for the class it sees
   */
  predict<X extends Inputs>(input: X): Promise<Answer<In, X, NestedOf<Out>, Nested>> {
    return predict(this as unknown as Network, input) as Promise<Answer<In, X, NestedOf<Out>, Nested>>;
  }

  /**
   * The class of one example or of each in a batch: softmax over the outputs, unless the last layer was softmax, and the name of
   * the largest. Inputs as for {@link predict}.
   *
   * @returns label, confidence (0–1) and the confidences of all classes; a list of them for a batch
   * @throws {ShapeError} the outputs are not `[classes]` with at least two classes
   * @example (await net.classify(digits.test.input(0))).label  // "4"
   */
  classify<X extends Inputs>(input: X): Promise<Answer<In, X, Classification, Classification | Classification[]>> {
    return classify(this as unknown as Network, input) as Promise<
      Answer<In, X, Classification, Classification | Classification[]>
    >;
  }

  /** The layers as a table: what each gives and how many parameters it has. */
  summary(): string {
    return summarize(this as unknown as Network);
  }

  /** What a saved model says about the network; `Network.from(inputShape, layers)` makes it again. */
  describe(): NetworkDescription {
    const { inputShape, classes, normalization } = this;
    return { layers: this.toString(), inputShape, classes, normalization };
  }

  /**
   * Writes the network into one `.safetensors` file: parameters, layers, class names, how inputs were normalized. `load` reads it.
   *
   * @throws {FileError}     the place cannot be written; what stood there is untouched
   * @throws {TrainingError} there are no parameters yet
   * @example await net.save("digits.safetensors");
   */
  async save(path: string): Promise<void> {
    const { saveModel } = await import("./model.ts");
    await saveModel(this as unknown as Network, path);
  }

  /** The layer string. */
  toString(): string {
    return printLayers(this.layers.map((placed) => placed.layer));
  }
}

function checkInputShape(shape: Shape): void {
  const isList = Array.isArray(shape);
  if (isList && shape.every((dimension) => Number.isSafeInteger(dimension) && dimension > 0)) {
    checkShape("network", shape);
    return;
  }
  const actual = isList ? showShape(shape) : showValue(shape);
  throw new ShapeError(
    `network: the input shape needs positive integers; got ${actual}. Leave the batch axis out: [16, 16].`,
    { operation: "network", actual },
  );
}

/** For JavaScript, which knows no types: what stands where a layer should, and how it is written. */
function checkLayer(layer: unknown, index: number): asserts layer is Layer {
  const { shape, apply, parameters } = (layer ?? {}) as Partial<Layer>;
  if ([shape, apply, parameters].every((part) => typeof part === "function")) return;
  const [found, hint] = Array.isArray(layer)
    ? ["a list", "Write the layers one after the other, or spread the list: network(shape, ...layers)."]
    : typeof layer === "function"
      ? ["a function", "Call it: dense(10), relu()."]
      : typeof layer === "string"
        ? ["a text", "Read layer strings with Network.from(shape, text)."]
        : [layer === null ? "null" : typeof layer, "Take dense(10), or make your own with layer({ … })."];
  throw new GradusError(`network: layer ${index} must be a layer; got ${found}. ${hint}`, {
    operation: "network",
    layer: String(index),
    actual: found,
    hint,
  });
}

/** More parameters than any memory here holds are a slip of the pen. */
const mostParameters = 2 ** 31;

function checkCount(count: number): void {
  if (count <= mostParameters) return;
  throw new ShapeError(
    `network: a network can have ${mostParameters} parameters; this one has ${count}. Take smaller layers.`,
    { operation: "network", expected: `at most ${mostParameters}`, actual: String(count) },
  );
}

/** Lets the input's shape pass through the layers. */
function place(inputShape: Shape, layers: readonly Layer[]): PlacedLayer[] {
  let shape = inputShape;
  return layers.map((layer, index) => {
    checkLayer(layer, index);
    const path = String(index);
    const before = shape;
    shape = outputShapeOf(layer, path, before);
    const parameters = layer.parameters(before).map((spec) => ({ ...spec, name: `${path}.${spec.name}` }));
    return { layer, path, inputShape: before, outputShape: shape, parameters };
  });
}

/** The layer's own sentence, with its title and position in front. */
function outputShapeOf(layer: Layer, path: string, input: Shape): Shape {
  try {
    return layer.shape(input);
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    const details = { ...error.details, operation: layer.title, layer: path };
    throw new ShapeError(`${layer.title} at layer ${path}: ${error.message}`, details, { cause: error });
  }
}

function applyLayer(
  { layer, path, outputShape, parameters: specs }: PlacedLayer,
  parameters: ReadonlyMap<string, Tensor>,
  x: Tensor,
  { training, random }: PassContext,
): Tensor {
  const prefix = path.length + 1;
  const own = Object.fromEntries(specs.map((spec) => [spec.name.slice(prefix), checked(spec, parameters)]));
  const output = layer.apply(x, own, { training, random, path });
  const expected = [x.shape[0]!, ...outputShape];
  if (sameShape(output.shape, expected)) return output;
  throw new ShapeError(
    `${layer.title} at layer ${path}: its shape rule promises ${showShape(expected)}; apply gave ` +
      `${showShape(output.shape)}. Make the two agree.`,
    { operation: layer.title, layer: path, expected: showShape(expected), actual: showShape(output.shape) },
  );
}

/** The parameter that a spec asks for. */
function checked({ name, shape }: ParameterSpec, parameters: ReadonlyMap<string, Tensor>): Tensor {
  const found = parameters.get(name);
  if (!found) throw notThisNetwork(`parameter ${name} ${showShape(shape)} is missing`, name);
  if (!sameShape(found.shape, shape)) {
    throw notThisNetwork(`parameter ${name} must be ${showShape(shape)}; got ${showShape(found.shape)}`, name);
  }
  if (!isFloat(found.dtype)) {
    throw new DTypeError(`network: parameter ${name} must be float32 or float64; got ${found.dtype}. Cast it.`, {
      operation: "network",
      parameter: name,
      actual: found.dtype,
    });
  }
  return found;
}

function checkOneDType(parameters: ReadonlyMap<string, Tensor>): void {
  const [first] = parameters.values();
  const other = [...parameters].find(([, { dtype }]) => dtype !== first!.dtype);
  if (!other) return;
  const [name, { dtype }] = other;
  throw new DTypeError(
    `network: all parameters must have one dtype; got ${first!.dtype} and, for ${name}, ${dtype}. Cast one of them.`,
    { operation: "network", parameter: name, expected: first!.dtype, actual: dtype },
  );
}

function notThisNetwork(problem: string, parameter: string): ShapeError {
  return new ShapeError(`network: ${problem}. Take the parameters of a network with the same layers.`, {
    operation: "network",
    parameter,
  });
}

function checkBatch(inputShape: Shape, shape: Shape): void {
  if (shape.length === inputShape.length + 1 && sameShape(shape.slice(1), inputShape)) return;
  const expected = `[batch, ${inputShape.join(", ")}]`;
  const single = sameShape(shape, inputShape);
  throw new ShapeError(
    `network: needs ${expected}; got ${showShape(shape)}. ` +
      (single ? "Put a batch axis in front: x.expand(0)." : "The axes after the first are the network's input shape."),
    { operation: "network", expected, actual: showShape(shape) },
  );
}

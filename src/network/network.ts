/**
 * Step 1: a network, a set of functions. Its structure is fixed when it is made; each setting of its parameters is one function of
 * the set. `apply` is that function with the parameters as arguments, pure, as training traces it; everything else here keeps
 * the current parameters. Refuses layers that do not fit together, with the layer's position.
 */

import type { Reader } from "../base/call.ts";
import { allocate, type DType } from "../base/dtype.ts";
import { DTypeError, ShapeError, TrainingError } from "../base/errors.ts";
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
import { type BufferSpec, type Layer, type ParameterSpec, printLayers, type StateSpec } from "./layer.ts";
import {
  applyLayer,
  checkedState,
  notThisNetwork,
  type PlacedLayer,
  placeLayers,
  type StateMap,
  stateOf,
  type WatchedPass,
  withParts,
} from "./placed.ts";
import { parseLayers } from "./strings.ts";
import { summarize } from "./summary.ts";

/** How stored values became the model values a network was trained on: `value · multiply + add`. */
export interface Normalization {
  readonly multiply: number;
  readonly add: number;
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
  /** Everything the network keeps, in state order: layer by layer its parameters, then its buffers. */
  readonly stateSpecs: readonly StateSpec[];
  /** Class names by index, where the network was trained on classes. */
  classes: readonly string[] | null = null;
  /** How the data was prepared that the network was trained on. */
  normalization: Normalization | null = null;
  #state: StateMap | null = null;

  constructor(inputShape: In, layers: readonly Layer[]) {
    checkInputShape(inputShape);
    this.inputShape = inputShape;
    this.layers = placeLayers(inputShape, layers);
    this.outputShape = (this.layers.at(-1)?.outputShape ?? inputShape) as Out;
    const all = withParts(this.layers);
    this.parameterSpecs = all.flatMap((placed) => placed.parameters);
    this.stateSpecs = all.flatMap(stateOf);
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
    return sizesOf(this.parameterSpecs);
  }

  get initialized(): boolean {
    return this.#state !== null;
  }

  /** The current parameters by full name, in state order. */
  get parameters(): StateMap {
    return pick(this.parameterSpecs, this.state);
  }

  /** The current parameters and buffers by full name, in state order: what is saved and hashed, and what {@link apply} takes. */
  get state(): StateMap {
    if (this.#state) return this.#state;
    throw new TrainingError(
      "network: its parameters have no values yet. Train it, load them, or call net.initialize({ seed: 1 }).",
      { operation: "network", hint: "net.initialize({ seed: 1 })" },
    );
  }

  /** The parameters' element type; float32 before there are any. */
  get dtype(): DType {
    return this.#state?.values().next().value?.dtype ?? "float32";
  }

  /** Gives every parameter and buffer its first values, each from a random stream of its own. Replaces what was there. */
  initialize(options: InitializeOptions = {}): this {
    checkFree("initialize", this);
    const { seed = 0, dtype = "float32" } = options;
    checkCount(sizesOf(this.stateSpecs));
    this.#state = new Map(this.stateSpecs.map((spec) => [spec.name, firstValues(spec, seed, dtype)]));
    return this;
  }

  /**
   * Takes other values for all parameters, and for the buffers that are given; the other buffers keep theirs, or begin. Names and
   * shapes must be those of {@link stateSpecs}.
   *
   * @example net.setParameters(network([16, 16], flatten(), dense(64), relu(), dense(10)).initialize({ seed: 2 }).state)
   */
  setParameters(parameters: StateMap): this {
    if (!(parameters instanceof Map))
      throw notThisNetwork(`parameters come as a Map by name; got ${showValue(parameters)}`, "");
    checkFree("setParameters", this);
    const required = this.stateSpecs.filter((spec) => "kind" in spec || parameters.has(spec.name));
    const given = new Map(required.map((spec) => [spec.name, checkedState(spec, parameters)]));
    const extra = [...parameters.keys()].find((name) => !given.has(name));
    if (extra !== undefined) throw notThisNetwork(`there is no parameter ${extra} in ${this}`, extra);
    checkOneDType(given);
    const dtype = (given.values().next().value?.dtype ?? "float32") as "float32" | "float64";
    const kept = (spec: BufferSpec): Tensor => this.#state?.get(spec.name)!.cast(dtype) ?? firstValues(spec, 0, dtype);
    this.#state = new Map(this.stateSpecs.map((spec) => [spec.name, given.get(spec.name) ?? kept(spec)]));
    return this;
  }

  /**
   * The function that the given parameters choose, from `[batch, ...in]` to `[batch, ...out]`. Pure: training differentiates it, and
   * keeps the buffers' next values that `context.update` is told.
   *
   * @param state  a tensor for every name in {@link stateSpecs}
   */
  apply(state: StateMap, x: Tensor, context: WatchedPass): Tensor {
    nodeGiven("network", x);
    checkBatch(this.inputShape, x.shape);
    return this.layers.reduce((input, placed) => applyLayer(placed, state, input, context), x);
  }

  /** The raw outputs for a batch, with the current parameters, as in evaluation: `[batch, ...in]` to `[batch, ...out]`. */
  forward<X extends Shape>(x: Fitting<Tensor<X>, Forwarded<In, Out, X>>): Tensor<Outcome<Forwarded<In, Out, X>>> {
    const output = this.apply(this.state, x as Tensor, { training: false, random: null });
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
   * Writes the network into one `.safetensors` file: parameters, buffers, layers, class names, how inputs were normalized. `load` reads it.
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

function pick(specs: readonly StateSpec[], state: StateMap): StateMap {
  return new Map(specs.map(({ name }) => [name, state.get(name)!]));
}

function sizesOf(specs: readonly StateSpec[]): number {
  return specs.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

/** The first values of a parameter or buffer, from a random stream of its own. */
function firstValues({ name, shape, initializer }: StateSpec, seed: number, dtype: "float32" | "float64"): Tensor {
  const values = allocate(dtype, sizeOf(shape));
  fillWith(initializer, values, shape, new RandomStream(seed, `weights/${name}`));
  return fromData(values, shape, dtype);
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

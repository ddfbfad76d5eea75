/**
 * Step 1: a network, a set of functions. Its structure is fixed when it is made; each setting of its parameters is one function of
 * the set. `apply` is that function with the parameters as arguments, pure, as training traces it; stateful.ts keeps the current
 * ones. Refuses layers that do not fit together, with the layer's position.
 */

import type { Reader } from "../base/call.ts";
import { ShapeError } from "../base/errors.ts";
import { checkShape, type Shape, sameShape, showShape } from "../base/shape.ts";
import type { Mutable } from "../base/shape-types.ts";
import { showValue } from "../base/show.ts";
import type { Fitting, Outcome } from "../tensor/rules/fit.ts";
import { nodeGiven, type Tensor } from "../tensor/tensor.ts";
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
import { type Layer, printLayers } from "./layer.ts";
import { sequential } from "./layers/sequential.ts";
import { applyLayer, inPass, type PlacedLayer, placeRoot, type StateMap, type WatchedPass } from "./placed.ts";
import { Stateful } from "./stateful.ts";
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
export class Network<out In extends Shape = Shape, out Out extends Shape = Shape> extends Stateful {
  readonly inputShape: In;
  readonly outputShape: Out;
  readonly #root: PlacedLayer;
  /** Class names by index, where the network was trained on classes. */
  classes: readonly string[] | null = null;
  /** How the data was prepared that the network was trained on. */
  normalization: Normalization | null = null;

  /** @param layers from input to output; or one layer that is the whole network */
  constructor(inputShape: In, layers: readonly Layer[] | Layer) {
    checkInputShape(inputShape);
    const root = placeRoot("apply" in layers ? layers : sequential(...layers), inputShape);
    super(root.parts);
    this.#root = root;
    this.inputShape = inputShape;
    this.outputShape = root.outputShape as Out;
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

  /**
   * The function that the given parameters choose, from `[batch, ...in]` to `[batch, ...out]`. Pure: training differentiates it, and
   * keeps the buffers' next values that `context.update` is told.
   *
   * @param state  a tensor for every name in {@link stateSpecs}
   */
  apply(state: StateMap, x: Tensor, context: WatchedPass): Tensor {
    nodeGiven("network", x);
    checkBatch(this.inputShape, x.shape);
    return inPass(state, context, (latest, pass) => applyLayer(this.#root, latest, x, pass));
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

  /** The same layers without values, and without what training told: a set of functions to choose from anew. */
  untrained(): Network<In, Out> {
    return new Network<In, Out>(this.inputShape, this.#root.layer);
  }

  /** The layers as a table: what each gives and how many parameters it has. */
  summary(): string {
    return summarize(this, this.inputShape);
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

  /** The layer string; of a network that is no list of layers, what it is made of. */
  toString(): string {
    const { layer, parts } = this.#root;
    return layer.gives === "parts" ? printLayers(parts.map((placed) => placed.layer)) : layer.print();
  }
}

export function checkInputShape(shape: Shape): void {
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

export function checkBatch(inputShape: Shape, shape: Shape): void {
  if (shape.length === inputShape.length + 1 && sameShape(shape.slice(1), inputShape)) return;
  const expected = `[batch, ${inputShape.join(", ")}]`;
  const single = sameShape(shape, inputShape);
  throw new ShapeError(
    `network: needs ${expected}; got ${showShape(shape)}. ` +
      (single ? "Put a batch axis in front: x.expand(0)." : "The axes after the first are the network's input shape."),
    { operation: "network", expected, actual: showShape(shape) },
  );
}

/** A network with several inputs or outputs: records of tensors go in and come out. Refuses inputs of other names and shapes. */

import { ShapeError } from "../base/errors.ts";
import type { Shape } from "../base/shape.ts";
import { nodeGiven, type Tensor } from "../tensor/tensor.ts";
import { asBatch, type Inputs, type Nested } from "./answer.ts";
import {
  type FunctionalPass,
  functionsOf,
  isShape,
  outline,
  printFunctional,
  type Shapes,
  type Tensors,
  zip,
} from "./functional-pass.ts";
import { checkBatch, checkInputShape } from "./network.ts";
import { applyLayer, inPass, type PlacedLayer, placer, type StateMap, type WatchedPass } from "./placed.ts";
import { Stateful } from "./stateful.ts";
import { summarize } from "./summary.ts";

/** A value for each shape of a record, or for the only one. */
export type For<S, Value> = S extends Shape ? Value : { readonly [Name in keyof S]: Value };

/** Batches of these shapes. */
export type BatchesOf<S> = S extends Shape
  ? Tensor<[number, ...S]>
  : { readonly [Name in keyof S]: S[Name] extends Shape ? Tensor<[number, ...S[Name]]> : Tensor };

/** Made by {@link functional}. */
export class FunctionalNetwork<out In = Shape | Shapes, out Out = Shape | Shapes> extends Stateful {
  /** The shape of one example, or of each input. */
  readonly inputShapes: In;
  readonly outputShapes: Out;
  readonly #inputs: Shape | Shapes;
  readonly #pass: FunctionalPass;
  readonly #placed: ReadonlyMap<string, PlacedLayer>;

  constructor(inputShapes: In & (Shape | Shapes), pass: FunctionalPass) {
    for (const shape of Object.values(isShape(inputShapes) ? { inputShapes } : inputShapes)) checkInputShape(shape);
    const { parts, part } = placer("");
    const outputShapes = outline(pass, inputShapes, part);
    super(parts);
    this.inputShapes = inputShapes;
    this.#inputs = inputShapes;
    this.outputShapes = outputShapes as Out;
    this.#pass = pass;
    this.#placed = new Map(parts.map((placed) => [placed.path, placed]));
  }

  /** As for a {@link Network}: pure, with a tensor for every name in {@link stateSpecs}. */
  apply(state: StateMap, inputs: Tensors, context: WatchedPass): Tensors {
    const sizes = zip(this.#inputs, inputs, (x, shape) => {
      nodeGiven("functional", x);
      checkBatch(shape, x.shape);
      return x.shape[0]!;
    });
    checkOneSize(Object.values(sizes));
    return inPass(state, context, (latest, pass) => {
      const call = (name: string, x: Tensor): Tensor => applyLayer(this.#placed.get(name)!, latest, x, pass);
      return this.#pass.forward(inputs, functionsOf(this.#pass, call));
    });
  }

  /** The raw outputs for batches, with the current parameters, as in evaluation. */
  forward(inputs: BatchesOf<In>): BatchesOf<Out> {
    return this.apply(this.state, inputs as Tensors, { training: false, random: null }) as BatchesOf<Out>;
  }

  /**
   * The raw outputs as numbers, for one example or a batch.
   *
   * @param inputs  for each input what {@link Network.predict} takes; all of them one example, or all a batch
   * @returns       for each output nested arrays, with the batch axis in front for a batch
   */
  async predict(inputs: For<In, Inputs>): Promise<For<Out, Nested>> {
    const { dtype } = this;
    let isOne = true;
    const batches = zip(this.#inputs, inputs as Inputs, (input, inputShape) => {
      const { batch, single } = asBatch("predict", { inputShape, dtype }, input);
      isOne &&= single;
      return batch;
    });
    const outputs = this.apply(this.state, batches, { training: false, random: null });
    const answers = zip(this.outputShapes as Shape | Shapes, outputs, async (x): Promise<Nested> => {
      const values = (await x.array()) as Nested[];
      return isOne ? values[0]! : values;
    });
    return (await settled(answers)) as For<Out, Nested>;
  }

  /** The layers as a table: what each gives and how many parameters it has. */
  summary(): string {
    return summarize(this, this.#inputs);
  }

  /**
   * Writes parameters and buffers into one `.safetensors` file. The same code builds the network again, and
   * `load(path, { into: net })` fills it.
   *
   * @throws {FileError}     the place cannot be written; what stood there is untouched
   * @throws {TrainingError} there are no parameters yet
   */
  async save(path: string): Promise<void> {
    const { saveState } = await import("./model.ts");
    await saveState(this, path);
  }

  toString(): string {
    return printFunctional(this.#pass);
  }
}

/** All the promises of a record, or the only one. */
async function settled<T>(promises: Promise<T> | Record<string, Promise<T>>): Promise<T | Record<string, T>> {
  if (promises instanceof Promise) return promises;
  const entries = Object.entries(promises).map(async ([name, promise]) => [name, await promise] as const);
  return Object.fromEntries(await Promise.all(entries));
}

function checkOneSize(sizes: readonly number[]): void {
  const other = sizes.find((size) => size !== sizes[0]);
  if (other === undefined) return;
  throw new ShapeError(
    `functional: all inputs must be batches of one size; got ${sizes[0]} and ${other} examples. Give as many of each.`,
    { operation: "functional", actual: `${sizes[0]} and ${other}` },
  );
}

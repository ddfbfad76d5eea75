/**
 * A data set: examples with what is to be learned about them. Inputs lie flat in one typed array (bytes stay bytes) together with
 * the affine map that makes them model values, so nothing is unpacked before a program gathers its batch. Immutable: every
 * method gives another data set, most of them a view. Made by {@link fromArrays} and the readers; it checks no values itself.
 */

import { DataError } from "../base/errors.ts";
import { RandomStream } from "../base/rng.ts";
import { type Shape, sizeOf } from "../base/shape.ts";
import type { Example } from "../network/answer.ts";
import { drawStratified, shuffledIndices } from "./draw.ts";
import { checkScale, checkScaled, composeScales, identityScale, measureScale, type Scale } from "./scale.ts";

/** What a data set consists of. */
export interface DatasetParts<In extends Shape = Shape> {
  /** Stored values, `[length, ...inputShape]` in row-major order. */
  readonly inputs: Uint8Array | Float32Array;
  readonly inputShape: In;
  /** Class labels, `[length]`, or values, `[length, ...targetShape]`. */
  readonly targets: Int32Array | Float32Array;
  /** `[]` for class labels. */
  readonly targetShape: Shape;
  /** The name of each class; null where targets are values. */
  readonly classes: readonly string[] | null;
  /** What a stored value means: 1/255 for bytes that count from paper to ink. Default: itself. */
  readonly storage?: Scale;
  /** What the model gets for a value. Default: the value itself. */
  readonly normalization?: Scale;
  /** What the set is called, "mnist"; its parts keep the name. Default: nothing. */
  readonly name?: string | null;
}

export interface SplitOptions {
  /** Decides which examples go where. Default 0. */
  readonly seed?: number;
  /** Whether every class is divided in the same proportion. Default false. */
  readonly stratified?: boolean;
}

/** Two data sets: one to learn from, one to be asked about. */
export interface Split<In extends Shape = Shape> {
  readonly train: Dataset<In>;
  readonly test: Dataset<In>;
}

/**
 * Examples and their targets.
 *
 * @example const { train, test } = fromArrays({ inputs: [[0, 0], [0, 1], [1, 0], [1, 1]], targets: [0, 1, 1, 0] }).split(0.5);
 */
export class Dataset<In extends Shape = Shape> {
  /** Stored values, `[length, ...inputShape]` in row-major order. {@link scale} makes them model values. */
  readonly inputs: Uint8Array | Float32Array;
  readonly inputShape: In;
  /** Class labels, `[length]`, or values, `[length, ...targetShape]`. */
  readonly targets: Int32Array | Float32Array;
  /** The shape of one target: `[]` for class labels. */
  readonly targetShape: Shape;
  /** The name of each class; null where targets are values. */
  readonly classes: readonly string[] | null;
  /** What a stored value means, before normalization. */
  readonly storage: Scale;
  /** How values became model values: what a saved model has to repeat for new inputs. */
  readonly normalization: Scale;
  /** From stored to model values, in one step. */
  readonly scale: Scale;
  /** What the set is called that the examples are from: "mnist"; null where nobody said. */
  readonly name: string | null;
  /** The number of examples. */
  readonly length: number;

  constructor(parts: DatasetParts<In>) {
    const { inputs, inputShape, targets, targetShape, classes } = parts;
    this.inputs = inputs;
    this.inputShape = inputShape;
    this.targets = targets;
    this.targetShape = targetShape;
    this.classes = classes;
    this.storage = parts.storage ?? identityScale;
    this.normalization = parts.normalization ?? identityScale;
    this.scale = composeScales(this.storage, this.normalization);
    this.name = parts.name ?? null;
    this.length = targets.length / sizeOf(targetShape);
  }

  /** The model values of all examples, `[length, ...inputShape]` in row-major order; a copy. */
  values(): Float32Array {
    const { multiply, add } = this.scale;
    const data = Float32Array.from(this.inputs);
    // Multiplied and added with a rounding each, as programs do.
    if (multiply !== 1) for (let i = 0; i < data.length; i++) data[i]! *= multiply;
    if (add !== 0) for (let i = 0; i < data.length; i++) data[i]! += add;
    return data;
  }

  /** The model values of one example: what `net.classify` takes. */
  input(index: number): Example {
    this.#checkIndex("input", index);
    return { data: this.#range(index, index + 1).values(), shape: this.inputShape };
  }

  /** What is to be learned about one example: its class index, or its values. */
  target(index: number): number | Float32Array {
    this.#checkIndex("target", index);
    if (this.targets instanceof Int32Array) return this.targets[index]!;
    const size = sizeOf(this.targetShape);
    return this.targets.slice(index * size, (index + 1) * size);
  }

  /** The name of one example's class; throws where targets are values. */
  label(index: number): string {
    this.#checkIndex("label", index);
    if (this.classes) return this.classes[this.targets[index]!]!;
    throw new DataError("label: needs a data set with classes; its targets are values. Use target(index).", {
      operation: "label",
      hint: "target(index)",
    });
  }

  /** The first `count` examples; a view. */
  take(count: number): Dataset<In> {
    this.#checkCount("take", count, 1, this.length);
    return this.#range(0, count);
  }

  /** All but the first `count` examples; a view. */
  skip(count: number): Dataset<In> {
    this.#checkCount("skip", count, 0, this.length - 1);
    return this.#range(count, this.length);
  }

  /** The examples at the given places, in that order; a copy. */
  select(indices: ArrayLike<number>): Dataset<In> {
    this.#checkCount("select", indices.length, 1, Number.MAX_SAFE_INTEGER);
    for (let i = 0; i < indices.length; i++) this.#checkIndex("select", indices[i]!);
    return this.#with({
      inputs: gatherRows(this.inputs, indices, sizeOf(this.inputShape)),
      targets: gatherRows(this.targets, indices, sizeOf(this.targetShape)),
    });
  }

  /** The same examples in a random order; a copy. */
  shuffle(seed = 0): Dataset<In> {
    return this.select(shuffledIndices(this.length, new RandomStream(seed, "dataset/shuffle")));
  }

  /**
   * Divides the examples at random into a part to learn from and a part to test with; copies, in random order.
   *
   * @param size     how many examples go into `train`: a fraction between 0 and 1, or a count (an integer)
   * @param options  `stratified`: divide every class in the same proportion, up to one example
   * @throws {DataError} one of the parts would be empty; `stratified` without classes
   * @example const { train, test } = data.split(0.8, { seed: 1, stratified: true });
   */
  split(size: number, options: SplitOptions = {}): Split<In> {
    const { seed = 0, stratified = false } = options;
    const count = Number.isInteger(size) ? size : Math.floor(size * this.length + 0.5);
    if (!(count >= 1 && count < this.length && size > 0)) {
      throw new DataError(
        `split: ${size} of ${this.length} examples leaves one part empty. ` +
          `Give a fraction between 0 and 1, or a count from 1 to ${this.length - 1}.`,
        { operation: "split", actual: String(size), length: this.length },
      );
    }
    const order = shuffledIndices(this.length, new RandomStream(seed, "dataset/split"));
    const first = stratified ? drawStratified(order, this.#labels(), count) : order.subarray(0, count);
    const chosen = new Uint8Array(this.length);
    for (const index of first) chosen[index] = 1;
    return { train: this.select(first), test: this.select(order.filter((index) => chosen[index] === 0)) };
  }

  /**
   * The same examples with model values of mean 0 and standard deviation 1 (one mean and deviation over all values); a view.
   * Models remember it. Give a test set the numbers of the training set: `test.normalize(train.normalization)`.
   *
   * @param normalization  instead of measuring: `value · multiply + add`
   * @throws {DataError} all values are the same; the numbers given are none, or lead to values that are not finite
   */
  normalize(normalization?: Scale): Dataset<In> {
    if (normalization !== undefined) checkScale("normalize", normalization);
    const normal = this.#with({ normalization: normalization ?? measureScale(this.inputs, this.storage) });
    checkScaled("normalize", normal.inputs, normal.scale);
    return normal;
  }

  #with(changes: Partial<DatasetParts<In>>): Dataset<In> {
    return new Dataset<In>({ ...this, ...changes });
  }

  #range(from: number, to: number): Dataset<In> {
    const [input, target] = [sizeOf(this.inputShape), sizeOf(this.targetShape)];
    return this.#with({
      inputs: this.inputs.subarray(from * input, to * input),
      targets: this.targets.subarray(from * target, to * target),
    });
  }

  #labels(): Int32Array {
    if (this.targets instanceof Int32Array) return this.targets;
    throw new DataError("split: stratified needs class labels; the targets are values. Leave stratified out.", {
      operation: "split",
      hint: "leave stratified out",
    });
  }

  #checkIndex(operation: string, index: number): void {
    if (Number.isInteger(index) && index >= 0 && index < this.length) return;
    throw new DataError(
      `${operation}: there is no example ${index}; the data set has examples 0 to ${this.length - 1}.`,
      { operation, actual: String(index), length: this.length },
    );
  }

  #checkCount(operation: string, count: number, least: number, most: number): void {
    if (Number.isInteger(count) && count >= least && count <= most) return;
    throw new DataError(
      `${operation}: ${count} of ${this.length} examples is not possible: a data set has at least one example and no more ` +
        `than there are. Choose an integer from ${least} to ${Math.min(most, this.length)}.`,
      { operation, actual: String(count), length: this.length },
    );
  }
}

function gatherRows<A extends Uint8Array | Float32Array | Int32Array>(
  source: A,
  indices: ArrayLike<number>,
  size: number,
): A {
  const rows = new (source.constructor as new (length: number) => A)(indices.length * size);
  for (let i = 0; i < indices.length; i++) {
    const from = indices[i]! * size;
    rows.set(source.subarray(from, from + size), i * size);
  }
  return rows;
}
